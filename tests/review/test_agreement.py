import numpy as np
import pytest

from core.review.agreement import agree, majority, mean_dice

A = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]], np.uint8)
B = np.array([[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]], np.uint8)


def test_two_squares_moved_by_one():
    found = agree(A, B)
    # 2 shared of 4 and 4. Every piece of a contour lies within 1 pixel of the other one.
    assert found.dice == pytest.approx(0.5)
    assert found.surface_dice == 1.0
    assert found.hd95 == 1.0
    assert (found.first_area, found.second_area) == (4, 4)


def test_areas_and_distances_in_mm():
    found = agree(A, B, spacing=(1.0, 3.0))
    assert (found.first_area, found.second_area) == (12, 12)
    # Moved by a column of 3 mm; what lies on the other one, or within 1 mm of it, is the upper and lower
    # middle piece of each (3 long) and the half diagonals and the sides at its end.
    assert found.hd95 == pytest.approx(3.0)
    assert found.surface_dice < 1


def test_undecided_pixels_weigh_nothing():
    undecided = B.copy()
    undecided[:, 2] = 255
    # Left are the columns 0, 1 and 3: A has 4, B has 2, both have 2.
    found = agree(A, undecided)
    assert found.dice == pytest.approx(2 * 2 / (4 + 2))
    assert mean_dice(A, undecided) == found.dice


def test_classes_are_judged_one_by_one():
    first = np.array([[1, 1, 2, 0]], np.uint8)
    second = np.array([[1, 2, 2, 0]], np.uint8)
    assert agree(first, second, 1).dice == pytest.approx(2 / 3)
    assert agree(first, second, 2).dice == pytest.approx(2 / 3)
    assert agree(first, second, 3).dice == 1.0
    assert mean_dice(first, second) == pytest.approx(2 / 3)
    assert mean_dice(np.zeros((2, 2)), np.zeros((2, 2))) == 1.0


def test_a_majority_pixel_by_pixel():
    masks = [
        np.array([[1, 1, 0, 2, 255, 1]], np.uint8),
        np.array([[1, 0, 0, 1, 255, 255]], np.uint8),
        np.array([[0, 1, 0, 3, 255, 2]], np.uint8),
    ]
    # Two of three; a tie is the first one's; nobody votes; of two votes that differ the first.
    assert majority(masks).tolist() == [[1, 1, 0, 2, 255, 1]]


def test_padding_changes_no_pixel_of_a_majority():
    random = np.random.default_rng(3)
    masks = [random.integers(0, 3, (9, 11)).astype(np.uint8) for _ in range(5)]
    whole = majority(masks)
    for _ in range(4):
        masks = [np.pad(mask, 7) for mask in masks]
        whole = np.pad(whole, 7)
        assert np.array_equal(majority(masks), whole)


def test_masks_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match="differ in shape"):
        agree(A, A[:2])
    with pytest.raises(ValueError, match="differ in shape"):
        majority([A, A[:2]])
