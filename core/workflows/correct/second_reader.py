"""What a reader must not see of an image, and what their save becomes then.

A second reader sees nothing of the first one's mask; for a part of the images the first reader sees nothing
of the prediction. Where a task asks for neither, that is answered by a quick query.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.imaging.decode import decode_image
from core.registry.predictions import card_of
from core.review.agreement import mean_dice
from core.review.second_reading import (
    AGREED,
    BLIND_VERSION,
    DICE,
    HOW,
    SECOND,
    Readings,
    is_chosen,
    readings_by_image,
)
from core.workspace import DraftContent, DraftRow, ImageRow, Review, ReviewRules, RevisionRow, Workspace
from core.workspace.names import name_key

Hidden = Literal["", "mask", "prediction"]
"""What of an image a person must not see: nothing, the first reader's mask, or the prediction."""
_NO_MODEL_THRESHOLD = 0.5


def readings_of(workspace: Workspace, image_id: int) -> Readings | None:
    """The readings of an image, None where it was read once at the most."""
    truth = workspace.truth.of(image_id)
    truths = {} if truth is None else {image_id: truth.id}
    return readings_by_image(workspace.masks.history(image_id)[::-1], truths).get(image_id)


def reads_blind(workspace: Workspace, image: ImageRow, who: str) -> RevisionRow | None:
    """The reading that a person's own stands beside and that they must not see; None for an open image.

    That is where the task has the image read twice, somebody else saved it, and this person has not judged
    it; and for whoever has read it so already.
    """
    rules = workspace.tasks.get_by_id(image.task_id).review_rules
    truth = workspace.truth.of(image.id) if rules.second_percent else None
    if truth is None or same_person(truth.who, who):
        return None
    readings = readings_of(workspace, image.id)
    if has_read(readings, who):
        return None if readings is None or readings.is_settled else truth
    if not waits(rules, image.id, image.review, readings):
        return None
    judged = any(same_person(review.who, who) for review in workspace.reviews.of_image(image.id))
    return None if judged else truth


def begin_blind(workspace: Workspace, image: ImageRow, who: str) -> Hidden:
    """What is hidden from a person; if anything is, they have a draft of their own without it from now on."""
    rules = workspace.tasks.get_by_id(image.task_id).review_rules
    if not rules.second_percent and not rules.blind_percent:
        return ""
    version = workspace.versions.current(image.task_id)
    if reads_blind(workspace, image, who) is not None:
        threshold = _NO_MODEL_THRESHOLD if version is None else card_of(workspace, version).threshold
        _begin(workspace, image, who, DraftContent(threshold, None, None if version is None else version.id))
        return "mask"
    if version is None or not _hides_prediction(workspace, image):
        return ""
    draft = _begin(workspace, image, who, DraftContent(_NO_MODEL_THRESHOLD, None, None))
    # Who had begun on the prediction before the task hid it goes on so.
    return "prediction" if draft.version_id is None else ""


def hides_anything(workspace: Workspace, image: ImageRow, who: str) -> bool:
    """Whether a person must not see the mask or the prediction of an image."""
    return reads_blind(workspace, image, who) is not None or _hides_prediction(workspace, image)


def _begin(workspace: Workspace, image: ImageRow, who: str, content: DraftContent) -> DraftRow:
    """The person's own draft, laid down where there is none."""
    draft = workspace.drafts.get(image.id, who)
    if draft is not None and draft.who:
        return draft
    return workspace.drafts.begin_anew(image.id, content, who)


def _hides_prediction(workspace: Workspace, image: ImageRow) -> bool:
    percent = workspace.tasks.get_by_id(image.task_id).review_rules.blind_percent
    return image.state != "corrected" and is_chosen(image.id, percent, "blind first")


def what_it_becomes(
    workspace: Workspace, image: ImageRow, who: str, content: DraftContent, mask: NDArray[Any]
) -> tuple[dict[str, Any], bool]:
    """What a mask that a person saves says of itself, and whether it becomes the one that counts.

    Args:
        workspace: The store.
        image: The image.
        who: Who saves.
        content: As the editor has it.
        mask: (H, W) class indices.
    """
    first = reads_blind(workspace, image, who)
    if first is not None:
        saved = decode_image(workspace.masks.read_mask_png(first), image.name).values
        return {SECOND: first.id, DICE: round(mean_dice(mask, np.asarray(saved)), 6)}, False
    version = workspace.versions.current(image.task_id)
    if content.version_id is None and version is not None and _hides_prediction(workspace, image):
        return {BLIND_VERSION: version.id}, True
    rules = workspace.tasks.get_by_id(image.task_id).review_rules
    readings = readings_of(workspace, image.id) if rules.second_percent else None
    if readings is not None and readings.differ(rules.differ_below):
        return {AGREED: [each.id for each in readings.all], HOW: "edit"}, True
    return {}, True


def waits(rules: ReviewRules, image_id: int, review: Review, readings: Readings | None) -> bool:
    """Whether an image that somebody saved waits for somebody else to read it blind.

    One that is flagged is mended first. Where two readers differ, a third one may read it.
    """
    if review == "flagged":
        return False
    if readings is None:
        return is_chosen(image_id, rules.second_percent, "read twice")
    return readings.differ(rules.differ_below)


def has_read(readings: Readings | None, who: str) -> bool:
    """Whether a person is one of those who read an image blind."""
    return readings is not None and any(same_person(each.who, who) for each in readings.others)


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same person's."""
    return name_key(one) == name_key(other)
