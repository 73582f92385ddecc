import warnings

import numpy as np
import pytest
from sklearn import metrics

from core.evaluation.classes import Predictions, auc, class_scores, confusion_matrix, single

LABELS = ("MEL", "NV", "Other_SC")
# Predicted: MEL, NV, NV, NV, MEL, Other_SC; right are the 1st, 3rd, 4th and 6th.
TRUTH = np.array([0, 0, 1, 1, 1, 2])
PROBABILITIES = np.array(
    [[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.2, 0.5, 0.3], [0.5, 0.4, 0.1], [0.1, 0.1, 0.8]]
)


def means(predictions, **settings):
    return {name: score.mean for name, score in class_scores(predictions, **settings).items()}


def test_scores_by_hand():
    scores = means(single(LABELS, TRUTH, PROBABILITIES, alert=("MEL", 0.25)), num_samples=10)
    assert scores["accuracy"] == pytest.approx(4 / 6, abs=1e-5)
    # Recalls 1/2, 2/3 and 1.
    assert scores["balanced_accuracy"] == pytest.approx((1 / 2 + 2 / 3 + 1) / 3, abs=1e-5)
    assert (scores["precision_MEL"], scores["recall_MEL"], scores["f1_MEL"]) == (0.5, 0.5, 0.5)
    # MEL at 0.7 and 0.3 against 0.1, 0.2, 0.5, 0.1: 4 + 3 of 8 pairs in order.
    assert scores["auc_MEL"] == pytest.approx(7 / 8)
    # At 0.25 both melanomas are called, and one of four others (0.5).
    assert (scores["alert_recall"], scores["alert_specificity"]) == (1.0, 0.75)
    assert scores["alert_precision"] == pytest.approx(2 / 3, abs=1e-5)
    # 2, 3 and 1 of 6: the commonest 1/2; drawn as often as they occur 4/36 + 9/36 + 1/36.
    assert scores["majority_accuracy"] == 0.5
    assert scores["chance_accuracy"] == pytest.approx(14 / 36, abs=1e-5)
    np.testing.assert_array_equal(
        confusion_matrix(TRUTH, PROBABILITIES.argmax(axis=1), 3), [[1, 1, 0], [1, 2, 0], [0, 0, 1]]
    )


def test_scores_agree_with_scikit_learn():
    generator = np.random.default_rng(3)
    truth = generator.integers(0, 3, 60)
    probabilities = generator.dirichlet(np.ones(3), 60)
    predicted = probabilities.argmax(axis=1)
    scores = means(single(LABELS, truth, probabilities, alert=("", 0.5)), num_samples=5)
    assert scores["balanced_accuracy"] == pytest.approx(
        metrics.balanced_accuracy_score(truth, predicted), abs=1e-5
    )
    assert scores["macro_f1"] == pytest.approx(metrics.f1_score(truth, predicted, average="macro"), abs=1e-5)
    expected = metrics.roc_auc_score(truth, probabilities, multi_class="ovr")
    assert scores["auc"] == pytest.approx(expected, abs=1e-5)
    assert scores["cross_entropy"] == pytest.approx(metrics.log_loss(truth, probabilities), abs=1e-5)
    assert "alert_recall" not in scores


def test_auc_counts_ties_half_and_needs_both_sides():
    assert auc(np.array([0.5, 0.5]), np.array([True, False])) == 0.5
    assert np.isnan(auc(np.array([0.5, 0.6]), np.array([True, True])))


def test_intervals_hold_the_mean_and_are_repeatable():
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 3, 80)
    probabilities = generator.dirichlet(np.ones(3), 80) + 0.2 * np.eye(3)[truth]
    given = single(LABELS, truth, probabilities / 1.2, alert=("MEL", 0.4))
    scores = class_scores(given, num_samples=200)
    assert scores == class_scores(given, num_samples=200)
    for name in ("accuracy", "auc", "alert_recall", "f1_NV"):
        assert scores[name].low < scores[name].mean < scores[name].high
    assert scores["majority_accuracy"].low is None


def test_repeats_are_averaged_and_draw_the_same_images():
    once = np.eye(3)[TRUTH]
    never = np.eye(3)[(TRUTH + 1) % 3]
    both = Predictions(LABELS, TRUTH, np.stack([once, never]))
    score = class_scores(both, num_samples=50)["accuracy"]
    # Right in one repeat, wrong in the other, whichever images are drawn.
    assert (score.mean, score.low, score.high) == (0.5, 0.5, 0.5)


def test_a_label_that_is_not_there_is_left_out_without_a_warning():
    truth = np.array([0, 0, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = class_scores(
            single(LABELS, truth, PROBABILITIES[:3], alert=("Other_SC", 0.5)), num_samples=50
        )
    assert "recall_Other_SC" not in scores and "auc_Other_SC" not in scores and "alert_recall" not in scores
    assert scores["precision_Other_SC"].mean == 0
    assert scores["balanced_accuracy"].mean == pytest.approx((0.5 + 1) / 2)
    with pytest.raises(ValueError, match="at least one image"):
        class_scores(single(LABELS, truth[:0], PROBABILITIES[:0], alert=("", 0.5)))
