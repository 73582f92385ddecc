"""Validation set aside from train: seeded, and groups stay whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.datasets.pairs import Pair
from core.datasets.split import split_train_val


def stems(pairs: list[Pair]) -> list[str]:
    return [pair.stem for pair in pairs]


def named(count: int) -> list[Pair]:
    return [Pair(f"p{index:02d}", Path(f"p{index:02d}.png"), Path("m.png")) for index in range(count)]


def test_the_part_is_kept_and_nothing_is_lost() -> None:
    pairs = named(20)
    train, val = split_train_val(pairs, range(20), 0.15, 0)
    assert len(val) == 3
    assert sorted(stems(train) + stems(val)) == stems(pairs)
    assert stems(train) == sorted(stems(train))


def test_the_seed_decides_and_the_order_does_not() -> None:
    pairs = named(30)
    first = split_train_val(pairs, range(30), 0.2, 7)
    assert split_train_val(pairs[::-1], range(30), 0.2, 7) == first
    assert split_train_val(pairs, range(30), 0.2, 8) != first


def test_groups_stay_on_one_side() -> None:
    pairs = named(12)
    patients = [index // 3 for index in range(12)]
    train, val = split_train_val(pairs, patients, 0.25, 3)
    assert len(val) == 3
    assert len({patients[pairs.index(pair)] for pair in val}) == 1
    assert len(train) == 9


def test_two_pairs_give_one_each_and_a_large_group_never_takes_all() -> None:
    train, val = split_train_val(named(2), "ab", 0.5, 0)
    assert (len(train), len(val)) == (1, 1)
    for seed in range(5):
        train, val = split_train_val(named(9), [0] * 8 + [1], 0.1, seed)
        assert (len(train), len(val)) == (8, 1)


@pytest.mark.parametrize(
    ("count", "part", "groups"),
    [
        (1, 0.5, "a"),
        (4, 0.0, "abcd"),
        (4, 1.0, "abcd"),
        (4, 0.5, "ab"),
        (4, 0.5, "aaaa"),
    ],
)
def test_what_cannot_be_split_is_the_callers_mistake(count: int, part: float, groups: str) -> None:
    with pytest.raises(ValueError):
        split_train_val(named(count), groups, part, 0)
