"""Whether one model is better than another on the same images, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluation.scores import bootstrap_interval


@dataclass(frozen=True)
class PairedTest:
    """First against second, over images.

    Attributes:
        low: 2.5th percentile of its bootstrap.
        high: 97.5th percentile of its bootstrap.
        p_value: Of the two-sided Wilcoxon signed-rank test; 1 where all differences are 0.
    """

    mean_difference: float
    low: float
    high: float
    p_value: float
    num: int


def paired_test(first: Sequence[float], second: Sequence[float]) -> PairedTest:
    """The mean difference with its bootstrap 95 % interval, and the Wilcoxon signed-rank test (1945).

    Images without a difference are left out of the test, as Wilcoxon does; ties among the others share their
    ranks, and the p-value is then that of the normal approximation, else exact up to 50 differences.

    Args:
        first: One score an image.
        second: Of the same images in the same order.

    Raises:
        ValueError: No images, lists of different lengths, or a score that is no number.
    """
    if len(first) != len(second) or len(first) == 0:
        raise ValueError(f"a paired test needs two scores an image, got {len(first)} and {len(second)}")
    differences = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    if not np.isfinite(differences).all():
        raise ValueError("a paired test needs scores that are numbers; leave undefined images out of both")
    low, high = bootstrap_interval(differences.tolist())
    return PairedTest(float(differences.mean()), low, high, _signed_rank(differences), len(differences))


def _signed_rank(differences: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    # Scores that are equal but for rounding are equal.
    unequal = differences[np.abs(differences) > 1e-12]
    if len(unequal) == 0:
        return 1.0
    # Half a second to import, and only this function needs it.
    from scipy.stats import wilcoxon

    sizes = np.round(np.abs(unequal), 12)
    ties = len(np.unique(sizes)) < len(sizes)
    method = "asymptotic" if ties or len(unequal) > 50 else "exact"
    return float(wilcoxon(np.sign(unequal) * sizes, method=method).pvalue)
