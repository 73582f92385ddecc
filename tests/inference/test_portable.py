"""When the answer of another program counts as the network's own."""

import numpy as np
import pytest

from core.inference.portable import check_same

EXPECTED = np.full((1, 100, 100, 1), 0.4, np.float32)


def test_the_same_and_a_hair_beside_it_pass():
    check_same(EXPECTED, EXPECTED, 0.5)
    check_same(EXPECTED + np.float32(0.0009), EXPECTED, 0.5)


def test_one_pixel_too_far_is_refused():
    found = EXPECTED.copy()
    found[0, 3, 4] += 0.002
    with pytest.raises(ValueError, match="differ by up to 0.002 and 0.00%"):
        check_same(found, EXPECTED, 0.5)


def test_pixels_that_change_their_side_are_refused_however_near():
    # Two of 10,000 pixels are 200 in a million.
    found = EXPECTED.copy()
    found[0, 0, :2] += 0.0002
    check_same(found, EXPECTED, 0.41)
    with pytest.raises(ValueError, match="0.02% of the pixels"):
        check_same(found, EXPECTED, 0.4001)


def test_nothing_but_numbers_and_another_shape_are_refused():
    with pytest.raises(ValueError, match="differ"):
        check_same(EXPECTED * np.float32("nan"), EXPECTED, 0.5)
    with pytest.raises(ValueError, match="shape"):
        check_same(EXPECTED[:, :50], EXPECTED, 0.5)


def test_several_classes_are_compared_by_the_likeliest():
    expected = np.zeros((1, 10, 10, 3), np.float32)
    expected[..., 1] = 0.0005
    found = expected.copy()
    found[0, 0, 0] = (0, 0.0004, 0.0005)
    with pytest.raises(ValueError, match="1.00% of the pixels"):
        check_same(found, expected, 0.5)
