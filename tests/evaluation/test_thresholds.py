"""Scores at every threshold agree with thresholding and scoring one by one."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.scores import best_threshold, score_mask
from core.evaluation.thresholds import CURVE_SCORES, count_by_threshold, mean_curve
from core.imaging.masks import threshold_mask


def noisy_pairs() -> list[tuple[np.ndarray, np.ndarray]]:
    generator = np.random.default_rng(3)
    pairs = []
    for part in (0.4, 0.1, 0.0):
        reference = generator.random((20, 20)) < part
        noisy = np.clip(reference * 0.4 + generator.random((20, 20)) * 0.6, 0, 1)
        pairs.append(((noisy * 255).astype(np.uint8), reference))
    return pairs


def curve_of(pairs):
    return mean_curve([count_by_threshold(probability, reference) for probability, reference in pairs])


def test_one_image_by_hand() -> None:
    # 0.5 is level 128 (127.5): predicted 150 and 200, of which one is right; one of two is found.
    curve = curve_of([(np.array([[10, 60, 150, 200]], np.uint8), np.array([[0, 1, 0, 1]]))])
    assert curve["threshold"][50] == 0.5
    assert [curve[name][50] for name in CURVE_SCORES] == pytest.approx([0.5, 1 / 3, 0.5, 0.5])
    # At 0 everything is foreground; at 1 nothing is.
    assert [curve[name][0] for name in CURVE_SCORES] == pytest.approx([2 / 3, 0.5, 0.5, 1.0])
    assert [curve[name][100] for name in CURVE_SCORES] == [0.0] * 4


def test_every_threshold_agrees_with_scoring_its_masks() -> None:
    pairs = noisy_pairs()
    curve = curve_of(pairs)
    assert len(curve["threshold"]) == 101
    for index in range(0, 101, 5):
        threshold = float(curve["threshold"][index])
        scores = [score_mask(threshold_mask(p, threshold), r) for p, r in pairs]
        for name in CURVE_SCORES:
            assert curve[name][index] == pytest.approx(np.mean([each[name] for each in scores]))


def test_the_best_threshold_is_the_top_of_the_curve() -> None:
    pairs = noisy_pairs()
    curve = curve_of(pairs)
    inner = curve["dice"][1:-1]
    assert curve["dice"][round(best_threshold(pairs) * 100)] == pytest.approx(inner.max())


def test_nothing_there_and_nothing_predicted_is_perfect() -> None:
    curve = curve_of([(np.zeros((2, 2), np.uint8), np.zeros((2, 2)))])
    assert [curve[name][50] for name in CURVE_SCORES] == [1.0] * 4
    assert [curve[name][0] for name in CURVE_SCORES] == [0.0] * 4


def test_ignored_pixels_are_not_counted() -> None:
    counts = count_by_threshold(
        np.array([[255, 255, 0]], np.uint8), np.array([[1, 0, 1]]), np.array([[0, 1, 1]])
    )
    assert counts.dice()[50] == 1.0 and counts.foreground == 1


def test_no_image_makes_no_curve() -> None:
    with pytest.raises(ValueError, match="at least one image"):
        curve_of([])
