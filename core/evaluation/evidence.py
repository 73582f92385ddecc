"""Is a candidate better than what is in use, beyond chance? A paired comparison over groups. Pure numbers.

The unit is a group of images that must not be separated (a patient, a volume): its images rise and fall
together, so ten of them prove no more than one. `docs/decisions/033-promotion-on-evidence.md` has the error
rates that `benchmarks.promotion_rule` measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FEWEST_GROUPS = 5
"""Fewer groups never decide by themselves."""
LEAST_GAIN = 0.005
"""Two runs of one recipe with other seeds differ by as much; a smaller gain is not worth a change."""
MOST_LOSS = 0.01
"""Of several classes none may lose more than this in Dice where a candidate is promoted by itself."""
CONFIDENCE = 0.95

Decision = Literal["promote", "keep", "ask"]


@dataclass(frozen=True)
class Evidence:
    """Candidate less version in use, over groups.

    Attributes:
        gain: Mean over groups of the mean difference within each; 0 without groups.
        low: The gain is above this with a confidence of 95 % (one-sided paired t-test over groups); None
            with fewer than two groups.
    """

    num_groups: int
    gain: float
    low: float | None

    @property
    def decision(self) -> Decision:
        """What follows.

        "promote" where at least five groups show a gain that is larger than `LEAST_GAIN` beyond chance,
        "keep" where they show none at all, and "ask" in between and with fewer groups.
        """
        if self.num_groups < FEWEST_GROUPS or self.low is None:
            return "ask"
        if self.low > LEAST_GAIN:
            return "promote"
        return "keep" if self.gain <= 0 else "ask"


def mean_over_groups(scores: Sequence[float], groups: Sequence[object]) -> float | None:
    """Mean over groups of the mean within each, None without any."""
    return float(group_means(scores, groups).mean()) if len(scores) else None


def weigh(differences: Sequence[float], groups: Sequence[object]) -> Evidence:
    """The evidence of each image's score of the candidate less that of the version in use."""
    if not len(differences):
        return Evidence(0, 0.0, None)
    means = group_means(differences, groups)
    num_groups, gain = len(means), float(means.mean())
    if num_groups < 2:
        return Evidence(num_groups, gain, None)
    return Evidence(num_groups, gain, gain - _reach(means, CONFIDENCE))


def mean_interval(means: NDArray[np.float64]) -> tuple[float, float] | None:
    """The 95 % interval of a mean over groups by Student's t, None of fewer than two groups."""
    if len(means) < 2:
        return None
    reach = _reach(means, 0.975)
    return float(means.mean()) - reach, float(means.mean()) + reach


def _reach(means: NDArray[np.float64], part: float) -> float:
    """Student's quantile times the standard error."""
    # scipy.stats would take a second to import.
    from scipy.special import stdtrit

    return float(stdtrit(len(means) - 1, part) * means.std(ddof=1) / np.sqrt(len(means)))


def group_means(values: Sequence[float], groups: Sequence[object]) -> NDArray[np.float64]:
    """(G,) the mean of each group's values, the same order for the same groups."""
    _, group_of = np.unique([str(group) for group in groups], return_inverse=True)
    return np.bincount(group_of, np.asarray(values, np.float64)) / np.bincount(group_of)
