"""Scores of classifiers on the same images, each beside the base: for `benchmarks.label_fine_tune_gain`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.datasets.labels import LabelledImage
from core.evaluation.paired import paired_test

BASE = "base"
SCORES = ("accuracy", "balanced_accuracy", "cross_entropy")

Shares = NDArray[np.float64]
"""(N, labels): the probability of each label for each scored image."""


def means(labels: Sequence[str], truth: Sequence[str], shares: Shares) -> dict[str, float]:
    """Each of `SCORES`."""
    return {name: float(values.mean()) for name, values in scores_of(labels, truth, shares).items()}


def scores_of(labels: Sequence[str], truth: Sequence[str], shares: Shares) -> dict[str, NDArray[np.float64]]:
    """One value an image, of which each score is the mean.

    An image that is right counts N / (K n) in the balanced accuracy, n being the images of its label.
    """
    places = np.array([labels.index(label) for label in truth])
    right = (shares.argmax(axis=1) == places).astype(np.float64)
    counts = np.bincount(places, minlength=len(labels))
    weights = len(places) / (np.count_nonzero(counts) * counts[places])
    true = shares[np.arange(len(places)), places]
    return {
        "accuracy": right,
        "balanced_accuracy": right * weights,
        "cross_entropy": -np.log(np.maximum(true, 1e-12)),
    }


def summary(
    labels: Sequence[str], scored: Sequence[LabelledImage], shares: dict[str, Shares]
) -> list[dict[str, Any]]:
    """Each arm against the base: means over all draws, and the paired difference over images.

    An image that was scored in several draws counts once, with the mean of its values.
    """
    truth = [image.label for image in scored]
    scores = {name: scores_of(labels, truth, each) for name, each in shares.items()}
    _, place = np.unique([image.stem for image in scored], return_inverse=True)
    table = []
    for name, score in product(shares, SCORES):
        row = {"arm": name, "score": score, "mean": float(scores[name][score].mean())}
        if name != BASE:
            own, base = (
                (np.bincount(place, scores[arm][score]) / np.bincount(place)).tolist() for arm in (name, BASE)
            )
            test = paired_test(own, base)
            row |= {"difference": test.mean_difference, "low": test.low, "high": test.high}
            row |= {"p_value": test.p_value, "images": test.num}
        table.append(row)
    return table
