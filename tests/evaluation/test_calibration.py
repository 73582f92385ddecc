import numpy as np
import pytest

from core.evaluation.calibration import cross_entropy, fit_temperature, softmax, threshold_for_recall


def test_softmax_of_a_row_by_hand():
    # exp(0) : exp(log 3) = 1 : 3
    np.testing.assert_allclose(softmax(np.array([0.0, np.log(3.0)])), [0.25, 0.75])
    assert np.isfinite(softmax(np.array([1e4, -1e4]))).all()


def test_cross_entropy_by_hand():
    # -(log 0.5 + log 0.25) / 2 = (0.6931 + 1.3863) / 2
    assert cross_entropy(np.array([[0.5, 0.5], [0.75, 0.25]]), np.array([0, 1])) == pytest.approx(
        1.03972, abs=1e-5
    )


def test_a_temperature_makes_confidence_match_what_happens():
    # Always the logits (log 9, 0): p = 0.9 for label 0. But it is right in 3 of 4 images only:
    # 3 = exp(log 9 / T) gives T = log 9 / log 3 = 2.
    logits = np.tile([np.log(9.0), 0.0], (4, 1))
    truth = np.array([0, 0, 0, 1])
    assert fit_temperature(logits, truth) == pytest.approx(2.0, abs=1e-3)
    np.testing.assert_allclose(softmax(logits / 2)[0], [0.75, 0.25])


def test_a_temperature_has_bounds_and_needs_images():
    right = np.array([[5.0, 0.0], [0.0, 5.0]])
    assert fit_temperature(right, np.array([0, 1])) == pytest.approx(0.25, abs=0.02)
    assert fit_temperature(right, np.array([1, 0])) == pytest.approx(20, abs=0.1)
    assert fit_temperature(np.empty((0, 2)), np.empty(0, int)) == 1.0


def test_the_highest_threshold_that_finds_enough():
    probability = np.array([0.9, 0.8, 0.6, 0.5, 0.3, 0.1])
    positive = np.array([1, 0, 1, 0, 1, 1], bool)
    # Half of four positives: 0.9 and 0.6 are found from 0.6 on; the next lower probability is 0.5.
    assert threshold_for_recall(probability, positive, 0.5) == pytest.approx(0.55)
    # Three: 0.9, 0.6, 0.3; below it 0.1.
    assert threshold_for_recall(probability, positive, 0.6) == pytest.approx(0.2)
    # All: 0.1, with nothing below it but 0.
    assert threshold_for_recall(probability, positive, 1.0) == pytest.approx(0.05)
    assert threshold_for_recall(probability, np.zeros(6, bool), 0.9) == 0.5
