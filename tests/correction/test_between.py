"""Masks filled in between two drawn slices."""

import numpy as np
import pytest

from benchmarks.phantoms.ct import ct_volume_phantom
from core.correction.between import fill_between


def square(size: int, index: int = 1) -> np.ndarray:
    mask = np.zeros((21, 21), np.uint8)
    half = size // 2
    mask[10 - half : 11 + half, 10 - half : 11 + half] = index
    return mask


def test_half_way_between_two_squares_is_the_square_between_them() -> None:
    (found,) = fill_between(square(5), square(13), [0.5])
    # Along an axis the edges lie 2.5 and 6.5 pixels from the middle; half way is 4.5, nine pixels wide.
    assert np.flatnonzero(found[10]).tolist() == list(range(6, 15))


def test_a_slice_nearer_to_one_side_looks_more_like_it() -> None:
    # A quarter of the way from 2.5 to 6.5 is 3.5, seven pixels wide; three quarters is 5.5, eleven.
    near, far = fill_between(square(5), square(13), [0.25, 0.75])
    assert np.flatnonzero(near[10]).tolist() == list(range(7, 14))
    assert np.flatnonzero(far[10]).tolist() == list(range(5, 16))


def test_what_does_not_change_stays() -> None:
    for found in fill_between(square(7), square(7), [0.25, 0.5, 0.75]):
        assert np.array_equal(found, square(7))


def test_what_is_on_one_side_alone_is_gone_half_way() -> None:
    first, second, third = fill_between(square(9), np.zeros((21, 21), np.uint8), [0.25, 0.5, 0.75])
    assert 0 < first.sum() < square(9).sum()
    assert second.sum() <= 1 and third.sum() == 0


def test_classes_stay_apart_and_undecided_is_no_class() -> None:
    first, last = square(5, 2), square(9, 2)
    first[0, 0:3], last[0, 0:3] = 1, 1
    last[20, 20] = 255
    (found,) = fill_between(first, last, [0.5])
    assert set(np.unique(found)) == {0, 1, 2}
    assert (found[0, :3] == 1).all() and found[10, 10] == 2


def test_slices_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="one size"):
        fill_between(np.zeros((2, 2), np.uint8), np.zeros((3, 2), np.uint8), [0.5])


def test_every_fifth_slice_of_a_chest_drawn_gives_the_others() -> None:
    _, masks = ct_volume_phantom(1, side=96, num_slices=21)
    scores = [
        2 * (found & masks[first + 1 + place]).sum() / (found.sum() + masks[first + 1 + place].sum())
        for first in range(0, 20, 5)
        for place, found in enumerate(fill_between(masks[first], masks[first + 5], [0.2, 0.4, 0.6, 0.8]))
    ]
    assert len(scores) == 16
    assert np.mean(scores) >= 0.95
