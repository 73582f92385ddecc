"""HD95 against hand-worked cases, brute force and scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from skimage.metrics import hausdorff_distance
from skimage.segmentation import find_boundaries

from core.evaluation.surface import hausdorff_95


def square(top: int, left: int, side: int, size: int = 40) -> NDArray[np.bool_]:
    mask = np.zeros((size, size), bool)
    mask[top : top + side, left : left + side] = True
    return mask


def blob(seed: int) -> NDArray[np.bool_]:
    generator = np.random.default_rng(seed)
    rows, cols = np.mgrid[:50, :60]
    mask = np.zeros((50, 60), bool)
    for _ in range(3):
        row, col, radius = generator.uniform((5, 5, 3), (45, 55, 14))
        mask |= (rows - row) ** 2 + (cols - col) ** 2 < radius**2
    return mask


def surface_points(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    padded = np.pad(mask, 1)
    return np.argwhere(find_boundaries(padded, connectivity=1, mode="inner"))


def test_the_same_mask_has_distance_zero() -> None:
    assert hausdorff_95(square(5, 5, 10), square(5, 5, 10)) == 0


def test_two_points_are_as_far_apart_as_they_are() -> None:
    assert hausdorff_95(square(3, 4, 1), square(6, 8, 1)) == 5  # 3, 4, 5


def test_a_moved_square() -> None:
    # Moved by 4 columns: of 36 edge pixels 9 + 9 lie 4 away, so the 95th percentile is 4 in both directions.
    assert hausdorff_95(square(10, 10, 10), square(10, 14, 10)) == 4


def test_one_far_pixel_in_a_large_mask_is_forgiven() -> None:
    predicted, reference = square(5, 5, 25), square(5, 5, 25)
    predicted[39, 39] = True
    assert hausdorff_95(predicted, reference) == 0
    assert hausdorff_distance(predicted, reference) > 14


def test_the_larger_direction_counts() -> None:
    small, large = square(10, 10, 3), square(10, 10, 20)
    assert hausdorff_95(small, large) == hausdorff_95(large, small)
    assert hausdorff_95(small, large) > 15


@pytest.mark.parametrize("seed", range(6))
def test_it_agrees_with_brute_force(seed: int) -> None:
    first, second = blob(seed), blob(seed + 100)
    distances = cdist(surface_points(first), surface_points(second))
    forth, back = distances.min(axis=1), distances.min(axis=0)
    expected = max(np.percentile(forth, 95), np.percentile(back, 95))
    assert hausdorff_95(first, second) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_never_above_the_full_distance_of_scikit_image(seed: int) -> None:
    first, second = blob(seed), blob(seed + 50)
    edges = [np.zeros_like(first, shape=(52, 62)) for _ in range(2)]
    for edge, mask in zip(edges, (first, second), strict=True):
        edge[tuple(surface_points(mask).T)] = True
    distance = hausdorff_95(first, second)
    assert distance is not None
    assert distance <= hausdorff_distance(edges[0], edges[1]) + 1e-9


def test_the_image_s_edge_is_a_border() -> None:
    full = np.ones((9, 9), bool)
    # The ring of 32 pixels against the single one in the middle; its corners are sqrt(32) away.
    middle = square(4, 4, 1, size=9)
    assert hausdorff_95(full, middle) == pytest.approx(np.percentile(_ring_distances(), 95))


def _ring_distances() -> list[float]:
    places = [(row, col) for row in range(9) for col in range(9) if {row, col} & {0, 8}]
    return [float(np.hypot(row - 4, col - 4)) for row, col in places]


def test_empty_masks() -> None:
    empty, some = np.zeros((40, 40), bool), square(3, 3, 4)
    assert hausdorff_95(empty, empty) == 0
    assert hausdorff_95(empty, some) is None
    assert hausdorff_95(some, empty) is None


def test_what_is_ignored_has_no_surface() -> None:
    reference, predicted = square(5, 5, 10), square(5, 5, 10)
    predicted[30:38, 30:38] = True
    ignore = np.zeros((40, 40), bool)
    ignore[25:, 25:] = True
    assert hausdorff_95(predicted, reference, ignore) == 0
    assert hausdorff_95(predicted, reference, np.ones((40, 40), bool)) == 0


def test_a_mask_cut_off_by_what_is_ignored_has_no_surface_there() -> None:
    bar = np.zeros((1, 20), bool)
    bar[0, 5:15] = True
    wide = np.pad(bar, ((20, 20), (0, 0)), mode="edge")  # columns 5 to 14 over all 41 rows
    ignore = np.zeros_like(wide)
    ignore[:, 10:] = True
    shorter = wide.copy()
    shorter[:, 7:] = False
    # What counts of the wide one: column 5, and the ends of columns 5 to 9 in the first and the last row.
    points = [(row, 5) for row in range(41)] + [(row, col) for row in (0, 40) for col in range(6, 10)]
    others = [(row, col) for row in range(41) for col in (5, 6)]
    distances = cdist(points, others)
    expected = max(np.percentile(distances.min(axis=1), 95), np.percentile(distances.min(axis=0), 95))
    assert hausdorff_95(wide, shorter, ignore) == pytest.approx(expected)


def test_a_mask_with_nothing_but_ignored_pixels_around_has_none() -> None:
    inside, ignore = square(10, 10, 4), square(8, 8, 8) & ~square(10, 10, 4)
    assert hausdorff_95(inside, inside, ignore) == 0
    assert hausdorff_95(inside, square(25, 25, 4), ignore) is None
