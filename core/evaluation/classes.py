"""How well labels are told: scores of probabilities against true labels, with bootstrap intervals.

Every score may be of one set of predictions or of several repeats over the same images (repeated
cross-validation): it is then the mean over the repeats, and the interval comes from drawing images, the same
ones in each repeat. Pure array work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cards import Score
from core.evaluation.calibration import cross_entropy


@dataclass(frozen=True)
class Predictions:
    """What was predicted for some images, once or in several repeats.

    Attributes:
        labels: In the order of the probabilities.
        truth: (N,) indices of the true labels.
        probabilities: (R, N, K), each row adding up to 1.
        alert_label: The label that must not be missed, empty for none.
        thresholds: (R, N), probability of the alert label from which it is called; chosen without the image.
    """

    labels: tuple[str, ...]
    truth: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    alert_label: str = ""
    thresholds: NDArray[np.float64] | None = None


def single(
    labels: Sequence[str], truth: NDArray[Any], probabilities: NDArray[Any], *, alert: tuple[str, float]
) -> Predictions:
    """Predictions of one model, (N, K); the label that must not be missed, or "", with its threshold."""
    given = np.asarray(probabilities, np.float64)[None]
    return Predictions(
        tuple(labels), np.asarray(truth, np.int64), given, alert[0], np.full(given.shape[:2], alert[1])
    )


def confusion_matrix(truth: NDArray[Any], predicted: NDArray[Any], num_labels: int) -> NDArray[np.int64]:
    """(K, K) counts: row true label, column predicted label."""
    code = np.asarray(truth) * num_labels + np.asarray(predicted)
    return np.bincount(code, minlength=num_labels**2).reshape(num_labels, num_labels)


def class_scores(predictions: Predictions, *, seed: int = 0, num_samples: int = 1000) -> dict[str, Score]:
    """All scores with their bootstrap 95 % intervals (Efron 1979, percentiles).

    "accuracy"; "balanced_accuracy" (mean recall over the labels that are there); "macro_f1"; "auc" (one
    against the rest, mean over labels); "cross_entropy"; for each label "precision_L", "recall_L", "f1_L" and
    "auc_L"; with an alert label "alert_recall", "alert_specificity" and "alert_precision" at its threshold;
    and to compare with, "majority_accuracy" (always the commonest label) and "chance_accuracy" (labels drawn
    as often as they occur), without intervals.

    The most probable label is predicted, the first of equal ones. Precision is 0 where a label was never
    predicted, recall and AUC are left out where it does not occur or (AUC) nothing else does.

    Raises:
        ValueError: No images.
    """
    num_images = len(predictions.truth)
    if not num_images:
        raise ValueError("scores need at least one image")
    means = _scores(predictions, np.arange(num_images))
    generator = np.random.default_rng(seed)
    drawn = [_scores(predictions, generator.integers(0, num_images, num_images)) for _ in range(num_samples)]
    scores = {}
    for name, mean in means.items():
        values = [value for each in drawn if np.isfinite(value := each[name])]
        if np.isfinite(mean):
            low, high = np.percentile(values, (2.5, 97.5)) if values else (mean, mean)
            scores[name] = Score(round(float(mean), 5), round(float(low), 5), round(float(high), 5))
    parts = np.bincount(predictions.truth, minlength=len(predictions.labels)) / num_images
    scores["majority_accuracy"] = Score(round(float(parts.max()), 5))
    scores["chance_accuracy"] = Score(round(float((parts**2).sum()), 5))
    return scores


def auc(probability: NDArray[Any], positive: NDArray[Any]) -> float:
    """The area under the ROC curve: how often a positive stands before a negative, ties counting half.

    By ranks (Mann and Whitney 1947): (sum of the positives' ranks - P (P + 1) / 2) / (P N).

    Returns:
        In [0, 1]; NaN where positives or negatives are missing.
    """
    num_positive = int(np.sum(positive))
    num_negative = len(positive) - num_positive
    if not num_positive or not num_negative:
        return float("nan")
    # Late: SciPy is a quarter of the time in which the page's process starts.
    from scipy.stats import rankdata

    ranks = rankdata(probability)[np.asarray(positive, bool)].sum()
    return float((ranks - num_positive * (num_positive + 1) / 2) / (num_positive * num_negative))


def _scores(predictions: Predictions, chosen: NDArray[np.int64]) -> dict[str, float]:
    """Each score as the mean over repeats, NaN where it is not defined."""
    truth = predictions.truth[chosen]
    repeats = [
        _scores_once(predictions, index, chosen, truth) for index in range(len(predictions.probabilities))
    ]
    return {name: float(np.mean([each[name] for each in repeats])) for name in repeats[0]}


def _scores_once(
    predictions: Predictions, repeat: int, chosen: NDArray[np.int64], truth: NDArray[np.int64]
) -> dict[str, float]:
    probability = predictions.probabilities[repeat][chosen]
    counts = confusion_matrix(truth, probability.argmax(axis=1), len(predictions.labels))
    hits = np.diag(counts).astype(np.float64)
    there, called = counts.sum(axis=1), counts.sum(axis=0)
    recall = np.where(there > 0, hits / np.maximum(there, 1), np.nan)
    precision = hits / np.maximum(called, 1)
    f1 = 2 * hits / np.maximum(there + called, 1)
    areas = [auc(probability[:, index], truth == index) for index in range(len(predictions.labels))]
    scores = {
        "accuracy": float(hits.sum() / len(truth)),
        "balanced_accuracy": float(np.nanmean(recall)),
        "macro_f1": float(f1[there > 0].mean()),
        "auc": _mean_of_finite(areas),
        "cross_entropy": cross_entropy(probability, truth),
    }
    for index, label in enumerate(predictions.labels):
        scores[f"precision_{label}"] = float(precision[index])
        scores[f"recall_{label}"] = float(recall[index])
        scores[f"f1_{label}"] = float(f1[index])
        scores[f"auc_{label}"] = areas[index]
    if predictions.alert_label and predictions.thresholds is not None:
        alert = predictions.labels.index(predictions.alert_label)
        thresholds = predictions.thresholds[repeat][chosen]
        scores |= _alert_scores(truth == alert, probability[:, alert] >= thresholds)
    return scores


def _alert_scores(positive: NDArray[np.bool_], called: NDArray[np.bool_]) -> dict[str, float]:
    hits = int((positive & called).sum())
    num_positive, num_called = int(positive.sum()), int(called.sum())
    num_negative = len(positive) - num_positive
    return {
        "alert_recall": hits / num_positive if num_positive else float("nan"),
        "alert_specificity": 1 - (num_called - hits) / num_negative if num_negative else float("nan"),
        "alert_precision": hits / num_called if num_called else 0.0,
    }


def _mean_of_finite(values: Sequence[float]) -> float:
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")
