"""How large a network must see images, so that what is thin in their masks is wide enough to be learnt."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.image_size import within
from core.imaging.class_table import UNDEFINED

LEAST_WIDTH = 8.0
"""Pixels of a network's input; what is narrower takes a larger input (decision 063)."""
THIN_PART = 0.25
"""The width that so many of the masks fall below is the one that counts."""
MOST_DOUBLED = 2
_MEASURED_SIDE = 1024


def doublings(masks: Iterable[NDArray[np.uint8]], side: int) -> int:
    """How often a network's side has to be doubled for these masks, and no further than their images go.

    Args:
        masks: Each (H, W) uint8 of class indices, background included; 255 does not count.
        side: Of the network's input in pixels, which images are stretched to.

    Returns:
        0 to `MOST_DOUBLED`; 0 without a mask that shows two classes.
    """
    widths, longest = [], []
    for mask in masks:
        longest.append(max(mask.shape))
        height, width = within(mask.shape, _MEASURED_SIDE)
        small = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
        narrowest = narrowest_width(small)
        if narrowest is not None:
            widths.append(narrowest * side / max(small.shape))
    if not widths:
        return 0
    wanted = math.log2(LEAST_WIDTH / float(np.quantile(widths, THIN_PART)))
    there = math.log2(float(np.median(longest)) / side)
    return int(np.clip(math.ceil(min(wanted, there)), 0, MOST_DOUBLED))


def narrowest_width(labels: NDArray[np.uint8]) -> float | None:
    """The mean width of the narrowest class in pixels, None where fewer than two are there.

    A pixel of a strip is a quarter of its width away from what is beside it, on average, so four times the
    mean distance is the width of a strip, and two thirds of the diameter of a disc.

    Args:
        labels: (H, W) of class indices; 255 does not count, and is the edge of what is beside it.
    """
    present = [value for value in np.unique(labels).tolist() if value != UNDEFINED]
    if len(present) < 2:
        return None
    return min(_width(labels == value) for value in present)


def _width(where: NDArray[Any]) -> float:
    distances = cv2.distanceTransform(where.view(np.uint8), cv2.DIST_L2, 5)
    return 4 * float(distances[where].mean())
