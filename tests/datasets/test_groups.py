"""Which images must not be separated: keys and likeness, chained; patterns of names."""

from __future__ import annotations

import numpy as np
import pytest

from core.datasets import groups
from core.datasets.groups import keys_by_pattern, link_images
from core.errors import AppError


def prints(letters: str) -> list[np.ndarray]:
    """Images with one letter look alike; different letters are orthogonal."""
    table = np.eye(256, dtype=np.float32)
    return [table[ord(letter)] for letter in letters]


def test_patients_and_likeness_are_chained() -> None:
    # 0 and 1 are one patient, 1 and 2 look alike: all three belong together. 3 and 4 are of nobody known.
    keys = [["p"], ["p"], ["q"], [], [], ["r"], ["s"]]
    linked = link_images(keys, prints("abbcdef"))
    assert linked.numbers.tolist() == [0, 0, 0, 3, 4, 5, 6]
    assert (linked.alike, linked.num_groups) == (True, 5)


def test_every_key_of_an_image_counts() -> None:
    assert link_images([["a", "x"], ["b"], ["b", "c"], ["c", "x"], ["d"]]).numbers.tolist() == [0, 0, 0, 0, 4]
    assert link_images([]).numbers.tolist() == []


def test_three_near_duplicates_among_five_stay_together() -> None:
    assert link_images([[]] * 5, prints("aaabc")).numbers.tolist() == [0, 0, 0, 3, 4]


def test_where_everything_looks_alike_likeness_is_left_out() -> None:
    linked = link_images([["p"], ["p"], ["q"], ["r"]], prints("aaaa"))
    assert linked.numbers.tolist() == [0, 0, 2, 3]
    assert not linked.alike
    most = link_images([[]] * 20, prints("a" * 11 + "bcdefghij"))
    assert most.num_groups == 20
    assert not most.alike


def test_a_separator_takes_what_stands_before_it() -> None:
    assert keys_by_pattern(["p1_left", "p1_right_2", "p1", "p2"], "_") == ["p1", "p1", "p1", "p2"]


def test_keys_that_are_written_in_several_ways_are_one() -> None:
    assert keys_by_pattern(["P1_a", "p1_b", "P01_c", "P10_d"], "_") == ["P1", "P1", "P1", "P10"]


def test_the_group_of_a_regular_expression_is_the_key() -> None:
    assert keys_by_pattern(["scan-P12-a", "scan-P12-b", "P7", "phantom"], "(P[0-9]+)") == [
        *("P12", "P12", "P7"),
        "",
    ]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("_", "fits none of the 2 names .the first is 'a'"),
        ("^(z)", "fits none of the 2 names"),
        ("(a", "is no regular expression"),
        ("(a)(b)", "has 2 groups in brackets; give exactly one"),
        ("(?:a)", "has 0 groups in brackets"),
    ],
)
def test_a_pattern_that_cannot_group_is_one_sentence(pattern: str, words: str) -> None:
    with pytest.raises(AppError, match=words):
        keys_by_pattern(["a", "b"], pattern)


def test_a_pattern_that_would_try_for_ever_is_given_up_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(groups, "MOST_SECONDS", 0.05)
    with pytest.raises(AppError, match="takes too long on the names"):
        keys_by_pattern(["a" * 60 + "!"], "^((?:a|a)+)$")
