"""Where the readers of an image differ, somebody settles it.

A second reading never becomes the mask that counts by itself: it stands beside it until readers agree or the
difference is settled.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from core.errors import StoreError
from core.imaging.masks import encode_png
from core.review.agreement import majority
from core.review.second_reading import AGREED, HOW, Readings
from core.workflows.correct.blind import readings_of, readings_of_task
from core.workflows.correct.save_mask import content_of_mask, content_of_revision, read_mask
from core.workspace import ImageRow, NewRevision, RevisionRow, TaskRow, Workspace

How = Literal["first", "second", "majority"]
FEWEST_FOR_MAJORITY = 3


def differing(workspace: Workspace, task: TaskRow) -> list[tuple[ImageRow, Readings]]:
    """The images of a task whose readers differ, those that differ most first."""
    found = [
        (workspace.images.get(image_id), readings)
        for image_id, readings in readings_of_task(workspace, task.id).items()
        if readings.differ(task.review_rules.differ_below)
    ]
    return sorted(found, key=lambda each: each[1].dice)


def settle(
    workspace: Workspace, image_id: int, how: How, *, who: str, other_id: int | None = None
) -> RevisionRow:
    """The agreed mask as a new revision that counts and names its sources.

    Args:
        how: Take the first reading, take the second, or what most of three or more say.
        other_id: The reading that was looked at as the second; None for the one that differs most.

    Raises:
        NotAllowedError: Readers do not settle.
        StoreError: Nothing is to be settled any more, or there are fewer than three readings for a majority.
    """
    workspace.require("judge")
    readings = readings_of(workspace, image_id)
    other = None if readings is None else readings.other(other_id)
    if readings is None or other is None or readings.is_settled:
        raise StoreError("There is nothing to settle here; another mask was saved meanwhile.")
    if how == "majority" and len(readings.all) < FEWEST_FOR_MAJORITY:
        raise StoreError(
            "A majority needs {fewest_for_majority} readings, and there are {num_all}; let "
            "another person read the image.",
            fewest_for_majority=FEWEST_FOR_MAJORITY,
            num_all=len(readings.all),
        )
    workspace.adjudicators.add(image_id, who=who)
    sources = readings.all if how == "majority" else (readings.first, other)
    chosen = readings.first if how == "first" else other
    mask = majority([read_mask(workspace, each) for each in sources]) if how == "majority" else None
    image = workspace.images.get(image_id)
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
            shown=(
                content_of_revision(workspace, image, chosen)
                if mask is None
                else content_of_mask(workspace, image, mask)
            ),
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
    first = workspace.masks.get(int(sources[0]))
    shown = content_of_revision(workspace, workspace.images.get(agreed.image_id), first)
    workspace.masks.point_back(agreed.id, first.id, shown=shown, who=who)
