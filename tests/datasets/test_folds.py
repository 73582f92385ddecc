"""Folds: groups stay whole, strata are spread."""

import numpy as np
import pytest

from core.datasets.folds import assign_folds
from core.errors import AppError


def test_images_of_a_group_are_never_parted_and_every_fold_has_some():
    groups = np.array([0, 0, 0, 3, 3, 5, 6, 7, 8, 9])
    folds = assign_folds(groups, 3, seed=0)
    assert set(folds) == {0, 1, 2}
    for group in set(groups):
        assert len(set(folds[groups == group])) == 1


def test_ten_single_images_make_five_folds_of_two():
    folds = assign_folds(np.arange(10), 5, seed=1)
    assert np.bincount(folds).tolist() == [2, 2, 2, 2, 2]


def test_the_seed_decides_and_nothing_else():
    first, again, other = (assign_folds(np.arange(30), 3, seed=seed).tolist() for seed in (4, 4, 5))
    assert first == again != other


def test_strata_are_spread_evenly():
    # 3 rare ones among 12: each of 3 folds gets exactly one of them and three of the others.
    strata = ["rare"] * 3 + ["often"] * 9
    folds = assign_folds(np.arange(12), 3, seed=0, strata=strata)
    for fold in range(3):
        inside = [strata[index] for index in np.flatnonzero(folds == fold)]
        assert sorted(inside) == ["often", "often", "often", "rare"]


def test_a_group_that_is_half_of_the_set_leaves_no_fold_empty():
    # One group of 6 and two single images in 3 folds: sizes 6, 1, 1 and nothing else is possible.
    folds = assign_folds(np.array([0] * 6 + [6, 7]), 3, seed=0)
    assert sorted(np.bincount(folds).tolist()) == [1, 1, 6]


def test_more_folds_than_groups_is_one_sentence():
    with pytest.raises(AppError, match="5 folds need at least 5 groups of images, and there are 2"):
        assign_folds(np.array([0, 0, 2, 2]), 5, seed=0)
    with pytest.raises(AppError, match="at least 2 folds"):
        assign_folds(np.arange(4), 1, seed=0)
