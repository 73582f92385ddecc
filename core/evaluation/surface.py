"""How far the edges of two masks lie apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from core.imaging.masks import outline


def hausdorff_95(
    predicted: NDArray[Any], reference: NDArray[Any], ignore: NDArray[Any] | None = None
) -> float | None:
    """The 95th percentile of the Hausdorff distance, in pixels (HD95).

    The surface of a mask is its foreground pixels with a background pixel above, below, left or right, where
    beyond the image's edge counts as background. From each surface pixel of either mask the Euclidean
    distance to the nearest surface pixel of the other is taken; the answer is the larger of the two
    directions' 95th percentiles (linear between ranks), as in the BraTS challenge and MONAI. Huttenlocher et
    al. 1993 for the distance itself.

    Args:
        predicted: (H, W), foreground where it is not 0.
        reference: (H, W), foreground where it is not 0.
        ignore: (H, W), pixels that count as background in both masks and whose border is no surface; None for
            none.

    Returns:
        Pixels; 0 where both masks are empty, None where one of them is.
    """
    first = np.asarray(predicted) != 0
    second = np.asarray(reference) != 0
    if ignore is not None:
        first, second = first & (np.asarray(ignore) == 0), second & (np.asarray(ignore) == 0)
    if not first.any() or not second.any():
        return None if first.any() or second.any() else 0.0
    first, second = _crop(first, second)
    first_surface, second_surface = outline(first), outline(second)
    forth = distance_transform_edt(~second_surface)[first_surface]
    back = distance_transform_edt(~first_surface)[second_surface]
    return float(max(np.percentile(forth, 95), np.percentile(back, 95)))


def _crop(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Both masks cut to the box that holds all foreground: the same distances in less time."""
    either = first | second
    rows, columns = np.flatnonzero(either.any(axis=1)), np.flatnonzero(either.any(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return first[box], second[box]
