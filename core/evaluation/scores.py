"""Scores of a binary mask against a reference, their means, and the threshold they choose.

All functions are about one foreground, the pixels of (H, W) masks that are not 0; several classes are scored
by calling them once a class. `ignore`, (H, W) or None, marks pixels that weigh nothing, in counts and in
distances alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.surface import check_shapes, hausdorff_95
from core.evaluation.thresholds import THRESHOLDS, best_step, count_by_threshold

METRICS = ("dice", "iou", "accuracy", "precision", "recall", "f1", "hd95")

Scores = dict[str, float | None]


@dataclass(frozen=True)
class Counts:
    """Pixels of a confusion matrix; sums of them are the counts of all images together.

    Attributes:
        true_positive: Foreground in both.
        false_positive: Foreground in the prediction alone.
        false_negative: Foreground in the reference alone.
        true_negative: Background in both.
    """

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0
    true_negative: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*map(add, astuple(self), astuple(other)))


def count_pixels(
    predicted: NDArray[Any], reference: NDArray[Any], ignore: NDArray[Any] | None = None
) -> Counts:
    """The confusion matrix of one image."""
    check_shapes(predicted, reference, ignore)
    code = (np.asarray(predicted) != 0) * np.uint8(2) + (np.asarray(reference) != 0)
    if ignore is not None:
        code = code[np.asarray(ignore) == 0]
    true_negative, false_negative, false_positive, true_positive = (
        int(count) for count in np.bincount(code.ravel(), minlength=4)
    )
    return Counts(true_positive, false_positive, false_negative, true_negative)


def scores_of_counts(counts: Counts) -> dict[str, float]:
    """Dice, IoU, accuracy, precision, recall and F1 of a confusion matrix.

    Dice = 2 TP / (2 TP + FP + FN) (Dice 1945; for binary masks the same number as F1), IoU = TP / (TP + FP +
    FN) (Jaccard 1912), accuracy = (TP + TN) / all, precision = TP / (TP + FP), recall = TP / (TP + FN). Both
    masks empty: everything is 1. Nothing predicted but something there: precision 0. Nothing there but
    something
    predicted: recall 0. Not one counted pixel: everything is 1.
    """
    hit, false_alarm, missed = counts.true_positive, counts.false_positive, counts.false_negative
    both_empty = hit + false_alarm + missed == 0
    dice = _ratio(2 * hit, 2 * hit + false_alarm + missed, both_empty)
    return {
        "dice": dice,
        "iou": _ratio(hit, hit + false_alarm + missed, both_empty),
        "accuracy": _ratio(
            hit + counts.true_negative, hit + counts.true_negative + false_alarm + missed, both_empty
        ),
        "precision": _ratio(hit, hit + false_alarm, both_empty),
        "recall": _ratio(hit, hit + missed, both_empty),
        "f1": dice,
    }


def score_mask(
    predicted: NDArray[Any], reference: NDArray[Any], ignore: NDArray[Any] | None = None
) -> Scores:
    """Each of `METRICS`. Both masks empty: Dice and IoU 1, hd95 0. One empty: Dice 0, hd95 None."""
    counts = count_pixels(predicted, reference, ignore)
    return {**scores_of_counts(counts), "hd95": hausdorff_95(predicted, reference, ignore)}


def dice_of(predicted: NDArray[Any], reference: NDArray[Any], ignore: NDArray[Any] | None = None) -> float:
    """The Dice of one image alone; 1 where both masks are empty."""
    return scores_of_counts(count_pixels(predicted, reference, ignore))["dice"]


def mean_scores(scores: Sequence[Mapping[str, float | None]]) -> dict[str, float | int | None]:
    """Means over images; an undefined hd95 is left out of its mean and counted.

    Returns:
        Each of `METRICS`, and "hd95_undefined" with the number of images without one. hd95 is None where no
        image has one; everything else is None without images.
    """
    means: dict[str, float | int | None] = {}
    for metric in METRICS:
        defined = [value for each in scores if (value := each[metric]) is not None]
        means[metric] = float(np.mean(defined)) if defined else None
    means["hd95_undefined"] = sum(each["hd95"] is None for each in scores)
    return means


def pooled_scores(counts: Iterable[Counts]) -> dict[str, float]:
    """Scores of all pixels of all images taken together, from their confusion matrices (no hd95)."""
    return scores_of_counts(sum(counts, Counts()))


def bootstrap_interval(values: Sequence[float], *, seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of a mean by the percentile bootstrap (Efron 1979): 2.5th and 97.5th percentile."""
    if len(values) == 0:
        raise ValueError("an interval needs at least one value")
    if len(values) == 1:
        return float(values[0]), float(values[0])
    # Half a second to import.
    from scipy.stats import bootstrap

    found = bootstrap(
        (np.asarray(values, np.float64),),
        np.mean,
        n_resamples=2000,
        batch=100,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)


def best_threshold(pairs: Iterable[tuple[NDArray[np.uint8], NDArray[Any]]]) -> float:
    """The threshold, in steps of 0.01 from 0.01 to 0.99, with the highest mean Dice over images.

    Of several that are equally good, the one nearest to 0.5.

    Args:
        pairs: (probability (H, W) uint8, reference (H, W)) of each image.

    Raises:
        ValueError: No pairs, or shapes that differ.
    """
    total = np.zeros(len(THRESHOLDS))
    num_images = 0
    for probability, reference in pairs:
        total += count_by_threshold(probability, reference).dice()
        num_images += 1
    if num_images == 0:
        raise ValueError("a threshold needs at least one image")
    return THRESHOLDS[best_step(total)]


def _ratio(part: int, whole: int, both_empty: bool) -> float:
    if both_empty:
        return 1.0
    return part / whole if whole else 0.0
