"""Numbers worked out by hand from the definition of google-deepmind/surface-distance."""

import math

import numpy as np
import pytest

from core.evaluation.contours import contour_distances, robust_hausdorff, surface_dice

NEAR = dict(abs=1e-6)


def pixel(row, column):
    mask = np.zeros((20, 24), bool)
    mask[row, column] = True
    return mask


def test_two_pixels_two_apart():
    # A pixel has a contour of four corners, each half a diagonal long: 0.5 hypot(2, 1). The corners at
    # columns 7, 8 against 9, 10: one side lies 1 away, the other 2.
    found = contour_distances(pixel(5, 7), pixel(5, 9), (2.0, 1.0))
    assert found.first.tolist() == [1, 1, 2, 2]
    assert found.second.tolist() == [1, 1, 2, 2]
    assert found.first_lengths == pytest.approx([0.5 * math.hypot(2, 1)] * 4, **NEAR)
    assert surface_dice(found, 1.0) == pytest.approx(0.5, **NEAR)
    assert robust_hausdorff(found) == pytest.approx(2.0, **NEAR)


def test_a_square_that_is_one_row_longer():
    # Contour of the 2x2 square: corners 4 half diagonals, sides 2 of length 1 (horizontal) and 2 of length 2
    # (vertical). All of it lies on the other contour but its lower side, whose middle is 1 (horizontal step)
    # from the other's sides; so beyond 0.5 there is a length of 1 here. The 3x2 one has 2 vertical pieces
    # more; its lower three pieces (half diagonal, 1, half diagonal) lie one row of height 2 away.
    first, second = np.zeros((6, 6), bool), np.zeros((6, 6), bool)
    first[1:3, 1:3] = True
    second[1:4, 1:3] = True
    half = 0.5 * math.hypot(2, 1)
    found = contour_distances(first, second, (2.0, 1.0))
    total = (4 * half + 2 + 4) + (4 * half + 2 + 8)
    assert surface_dice(found, 0.5) == pytest.approx((total - 1 - (2 * half + 1)) / total, **NEAR)
    # Within 1: all of the first, of the second all but its lower three pieces.
    assert surface_dice(found, 1.0) == pytest.approx((total - (2 * half + 1)) / total, **NEAR)
    # Of the second 95 % reach into its farthest pieces.
    assert robust_hausdorff(found) == pytest.approx(2.0, **NEAR)
    assert robust_hausdorff(found, 50) == pytest.approx(0.0, **NEAR)


def test_pixels_that_touch_at_a_corner_have_two_pieces_there():
    mask = pixel(5, 7) | pixel(6, 8)
    found = contour_distances(mask, mask)
    # Seven corners: six of half a diagonal, the shared one of two.
    assert sorted(found.first_lengths) == pytest.approx([math.sqrt(0.5)] * 6 + [math.sqrt(2)], **NEAR)
    assert surface_dice(found, 0.0) == 1.0
    assert robust_hausdorff(found) == 0.0


def test_a_mask_at_the_edge_of_the_image_has_a_contour_there():
    whole = np.ones((2, 3), bool)
    found = contour_distances(whole, whole)
    # Four corners, and on the sides 2 + 2 pieces across and 1 + 1 down.
    assert found.first_lengths.sum() == pytest.approx(4 * math.sqrt(0.5) + 6, **NEAR)


def test_empty_masks():
    empty, one = np.zeros((20, 24), bool), pixel(5, 7)
    assert robust_hausdorff(contour_distances(one, empty)) is None
    assert surface_dice(contour_distances(one, empty), 2.0) == 0.0
    assert surface_dice(contour_distances(empty, one), 2.0) == 0.0
    assert (surface_dice(contour_distances(empty, empty), 2.0)) == 1.0
    assert robust_hausdorff(contour_distances(empty, empty)) == 0.0
    with pytest.raises(ValueError, match="differ in shape"):
        contour_distances(empty, empty[:3])
