"""Does a candidate follow clicks better than the network in use? A simulated person clicks with both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.correction.simulated_person import Case, masks_after_clicks, parts_of
from core.evaluation.scores import dice_of
from core.imaging.class_table import UNDEFINED
from core.imaging.intensity import to_display
from core.inference.click_network import click_network
from core.language.sentence import Sentence
from core.registry.compare import Comparison, ImageComparison
from core.registry.compared import each_locked
from core.registry.decoded import decode
from core.workspace import ImageRow, VersionRow, Workspace

CLICKS = 3
MOST_PARTS = 3
"""Of one image and class, drawn by the image's number."""


@dataclass(frozen=True)
class ClickComparison(Comparison):
    """By Dice after three clicks at parts of the masks, from nothing; mean over an image's parts."""

    score = Sentence("Dice after three clicks")


def compare_clicks(
    workspace: Workspace, new: VersionRow, old: VersionRow | None, **watching: Any
) -> ClickComparison | None:
    """Both networks on the task's locked images that have something to click at.

    What nobody decided or checked of a mask does not count.

    Args:
        **watching: `on_progress` and `should_stop` of `each_locked`.

    Raises:
        BadModelError: A network is missing or broken.
    """
    networks = [None if each is None else click_network(workspace.versions.open(each)) for each in (old, new)]

    def row_of(image: ImageRow, mask: NDArray[Any]) -> ImageComparison | None:
        cases = _cases(workspace, image, mask)
        if not cases:
            return None
        dice = [
            0.0 if answer is None else float(np.mean([_dice(case, answer, mask) for case in cases]))
            for answer in networks
        ]
        return ImageComparison(image.id, image.name, old=dice[0], new=dice[1], group=image.group_id)

    rows = each_locked(workspace, new.task_id, row_of, **watching)
    if rows is None:
        return None
    compared = tuple(each for each in rows if each is not None)
    return ClickComparison(None if old is None else old.id, new.id, compared)


def _cases(workspace: Workspace, image: ImageRow, mask: NDArray[Any]) -> list[Case]:
    decoded = decode(workspace, image)
    picture, nothing = to_display(decoded), np.zeros(mask.shape, bool)
    values = sorted(set(np.unique(mask).tolist()) - {0, UNDEFINED})
    parts = (part for value in values for part in parts_of(mask == value, MOST_PARTS, image.id))
    return [Case(picture, nothing, part) for part in parts]


def _dice(case: Case, answer: Any, mask: NDArray[Any]) -> float:
    *_, found = masks_after_clicks(case, answer, CLICKS)
    return dice_of(found, case.truth, mask == UNDEFINED)
