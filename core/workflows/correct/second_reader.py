"""What a reader must not see of an image, and what their save becomes then.

Who reads blind sees nothing of the mask that theirs will stand beside; for a part of the images the first
reader sees nothing of the prediction. Where a task asks for none of it, that is answered by a quick query.
"""

from __future__ import annotations

from typing import Any, Literal

from numpy.typing import NDArray

from core.imaging.decode import read_png
from core.registry.predictions import proposed_content
from core.review.agreement import mean_dice
from core.review.second_reading import AGREED, BLIND_VERSION, DICE, HOW
from core.workflows.correct.blind import (
    KEYS,
    BlindReading,
    is_drawn_first,
    readings_of,
    reads_blind,
    same_person,
)
from core.workspace import DraftContent, ImageRow, RevisionRow, Workspace

Hidden = Literal["", "mask", "read", "gold", "prediction"]
"""What of an image a person must not see: nothing, a saved mask, before or after they saved theirs beside it,
that there is one, or the prediction."""


def begin_blind(workspace: Workspace, image: ImageRow, who: str) -> Hidden:
    """What is hidden from a person; if anything is, they have a draft of their own without it from now on."""
    reading = reads_blind(workspace, image, who)
    if reading is not None:
        content = _anew(workspace, image, who, reading)
        draft = workspace.drafts.get(image.id, who)
        if content is not None:
            draft = workspace.drafts.begin_anew(image.id, content, who, in_place_of_saved=reading.is_due)
        is_bare = reading.without_prediction and draft is not None and draft.version_id is None
        if is_bare and workspace.versions.current(image.task_id) is not None:
            return "prediction"
        if reading.purpose == "gold":
            return "gold"
        return "read" if reading.is_done else "mask"
    if not _hides_prediction(workspace, image) or workspace.versions.current(image.task_id) is None:
        return ""
    draft = workspace.drafts.get(image.id, who)
    if draft is None or not draft.who:
        draft = workspace.drafts.begin_anew(image.id, proposed_content(workspace, None), who)
    # Who had begun on the prediction before the task hid it goes on so.
    return "prediction" if draft.version_id is None else ""


def begins_with(workspace: Workspace, image: ImageRow, who: str) -> DraftContent | None:
    """What a person is shown who reads an image blind and has not begun; None for anybody else."""
    reading = reads_blind(workspace, image, who)
    return None if reading is None else _anew(workspace, image, who, reading)


def _anew(workspace: Workspace, image: ImageRow, who: str, reading: BlindReading) -> DraftContent | None:
    """What a blind reading begins with, the bare prediction; None where the person goes on with their own."""
    draft = workspace.drafts.get(image.id, who)
    if draft is not None and draft.who and not reading.is_due:
        return None
    hidden = reading.without_prediction
    return proposed_content(workspace, None if hidden else workspace.versions.current(image.task_id))


def hides_anything(workspace: Workspace, image: ImageRow, who: str) -> bool:
    """Whether a person must not see the mask or the prediction of an image."""
    return reads_blind(workspace, image, who) is not None or _hides_prediction(workspace, image)


def history_for(workspace: Workspace, image_id: int, hidden: Hidden, who: str) -> list[RevisionRow]:
    """The saved masks of an image that a person may see, the newest first: their own where any are hidden."""
    history = workspace.masks.history(image_id)
    return [each for each in history if same_person(each.who, who)] if hidden else history


def _hides_prediction(workspace: Workspace, image: ImageRow) -> bool:
    if image.state == "corrected":
        return False
    return is_drawn_first(workspace.tasks.get_by_id(image.task_id).review_rules, image.id)


def what_it_becomes(
    workspace: Workspace, image: ImageRow, who: str, content: DraftContent, mask: NDArray[Any]
) -> tuple[dict[str, Any], bool]:
    """What a mask that a person saves says of itself, and whether it becomes the one that counts.

    Args:
        content: As the editor has it.
        mask: (H, W) class indices.
    """
    reading = reads_blind(workspace, image, who)
    if reading is not None:
        saved = read_png(workspace.masks.read_mask_png(reading.beside), image.name)
        dice = round(mean_dice(mask, saved), 6)
        return {KEYS[reading.purpose]: reading.beside.id, DICE: dice}, False
    version = workspace.versions.current(image.task_id)
    if content.version_id is None and version is not None and _hides_prediction(workspace, image):
        return {BLIND_VERSION: version.id}, True
    rules = workspace.tasks.get_by_id(image.task_id).review_rules
    readings = readings_of(workspace, image.id) if rules.second_percent else None
    if readings is not None and readings.differ(rules.differ_below):
        return {AGREED: [each.id for each in readings.all], HOW: "edit"}, True
    return {}, True
