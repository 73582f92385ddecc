"""How far the edges of two masks lie apart, and what is near; a mask is (H, W), foreground where not 0."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.masks import outline


def hausdorff_95(
    predicted: NDArray[Any], reference: NDArray[Any], ignore: NDArray[Any] | None = None
) -> float | None:
    """The 95th percentile of the Hausdorff distance, in pixels (HD95).

    The surface of a mask is its foreground pixels with a background pixel above, below, left or right, where
    beyond the image's edge counts as background. From each surface pixel of either mask the Euclidean
    distance to the nearest surface pixel of the other is taken; the answer is the larger of the two
    directions' 95th percentiles (linear between ranks), as MONAI computes it; MedPy pools both directions
    before the percentile. Huttenlocher, Klanderman and Rucklidge 1993 for the distance itself.

    Args:
        ignore: (H, W), pixels that are neither foreground nor background, so that a mask cut off by them has
            no surface there; None for none.

    Returns:
        Pixels; 0 where both masks have no surface (both are empty), None where one of them has none.
    """
    first, second = surface_pixels(predicted, ignore), surface_pixels(reference, ignore)
    if not first.any() or not second.any():
        return None if first.any() or second.any() else 0.0
    first, second = cropped(first, second)
    # Late: SciPy is a quarter of the time in which the page's process starts.
    from scipy.ndimage import distance_transform_edt

    forth = distance_transform_edt(~second)[first]
    back = distance_transform_edt(~first)[second]
    return float(max(np.percentile(forth, 95), np.percentile(back, 95)))


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


def surface_pixels(mask: NDArray[Any], ignore: NDArray[Any] | None = None) -> NDArray[np.bool_]:
    """The surface of a mask as `hausdorff_95` takes it, (H, W) bool."""
    inside = np.asarray(mask) != 0
    if ignore is None:
        return outline(inside)
    undefined = np.asarray(ignore) != 0
    return np.asarray(outline(inside | undefined) & inside & ~undefined)


def cropped(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Both cut to the box that holds them: the same distances in less time."""
    either = first | second
    if not either.any():
        return [either, either]
    rows, columns = np.flatnonzero(either.any(axis=1)), np.flatnonzero(either.any(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return [first[box], second[box]]


def check_shapes(
    predicted: NDArray[Any], reference: NDArray[Any], ignore: NDArray[Any] | None = None
) -> None:
    """Refuse masks of different shapes, by a `ValueError`."""
    if predicted.shape != reference.shape or (ignore is not None and ignore.shape != reference.shape):
        shown = "" if ignore is None else f", ignore {ignore.shape}"
        raise ValueError(
            f"masks differ in shape: predicted {predicted.shape}, reference {reference.shape}{shown}"
        )
