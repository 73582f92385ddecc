"""One model against another on the same images."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.paired import paired_test


def test_five_images_all_better() -> None:
    # Of 2^5 = 32 ways to give signs, one is as good as this and one as bad: p = 2 / 32.
    test = paired_test([0.9, 0.8, 0.7, 0.95, 0.6], [0.85, 0.7, 0.55, 0.75, 0.35])
    assert test.num == 5
    assert test.mean_difference == pytest.approx(0.15)  # 0.05, 0.1, 0.15, 0.2, 0.25
    assert 0.05 <= test.low < 0.15 < test.high <= 0.25
    assert test.p_value == pytest.approx(2 / 32)


def test_the_other_way_round_turns_the_sign_alone() -> None:
    first, second = np.random.default_rng(0).random((2, 30))
    forth, back = paired_test(list(first), list(second)), paired_test(list(second), list(first))
    assert back.mean_difference == pytest.approx(-forth.mean_difference)
    assert back.p_value == pytest.approx(forth.p_value)
    assert (back.low, back.high) == pytest.approx((-forth.high, -forth.low))


def test_equal_scores_are_no_difference() -> None:
    test = paired_test([0.5, 0.7], [0.5, 0.7])
    assert (test.mean_difference, test.low, test.high, test.p_value) == (0, 0, 0, 1)


def test_ties_and_images_without_a_difference() -> None:
    # 0.1 three times and once nothing: ranks are shared, and no warning is given.
    test = paired_test([0.6, 0.6, 0.6, 0.5], [0.5, 0.5, 0.5, 0.5])
    assert test.mean_difference == pytest.approx(0.075)
    assert 0.05 < test.p_value < 0.15


def test_one_image_and_many() -> None:
    assert paired_test([0.6], [0.5]).p_value == 1.0
    generator = np.random.default_rng(1)
    second = generator.random(200)
    assert paired_test(list(second + generator.normal(0.05, 0.1, 200)), list(second)).p_value < 1e-4


@pytest.mark.parametrize(("first", "second"), [([], []), ([0.5], [0.5, 0.6]), ([float("nan")], [0.5])])
def test_what_cannot_be_compared_is_the_callers_mistake(first: list[float], second: list[float]) -> None:
    with pytest.raises(ValueError, match="a paired test needs"):
        paired_test(first, second)
