"""Masks between two drawn slices: shape interpolation by signed distances, class by class.

Raya and Udupa, "Shape-based interpolation of multidimensional objects", IEEE TMI 9(1), 1990.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray


def fill_between(
    first: NDArray[np.uint8], last: NDArray[np.uint8], parts: Sequence[float]
) -> list[NDArray[np.uint8]]:
    """The masks of the slices between two.

    Each class has its signed distance to its edge, negative inside; in between it is where the weighted mean
    of both is below 0. What is on one side alone shrinks to nothing half way. Where several classes claim a
    pixel, the deepest has it.

    Args:
        first: (H, W) class indices, 0 background; 255 (nobody decided) counts as background.
        last: The same of the other side.
        parts: How much of the way from first to last each slice in between lies, in [0, 1].

    Returns:
        (H, W) uint8 of class indices for each of them, in order.

    Raises:
        ValueError: Masks of two sizes.
    """
    if first.shape != last.shape:
        raise ValueError(f"slices of one size can be filled between, got {first.shape} and {last.shape}")
    found = [np.zeros(first.shape, np.uint8) for _ in parts]
    deepest = [np.zeros(first.shape, np.float32) for _ in parts]
    for index in sorted({*np.unique(first), *np.unique(last)} - {0, 255}):
        before, after = _both_distances(first == index, last == index)
        for place, part in enumerate(parts):
            distance = (1 - np.float32(part)) * before + np.float32(part) * after
            inside = distance < deepest[place]
            found[place][inside] = index
            deepest[place] = np.where(inside, distance, deepest[place])
    return found


def _both_distances(
    first: NDArray[np.bool_], last: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Signed distances of both; an empty mask is as far off as the other one is deep."""
    if not first.any():
        after = _signed_distance(last)
        return np.full_like(after, -after.min()), after
    if not last.any():
        before = _signed_distance(first)
        return before, np.full_like(before, -before.min())
    return _signed_distance(first), _signed_distance(last)


def _signed_distance(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Pixels to the edge, which runs between pixels: -0.5 just inside, 0.5 just outside."""
    if mask.all():
        # No edge in the picture: as deep as it is large.
        return np.full(mask.shape, -float(max(mask.shape)), np.float32)
    outside, inside = (
        cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        for region in (~mask, mask)
    )
    return np.where(mask, 0.5 - inside, outside - 0.5).astype(np.float32)
