"""How far the contours of two masks lie apart, with each piece of contour weighing its length.

The definitions are those of github.com/google-deepmind/surface-distance (Nikolov et al. 2021, JMIR 23, for
the surface Dice), in two dimensions. `core.evaluation.surface` has the HD95 of scores, which counts pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.surface import check_shapes, cropped

Spacing = tuple[float, float]
_CODES = np.array([[8, 4], [2, 1]])


@dataclass(frozen=True)
class ContourDistances:
    """From each piece of a contour to the nearest point of the other one.

    Attributes:
        first: (N,) distances of the first mask's pieces, rising; infinite where the other mask has none.
        first_lengths: (N,) their lengths.
        second: (M,) distances of the second mask's pieces, likewise.
        second_lengths: (M,) their lengths.
    """

    first: NDArray[np.float64]
    first_lengths: NDArray[np.float64]
    second: NDArray[np.float64]
    second_lengths: NDArray[np.float64]


def contour_distances(
    first: NDArray[Any], second: NDArray[Any], spacing: Spacing = (1.0, 1.0)
) -> ContourDistances:
    """The distances between the contours of two masks.

    A contour runs through the corners of pixels at which foreground and background meet; beyond the image is
    background.

    Args:
        first: (H, W), foreground where it is not 0.
        second: (H, W), likewise.
        spacing: Height and width of a pixel, in whatever unit the distances are to have.
    """
    check_shapes(first, second)
    # Late: SciPy is a quarter of the time in which the page's process starts.
    from scipy.ndimage import distance_transform_edt

    codes = [_corner_codes(mask) for mask in cropped(np.asarray(first) != 0, np.asarray(second) != 0)]
    borders = [(code != 0) & (code != 15) for code in codes]
    lengths = [_lengths(spacing)[code] for code in codes]
    found = []
    for own, other in ((0, 1), (1, 0)):
        if borders[other].any():
            away = distance_transform_edt(~borders[other], sampling=spacing)[borders[own]]
        else:
            away = np.full(int(borders[own].sum()), np.inf)
        length = lengths[own][borders[own]]
        # As the definition has it: of equally far ones the shorter come first.
        order = np.lexsort((length, away))
        found += [np.asarray(away[order], np.float64), length[order]]
    return ContourDistances(*found)


def surface_dice(distances: ContourDistances, tolerance: float) -> float:
    """The part of both contours' length that lies within the tolerance of the other one; 1 without any."""
    near = float(distances.first_lengths[distances.first <= tolerance].sum())
    near += float(distances.second_lengths[distances.second <= tolerance].sum())
    total = float(distances.first_lengths.sum() + distances.second_lengths.sum())
    return near / total if total else 1.0


def robust_hausdorff(distances: ContourDistances, percent: float = 95.0) -> float | None:
    """The larger distance within which so much of a contour lies; 0 without any, None with one alone."""
    if not distances.first.size or not distances.second.size:
        return None if distances.first.size or distances.second.size else 0.0
    return max(
        _percentile(distances.first, distances.first_lengths, percent),
        _percentile(distances.second, distances.second_lengths, percent),
    )


def _percentile(distances: NDArray[np.float64], lengths: NDArray[np.float64], percent: float) -> float:
    part = np.cumsum(lengths) / lengths.sum()
    place = int(np.searchsorted(part, percent / 100))
    return float(distances[min(place, len(distances) - 1)])


def _corner_codes(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(H + 1, W + 1): which of the four pixels around each corner are foreground, as bits of `_CODES`."""
    padded = np.pad(mask, 1).astype(np.intp)
    upper, lower = padded[:-1], padded[1:]
    codes = _CODES[0, 0] * upper[:, :-1] + _CODES[0, 1] * upper[:, 1:]
    return np.asarray(codes + _CODES[1, 0] * lower[:, :-1] + _CODES[1, 1] * lower[:, 1:])


def _lengths(spacing: Spacing) -> NDArray[np.float64]:
    """(16,) the length of contour at a corner of each code."""
    vertical, horizontal = spacing
    half_diagonal = 0.5 * math.hypot(vertical, horizontal)
    lengths = np.full(16, half_diagonal)
    lengths[[0b0000, 0b1111]] = 0.0
    lengths[[0b0011, 0b1100]] = horizontal
    lengths[[0b0101, 0b1010]] = vertical
    lengths[[0b0110, 0b1001]] = 2 * half_diagonal
    return lengths
