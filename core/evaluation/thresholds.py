"""What each threshold makes of predictions: all of them at once, from two histograms an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.surface import check_shapes

CURVE_SCORES = ("dice", "iou", "precision", "recall")

THRESHOLDS = tuple(round(0.01 * step, 2) for step in range(101))
# The same rule as core.imaging.masks.threshold_mask: foreground where p8 >= level.
LEVELS = np.array([math.ceil(threshold * 255 - 1e-9) for threshold in THRESHOLDS])


@dataclass(frozen=True)
class CountsByThreshold:
    """Pixels of one image at each of `THRESHOLDS`.

    Attributes:
        hits: (101,) predicted pixels that are foreground.
        predicted: (101,) predicted pixels.
        foreground: Pixels of the reference.
    """

    hits: NDArray[np.int64]
    predicted: NDArray[np.int64]
    foreground: int

    def dice(self) -> NDArray[np.float64]:
        """(101,) 2 TP / (2 TP + FP + FN); 1 where nothing is there and nothing predicted."""
        return _ratio(2 * self.hits, self.predicted + self.foreground, 1.0)

    def scores(self) -> dict[str, NDArray[np.float64]]:
        """Each of `CURVE_SCORES`, (101,), with the rules of `core.evaluation.scores.scores_of_counts`."""
        either = self.predicted + self.foreground - self.hits
        nothing = np.where(either == 0, 1.0, 0.0)
        foreground = np.full_like(self.hits, self.foreground)
        return {
            "dice": self.dice(),
            "iou": _ratio(self.hits, either, 1.0),
            "precision": _ratio(self.hits, self.predicted, nothing),
            "recall": _ratio(self.hits, foreground, nothing),
        }


def count_by_threshold(
    probability: NDArray[np.uint8], reference: NDArray[Any], ignore: NDArray[Any] | None = None
) -> CountsByThreshold:
    """The counts of one image, by the (H, W) uint8 of `core.imaging.masks.quantise`."""
    check_shapes(probability, reference, ignore)
    inside = np.asarray(reference) != 0
    if ignore is not None:
        counted = np.asarray(ignore) == 0
        probability, inside = probability[counted], inside[counted]
    hits = np.bincount(probability[inside], minlength=256)[::-1].cumsum()[::-1]
    predicted = np.bincount(probability.ravel(), minlength=256)[::-1].cumsum()[::-1]
    return CountsByThreshold(hits[LEVELS], predicted[LEVELS], int(inside.sum()))


def mean_curve(counts: Sequence[CountsByThreshold]) -> dict[str, NDArray[np.float64]]:
    """Scores at every threshold from 0 to 1 in steps of 0.01.

    Returns:
        "threshold" and each of `CURVE_SCORES` as means over images, all (101,). At 0 all is foreground.

    Raises:
        ValueError: No images.
    """
    if not counts:
        raise ValueError("a threshold curve needs at least one image")
    scores = [each.scores() for each in counts]
    means = {name: np.mean([each[name] for each in scores], axis=0) for name in CURVE_SCORES}
    return {"threshold": np.array(THRESHOLDS), **means}


def best_step(dice: NDArray[np.float64]) -> int:
    """The place in `THRESHOLDS` of the highest Dice; of several the nearest to a half.

    0 makes everything foreground and 1 next to nothing: neither is a choice.

    Args:
        dice: (101,) mean over images, or sum.
    """
    inner = dice[1:-1]
    steps = np.flatnonzero(inner >= inner.max() - 1e-9) + 1
    return int(steps[np.argmin(np.abs(steps - 50))])


def _ratio(
    part: NDArray[np.int64], whole: NDArray[np.int64], otherwise: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.where(whole == 0, otherwise, part / np.maximum(whole, 1))
