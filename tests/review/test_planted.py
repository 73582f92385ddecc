"""Errors that are planted in masks: large enough to be seen, seeded, and of three kinds."""

import numpy as np
import pytest

from core.review.planted import KINDS, plant


@pytest.fixture
def mask():
    """A square of 20 by 20, of class 2, with a column that nobody decided."""
    drawn = np.zeros((40, 50), np.uint8)
    drawn[10:30, 15:35] = 2
    drawn[:, 40] = 255
    return drawn


def test_every_kind_comes_and_is_seen(mask):
    kinds = set()
    for seed in range(30):
        wrong, kind = plant(mask, seed)
        again, _ = plant(mask, seed)
        kinds.add(kind)
        assert np.array_equal(wrong, again)
        assert (wrong[:, 40] == 255).all()
        assert set(np.unique(wrong)) == {0, 2, 255}
        gone, new = ((mask == 2) & (wrong != 2)).sum(), ((wrong == 2) & (mask != 2)).sum()
        # Between 20 and 35 % of 400 pixels; shifted by 4 to 7: what leaves on one side comes on another.
        if kind == "missing":
            assert (80 <= gone <= 140, new) == (True, 0)
        elif kind == "added":
            assert (80 <= new <= 140, gone) == (True, 0)
        else:
            assert gone >= new > 0 and gone + new >= 72
    assert kinds == set(KINDS)


def test_a_full_image_can_only_lose_something():
    full = np.full((20, 20), 1, np.uint8)
    assert {plant(full, seed)[1] for seed in range(20)} <= {"missing", "shifted"}


def test_too_little_to_be_wrong_about():
    few = np.zeros((40, 40), np.uint8)
    few[0, :30] = 1
    assert plant(few, 1) is None
    assert plant(np.full((40, 40), 255, np.uint8), 1) is None


def test_a_mask_that_is_longer_than_its_image_is_wide_is_never_shifted_out_of_sight():
    strip = np.full((400, 3), 1, np.uint8)
    assert {plant(strip, seed)[1] for seed in range(30)} <= {"missing", "shifted"}
