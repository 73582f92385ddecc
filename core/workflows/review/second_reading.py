"""A part of the images is read twice, blind; where readers differ, somebody settles it.

The second reader starts from the prediction and sees nothing of the first. A second reading never becomes the
mask that counts by itself: it stands beside it until readers agree or the difference is settled.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from core.errors import StoreError
from core.imaging.masks import encode_png
from core.review.agreement import majority
from core.review.second_reading import AGREED, HOW, SECOND, Readings, readings_by_image
from core.workflows.correct.save_mask import read_mask
from core.workflows.correct.second_reader import has_read, readings_of, same_person, waits
from core.workspace import ImageRow, NewRevision, RevisionRow, TaskRow, Workspace

How = Literal["first", "second", "majority"]
FEWEST_FOR_MAJORITY = 3


def readings_of_task(workspace: Workspace, task_id: int) -> dict[int, Readings]:
    """The readings of each image of a task that was read twice."""
    seconds = workspace.masks.naming(task_id, SECOND)
    truths = (
        {each.image_id: each.revision_id for each in workspace.truth.readings(task_id)} if seconds else {}
    )
    return readings_by_image(seconds, truths)


def waiting_for(workspace: Workspace, task: TaskRow, who: str) -> list[int]:
    """The images that a person could read a second time, in order of arrival."""
    if task.review_rules.second_percent == 0:
        return []
    readings = readings_of_task(workspace, task.id)
    judged = workspace.reviews.judged_by(task.id, who)
    return [
        each.image_id
        for each in workspace.truth.readings(task.id)
        if each.image_id not in judged
        and waits(task.review_rules, each.image_id, each.review, readings.get(each.image_id))
        and not same_person(each.who, who)
        and not has_read(readings.get(each.image_id), who)
    ]


def differing(workspace: Workspace, task: TaskRow) -> list[tuple[ImageRow, Readings]]:
    """The images of a task whose readers differ, those that differ most first."""
    found = [
        (workspace.images.get(image_id), readings)
        for image_id, readings in readings_of_task(workspace, task.id).items()
        if readings.differ(task.review_rules.differ_below)
    ]
    return sorted(found, key=lambda each: each[1].dice)


def settle(workspace: Workspace, image_id: int, how: How, *, who: str) -> RevisionRow:
    """The agreed mask as a new revision that counts and names its sources.

    Args:
        workspace: The store.
        image_id: The image.
        how: Take the first reading, take the last of the others, or what most of three or more say.
        who: Who decides.

    Raises:
        NotAllowedError: Readers do not settle.
        StoreError: Nothing is to be settled any more, or there are fewer than three readings for a majority.
    """
    workspace.require("judge")
    readings = readings_of(workspace, image_id)
    if readings is None or readings.is_settled:
        raise StoreError("There is nothing to settle here; another mask was saved meanwhile.")
    if how == "majority" and len(readings.all) < FEWEST_FOR_MAJORITY:
        raise StoreError(
            "A majority needs {fewest_for_majority} readings, and there are {num_all}; let "
            "another person read the image.",
            fewest_for_majority=FEWEST_FOR_MAJORITY,
            num_all=len(readings.all),
        )
    sources = readings.all if how == "majority" else (readings.first, readings.others[-1])
    chosen = readings.first if how == "first" else readings.others[-1]
    mask = majority([read_mask(workspace, each) for each in sources]) if how == "majority" else None
    return workspace.masks.save(
        image_id,
        NewRevision(
            mask_png=workspace.masks.read_mask_png(chosen) if mask is None else encode_png(mask),
            layer_png=workspace.masks.read_layer_png(chosen) if mask is None else None,
            threshold=chosen.threshold,
            version_id=chosen.version_id,
            who=who,
            seconds=0.0,
            foreground=chosen.foreground if mask is None else float(np.count_nonzero(mask)) / mask.size,
            provenance={AGREED: [each.id for each in sources], HOW: how},
        ),
    )


def undo(workspace: Workspace, agreed: RevisionRow, *, who: str) -> None:
    """Let the first reading count again; the agreed mask stays in the history.

    Raises:
        StoreError: It is no agreed mask, or another one was saved meanwhile.
    """
    sources = agreed.provenance.get(AGREED)
    if not sources:
        raise StoreError(
            "Revision {number} is no agreed mask, so there is nothing to take back.", number=agreed.number
        )
    workspace.masks.point_back(agreed.id, int(sources[0]), who=who)
