"""When a gain is evidence: numbers worked out by hand."""

from __future__ import annotations

import pytest

from core.evaluation.evidence import weigh


def test_the_bound_is_that_of_a_paired_t_test_over_groups() -> None:
    # Mean 0.03; deviations -0.02, -0.01, 0, 0.01, 0.02: sd = sqrt(0.001 / 4) = 0.015811, error 0.0070711.
    # Student's 95 % quantile with 4 degrees of freedom is 2.1318: low = 0.03 - 0.015074.
    found = weigh([0.01, 0.02, 0.03, 0.04, 0.05], range(5))
    assert found.gain == pytest.approx(0.03)
    assert found.low == pytest.approx(0.014926, abs=1e-6)
    assert found.decision == "promote"


def test_images_of_one_group_count_once() -> None:
    # Group a has the mean 0.04, b 0.02: the gain is 0.03, not the mean over images 0.028.
    found = weigh([0.02, 0.06, 0.02, 0.02, 0.02], ["a", "a", "b", "b", "b"])
    assert found.num_groups == 2
    assert found.gain == pytest.approx(0.03)
    ten_images_of_two = weigh([0.1] * 10, ["a"] * 5 + ["b"] * 5)
    assert ten_images_of_two.decision == "ask"


@pytest.mark.parametrize(
    ("differences", "decision"),
    [
        ([], "ask"),
        ([0.5], "ask"),
        ([0.1, 0.1, 0.1, 0.1], "ask"),
        ([-0.1, -0.1, -0.1, -0.1], "ask"),
        ([0.1, 0.1, 0.1, 0.1, 0.1], "promote"),
        # Each is better, by too little to be worth a change.
        ([0.004, 0.004, 0.004, 0.004, 0.004], "ask"),
        # Mean 0.02, and one image that alone makes it.
        ([0.0, 0.0, 0.0, 0.0, 0.1], "ask"),
        ([0.0, 0.0, 0.0, 0.0, 0.0], "keep"),
        ([0.03, 0.02, -0.02, -0.02, -0.02], "keep"),
    ],
)
def test_what_follows_from_the_evidence(differences: list[float], decision: str) -> None:
    assert weigh(differences, range(len(differences))).decision == decision
