"""How sharply the outline of a mask follows that of a reference, within a tolerance in pixels."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.evaluation.surface import check_shapes, surface_pixels


def boundary_tolerance(shape: tuple[int, int]) -> float:
    """0.75 % of the diagonal of an image (height, width), in pixels: the tolerance of Csurka et al. 2013."""
    return 0.0075 * math.hypot(*shape)


def boundary_f1(
    predicted: NDArray[Any],
    reference: NDArray[Any],
    tolerance: float | None = None,
    ignore: NDArray[Any] | None = None,
) -> float:
    """The boundary F1 of one foreground, after Csurka, Larlus and Perronnin 2013 (BMVC).

    The boundary of a mask is its surface as HD95 takes it. Precision is the part of the predicted boundary
    with a pixel of the reference's within the tolerance, recall the part of the reference's boundary with a
    predicted pixel within it; F1 = 2 P R / (P + R).

    Args:
        tolerance: Largest Euclidean distance in pixels; None for `boundary_tolerance`.
        ignore: (H, W), pixels that are neither foreground nor background; None for none.

    Returns:
        In [0, 1]; 1 where neither mask has a boundary, 0 where one has none.
    """
    check_shapes(predicted, reference)
    first, second = surface_pixels(predicted, ignore), surface_pixels(reference, ignore)
    if not first.any() or not second.any():
        return float(first.any() == second.any())
    height, width = reference.shape
    reach = boundary_tolerance((height, width)) if tolerance is None else tolerance
    precision, recall = _part_near(first, second, reach), _part_near(second, first, reach)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _part_near(these: NDArray[np.bool_], those: NDArray[np.bool_], reach: float) -> float:
    far = (~those).astype(np.uint8)
    distance = np.asarray(cv2.distanceTransform(far, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
    # Distances come in float32.
    return float((distance[these] <= reach + 1e-4).mean())
