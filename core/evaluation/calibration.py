"""Logits -> probabilities that mean what they say, and the threshold that finds a label often enough.

Both are fitted on validation or out of fold, never on the images that are scored. Pure array work.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Where a small validation set is told apart without a mistake, the best temperature would be 0.
LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.25, 20.0


def softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Probabilities along the last axis; finite for any finite logits."""
    shifted = np.asarray(logits, np.float64) - np.max(logits, axis=-1, keepdims=True)
    powers = np.exp(shifted)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def fit_temperature(logits: NDArray[Any], truth: NDArray[Any]) -> float:
    """The T with the lowest mean cross-entropy of softmax(logits / T) (Guo et al. 2017, arXiv:1706.04599).

    Args:
        logits: (N, K).
        truth: (N,) indices of the true labels.

    Returns:
        In [0.25, 20]; 1 without images. One number for all labels, so the most probable label stays.
    """
    if not len(truth):
        return 1.0
    bounds = (float(np.log(LOWEST_TEMPERATURE)), float(np.log(HIGHEST_TEMPERATURE)))
    # Late: SciPy is a quarter of the time in which the page's process starts.
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda log_t: cross_entropy(softmax(logits / np.exp(log_t)), truth),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-4},
    )
    return round(float(np.exp(found.x)), 4)


def cross_entropy(probabilities: NDArray[Any], truth: NDArray[Any]) -> float:
    """Mean over images of -log p(true label), with p of 1e-12 at the least."""
    chosen = np.asarray(probabilities)[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def threshold_for_recall(probability: NDArray[Any], positive: NDArray[Any], recall: float) -> float:
    """The highest threshold at which `probability >= threshold` finds at least that part of the positives.

    Args:
        probability: (N,) of the label.
        positive: (N,) bool, whether an image has the label.
        recall: Wanted, above 0 and at most 1.

    Returns:
        In [0, 1], halfway to the next lower probability so that rounding does not decide; 0.5 where there is
        no positive.
    """
    hits = np.sort(np.asarray(probability, np.float64)[np.asarray(positive, bool)])[::-1]
    if not len(hits):
        return 0.5
    needed = int(np.ceil(recall * len(hits) - 1e-9))
    chosen = hits[needed - 1]
    lower = np.asarray(probability)[np.asarray(probability) < chosen]
    below = float(lower.max()) if len(lower) else 0.0
    return round(float((chosen + below) / 2), 6)
