"""Scores of one image, their means, intervals, and the threshold that they choose."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics

from core.evaluation.scores import (
    METRICS,
    Counts,
    best_threshold,
    bootstrap_interval,
    count_pixels,
    mean_scores,
    pooled_scores,
    score_mask,
)
from core.imaging.masks import threshold_mask

# 2 x 2: one hit, one false alarm, one missed, one right background.
PREDICTED = np.array([[1, 1], [0, 0]])
REFERENCE = np.array([[1, 0], [1, 0]])
EMPTY = np.zeros((4, 4), bool)
FULL = np.ones((4, 4), bool)


def test_the_two_by_two_case() -> None:
    assert count_pixels(PREDICTED, REFERENCE) == Counts(1, 1, 1, 1)
    scores = score_mask(PREDICTED, REFERENCE)
    assert list(scores) == [*METRICS]
    assert scores["dice"] == scores["f1"] == 0.5  # 2 * 1 / (2 * 1 + 1 + 1)
    assert scores["iou"] == pytest.approx(1 / 3)
    assert scores["accuracy"] == scores["precision"] == scores["recall"] == 0.5
    # Surfaces (0,0) (0,1) and (0,0) (1,0): distances 0 and 1 each way, and 0.95 of the way from 0 to 1.
    assert scores["hd95"] == pytest.approx(0.95)


@pytest.mark.parametrize("seed", range(5))
def test_scores_agree_with_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    predicted, reference = generator.random((2, 40, 30)) < (0.3, 0.5)[seed % 2]
    scores = score_mask(predicted, reference)
    true, guessed = reference.ravel(), predicted.ravel()
    assert scores["dice"] == pytest.approx(metrics.f1_score(true, guessed))
    assert scores["f1"] == scores["dice"]
    assert scores["iou"] == pytest.approx(metrics.jaccard_score(true, guessed))
    assert scores["accuracy"] == pytest.approx(metrics.accuracy_score(true, guessed))
    assert scores["precision"] == pytest.approx(metrics.precision_score(true, guessed))
    assert scores["recall"] == pytest.approx(metrics.recall_score(true, guessed))


def test_both_empty_is_perfect() -> None:
    assert score_mask(EMPTY, EMPTY) == {**dict.fromkeys(METRICS, 1.0), "hd95": 0.0}


def test_one_empty_is_nothing_and_has_no_distance() -> None:
    for predicted, reference in ((FULL, EMPTY), (EMPTY, FULL)):
        scores = score_mask(predicted, reference)
        assert scores["hd95"] is None
        for metric in ("dice", "iou", "precision", "recall", "f1", "accuracy"):
            assert scores[metric] == 0.0


def test_ignored_pixels_weigh_nothing() -> None:
    predicted = np.array([[1, 1, 0, 0]])
    reference = np.array([[1, 0, 1, 0]])
    ignore = np.array([[0, 1, 1, 0]])
    assert count_pixels(predicted, reference, ignore) == Counts(1, 0, 0, 1)
    assert score_mask(predicted, reference, ignore)["dice"] == 1.0
    assert score_mask(predicted, reference, np.ones((1, 4)))["accuracy"] == 1.0


def test_any_value_but_zero_is_foreground() -> None:
    assert score_mask(PREDICTED * 255, REFERENCE.astype(float)) == score_mask(PREDICTED, REFERENCE)


def test_shapes_that_differ_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="predicted .4, 4., reference .2, 2."):
        score_mask(EMPTY, REFERENCE)
    with pytest.raises(ValueError, match="ignore .4, 4."):
        score_mask(PREDICTED, REFERENCE, EMPTY)


def test_means_leave_undefined_distances_out_and_count_them() -> None:
    scores = [score_mask(FULL, FULL), score_mask(EMPTY, FULL), score_mask(PREDICTED, REFERENCE)]
    means = mean_scores(scores)
    assert means["dice"] == pytest.approx((1 + 0 + 0.5) / 3)
    assert means["hd95"] == pytest.approx((0 + 0.95) / 2)
    assert means["hd95_undefined"] == 1


def test_means_of_nothing_are_none() -> None:
    assert mean_scores([]) == {**dict.fromkeys(METRICS), "hd95_undefined": 0}
    only_undefined = mean_scores([score_mask(EMPTY, FULL)])
    assert only_undefined["hd95"] is None and only_undefined["dice"] == 0.0


def test_pooling_adds_pixels_up() -> None:
    # 1 + 3 hits, 1 false alarm, 1 missed: 2 * 4 / (2 * 4 + 1 + 1), while the mean of the two is 0.75
    pooled = pooled_scores([Counts(1, 1, 1, 1), Counts(3, 0, 0, 7)])
    assert pooled["dice"] == pytest.approx(0.8)
    assert pooled["accuracy"] == pytest.approx(12 / 14)
    assert "hd95" not in pooled
    assert pooled_scores([])["dice"] == 1.0


def test_the_interval_is_seeded_holds_the_mean_and_is_as_wide_as_theory_says() -> None:
    values = list(np.random.default_rng(0).normal(0.8, 0.1, 400))
    low, high = bootstrap_interval(values)
    assert (low, high) == bootstrap_interval(values)
    assert low < np.mean(values) < high
    assert high - low == pytest.approx(2 * 1.96 * np.std(values) / math.sqrt(400), rel=0.1)
    assert bootstrap_interval(values, seed=1) != (low, high)


def test_the_interval_of_one_value_is_that_value() -> None:
    assert bootstrap_interval([0.25]) == (0.25, 0.25)
    with pytest.raises(ValueError, match="at least one value"):
        bootstrap_interval([])


def test_the_best_threshold_separates() -> None:
    probability = np.array([[10, 60, 150, 200]], np.uint8)
    assert best_threshold([(probability, np.array([[0, 0, 1, 1]]))]) == 0.5  # all between 61 and 150 are best
    assert (
        best_threshold([(probability, np.array([[0, 1, 1, 1]]))]) == 0.23
    )  # 0.23 * 255 = 58.65, up to level 60
    assert (
        best_threshold([(probability, np.array([[0, 0, 0, 1]]))]) == 0.59
    )  # 0.59 * 255 = 150.45, from level 151


def test_the_best_threshold_is_the_best_of_all_by_the_mean_over_images() -> None:
    generator = np.random.default_rng(3)
    pairs = []
    for _ in range(4):
        reference = generator.random((20, 20)) < 0.4
        noisy = np.clip(reference * 0.4 + generator.random((20, 20)) * 0.6, 0, 1)
        pairs.append(((noisy * 255).astype(np.uint8), reference))

    def mean_dice(threshold: float) -> float:
        return float(np.mean([score_mask(threshold_mask(p, threshold), r)["dice"] for p, r in pairs]))

    chosen = best_threshold(pairs)
    assert mean_dice(chosen) == pytest.approx(max(mean_dice(step / 100) for step in range(1, 100)))


def test_no_image_chooses_no_threshold() -> None:
    with pytest.raises(ValueError, match="at least one image"):
        best_threshold([])
