"""Whether the side on which a class lies tells it from another, as with a left and a right lung.

A mirrored picture then shows the one where only the other can be, so it must not be learnt from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

FEWEST_IMAGES = 4
SAME_SIDE = 0.95
LEAST_APART = 0.05


def sides_that_matter(masks: Iterable[NDArray[np.uint8]], num_classes: int) -> tuple[bool, bool]:
    """Whether classes are told apart by left and right, and by above and below.

    They are where one class's centre lies on the same side of another's in `SAME_SIDE` of the images that
    show both, of which there are `FEWEST_IMAGES`, and by `LEAST_APART` of the picture's width (or height)
    on average.

    Args:
        masks: Each (H, W) uint8 of class indices, 0 for background; higher ones do not count.
        num_classes: With the background.
    """
    apart: dict[tuple[int, int], list[NDArray[np.float64]]] = defaultdict(list)
    for mask in masks:
        centres = _centres(mask, num_classes)
        for one, other in combinations(sorted(centres), 2):
            apart[one, other].append(centres[other] - centres[one])
    left_right, up_down = False, False
    for differences in apart.values():
        if len(differences) < FEWEST_IMAGES:
            continue
        each = np.array(differences)
        most = np.maximum((each > 0).mean(axis=0), (each < 0).mean(axis=0))
        matters = (most >= SAME_SIDE) & (np.abs(each.mean(axis=0)) >= LEAST_APART)
        left_right, up_down = left_right or bool(matters[0]), up_down or bool(matters[1])
    return left_right, up_down


def _centres(mask: NDArray[np.uint8], num_classes: int) -> dict[int, NDArray[np.float64]]:
    """(x, y) of each foreground class that is there, as parts of the picture's width and height."""
    centres = {}
    for value in range(1, num_classes):
        rows, columns = np.nonzero(mask == value)
        if len(rows):
            centres[value] = np.array([columns.mean() / mask.shape[1], rows.mean() / mask.shape[0]])
    return centres
