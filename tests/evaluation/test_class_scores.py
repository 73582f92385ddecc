"""Scores of several classes, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.class_scores import count_classes, mean_over_foreground, score_classes
from core.evaluation.report import card_scores, report, score_class_image, score_image
from core.evaluation.scores import METRICS, Counts, score_mask

REFERENCE = np.array([[0, 1], [2, 2]])
PREDICTED = np.array([[0, 1], [2, 0]])
NAMES = ("background", "left", "right side")


def test_counts_of_three_classes() -> None:
    assert count_classes(PREDICTED, REFERENCE, 3) == (
        Counts(1, 1, 0, 2),  # one background pixel too many
        Counts(1, 0, 0, 3),
        Counts(1, 0, 1, 2),  # one of two found
    )


def test_scores_of_each_class_are_those_of_its_own_mask() -> None:
    generator = np.random.default_rng(0)
    predicted, reference = generator.integers(0, 3, (2, 12, 12))
    ignore = generator.random((12, 12)) < 0.2
    counts = count_classes(predicted, reference, 3, ignore)
    scores = score_classes(predicted, reference, counts, ignore)
    for index in range(3):
        assert scores[index] == score_mask(predicted == index, reference == index, ignore)


def test_the_mean_is_over_the_foreground_and_accuracy_over_all_pixels() -> None:
    result = score_class_image("a", PREDICTED, REFERENCE, 3)
    assert result.scores["dice"] == pytest.approx((1 + 2 / 3) / 2)
    assert result.scores["iou"] == pytest.approx((1 + 1 / 2) / 2)
    assert result.scores["recall"] == pytest.approx((1 + 1 / 2) / 2)
    assert result.scores["accuracy"] == 3 / 4


def test_a_class_neither_there_nor_predicted_scores_1() -> None:
    result = score_class_image("a", PREDICTED, REFERENCE, 4)
    assert result.class_scores[3]["dice"] == 1.0
    assert result.scores["dice"] == pytest.approx((1 + 2 / 3 + 1) / 3)


def test_a_class_found_where_there_is_none_has_no_distance_and_the_mean_leaves_it_out() -> None:
    result = score_class_image("a", np.array([[1, 2]]), np.array([[1, 1]]), 3)
    assert result.class_scores[2]["hd95"] is None
    assert result.scores["hd95"] == result.class_scores[1]["hd95"] is not None


def test_ignored_pixels_weigh_nothing() -> None:
    result = score_class_image("a", PREDICTED, REFERENCE, 3, ignore=np.array([[0, 0], [0, 1]]))
    assert result.scores == {**dict.fromkeys(METRICS, 1.0), "hd95": 0.0}
    nothing = count_classes(PREDICTED, REFERENCE, 3, np.ones((2, 2)))
    assert mean_over_foreground(score_classes(PREDICTED, REFERENCE, nothing), nothing)["accuracy"] == 1.0


def test_what_is_no_mask_of_these_classes_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="indices below 2, got 2"):
        count_classes(PREDICTED, REFERENCE, 2)
    with pytest.raises(ValueError, match="differ in shape"):
        count_classes(PREDICTED, REFERENCE[:1], 3)


def test_the_report_of_several_classes() -> None:
    results = [
        score_class_image("a", PREDICTED, REFERENCE, 3),
        score_class_image("b", REFERENCE, REFERENCE, 3),
    ]
    told = report(results, None, NAMES)
    assert told["threshold"] is None
    assert told["dice"] == pytest.approx((5 / 6 + 1) / 2)
    assert list(told["classes"]) == list(NAMES)
    assert told["classes"]["right side"]["dice"] == pytest.approx((2 / 3 + 1) / 2)
    # Both images together: 3 of 4 pixels of the right side found, all of the left: Dice 6 / 7 and 1.
    assert told["classes"]["right side"]["pooled"]["dice"] == pytest.approx(6 / 7)
    assert told["pooled"]["dice"] == pytest.approx((6 / 7 + 1) / 2)
    assert told["pooled"]["accuracy"] == 7 / 8
    assert "hd95" not in told["pooled"]
    assert told["images"][0]["classes"]["left"]["dice"] == 1.0


def test_a_card_keeps_means_and_each_class() -> None:
    scores = card_scores([score_class_image("a", PREDICTED, REFERENCE, 3)], NAMES)
    assert scores["dice"].mean == pytest.approx(5 / 6, abs=1e-5)
    assert scores["dice_right_side"].mean == pytest.approx(2 / 3, abs=1e-5)
    assert scores["iou_right_side"].mean == 0.5
    assert scores["dice_background"].mean == pytest.approx(2 / 3, abs=1e-5)


def test_the_background_of_one_foreground_can_be_judged_too() -> None:
    predicted, reference = np.array([[1, 1, 0, 0]]), np.array([[1, 0, 0, 0]])
    result = score_image("a", predicted, reference, both_classes=True)
    # Foreground: 2 / 3. Background: two of three found, none too many: 4 / 5.
    assert result.scores == score_image("a", predicted, reference).scores
    told = report([result], 0.5, ("background", "foreground"))
    assert told["dice"] == told["classes"]["foreground"]["dice"] == pytest.approx(2 / 3)
    assert told["classes"]["background"]["dice"] == pytest.approx(4 / 5)
    assert told["pooled"]["dice"] == pytest.approx(2 / 3)
