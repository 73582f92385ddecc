"""How good a mask is, guessed from the probability map that it was cut from. Pure arrays and numbers.

The guess orders what a person looks at and says why; it never approves anything. Read from the map alone it
orders images as well as eight more predictions of changed copies do (`benchmarks/quality_guess.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.masks import Proposal, outline, threshold_mask

COVERAGE = 0.8
"""Part of the images whose Dice lies within the interval, where they are like those that it was fitted on."""
FEWEST = 5
"""Known images that an interval needs; of fewer the guess is the score as it is."""

_FAINT = 12
"""Levels of 255 up to which a probability is noise: a whole image of it must not outweigh a small object."""
_BACKGROUND, _FOREGROUND = 51, 204
"""Levels up to and from which a pixel is certain: probabilities of 0.2 and 0.8."""
_WIDE = 0.02
"""Part of the image's diagonal: where it takes more from the one to the other, the outline is unsure."""
_NEAREST_TO_1 = 0.995


def soft_dice(proposal: Proposal, threshold: float) -> float:
    """The Dice of the mask that one may expect if the map's probabilities are right.

    2 sum(p m) / (sum(p) + sum(m)) over the pixels, p the confidence and m the mask at the threshold, with
    what is faint taken as 0. Of several classes it judges foreground against background.

    Returns:
        In [0, 1]; 1 where mask and map are empty, 0 where the mask alone is.
    """
    mask = threshold_mask(proposal.confidence, threshold)
    likelihood = np.where(proposal.confidence > _FAINT, proposal.confidence / 255.0, 0.0)
    both = float(likelihood.sum()) + float(np.count_nonzero(mask))
    return 1.0 if both == 0 else 2 * float(likelihood[mask].sum()) / both


def unsure_outline(proposal: Proposal, threshold: float) -> float:
    """The part of the mask's outline at which the map goes slowly from foreground to background.

    At an outline pixel the way is that to the nearest certain foreground plus that to the nearest certain
    background (0.8 and 0.2; beyond the image is background); it is long beyond 2 % of the image's diagonal.

    Returns:
        In [0, 1]; 0 of an empty mask, which has no outline.
    """
    edge = outline(threshold_mask(proposal.confidence, threshold))
    if not edge.any():
        return 0.0
    far = _WIDE * float(np.hypot(*proposal.confidence.shape))
    padded = np.pad(proposal.confidence, 1)
    width = _distance(padded >= _FOREGROUND) + _distance(padded <= _BACKGROUND)
    return float(np.mean(width[1:-1, 1:-1][edge] > far))


def _distance(certain: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Pixels to the nearest certain one; without any, further than everything."""
    if not certain.any():
        return np.full(certain.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform((~certain).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE))


@dataclass(frozen=True)
class Calibration:
    """How scores become guesses in a task: a line between their log odds, and how far truths lie from it.

    Attributes:
        slope: Of the line, above 0, so that guesses stand in the order of the scores.
        offset: Where it stands at log odds of 0.
        reach: Half of the 80 % interval in log odds; None where too few truths are known.
        num_known: Truths that it was fitted on.
    """

    slope: float = 1.0
    offset: float = 0.0
    reach: float | None = None
    num_known: int = 0

    def guess(self, score: float) -> tuple[float, float | None, float | None]:
        """The guess of a Dice with the ends of its interval (None where there is none), all in [0, 1]."""
        if self.reach is None:
            return score, None, None
        middle = self.offset + self.slope * float(_log_odds(score))
        low, high = (float(_dice(middle + way)) for way in (-self.reach, self.reach))
        # The ends of the scale are as far as log odds are told apart.
        return (
            float(_dice(middle)),
            0.0 if low <= 1 - _NEAREST_TO_1 else low,
            1.0 if high >= _NEAREST_TO_1 else high,
        )


def calibrate(scores: Sequence[float], dices: Sequence[float]) -> Calibration:
    """The calibration of images whose truth is known, one image of each group.

    A line of least squares between the log odds, drawn towards the slope 1 by a weight of 1, so that few
    images do not turn it round. The interval is that of split conformal prediction made from the distances of
    each image to the line through the others (jackknife; Barber et al. 2021, Annals of Statistics 49): the
    0.8 quantile at rank 0.8 (n + 1), so that it holds for the next image, not for these.

    Args:
        scores: Soft Dice of each image.
        dices: Its Dice with the truth.

    Raises:
        ValueError: Not one Dice for each score.
    """
    x, y = _log_odds(np.asarray(scores, np.float64)), _log_odds(np.asarray(dices, np.float64))
    if x.shape != y.shape:
        raise ValueError(f"each score needs its Dice, got {x.size} and {y.size}")
    if x.size < FEWEST:
        return Calibration(num_known=x.size)
    slope, offset = _line(x, y)
    distances = []
    for place in range(x.size):
        others = np.arange(x.size) != place
        its_slope, its_offset = _line(x[others], y[others])
        distances.append(abs(y[place] - its_offset - its_slope * x[place]))
    reach = float(np.quantile(distances, COVERAGE, method="weibull"))
    return Calibration(slope, offset, reach, x.size)


def _line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    away = x - x.mean()
    slope = (float(away @ (y - y.mean())) + 1.0) / (float(away @ away) + 1.0)
    slope = max(slope, 0.05)
    return slope, float(y.mean() - slope * x.mean())


def _log_odds(part: float | NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(part, 1 - _NEAREST_TO_1, _NEAREST_TO_1)
    return np.asarray(np.log(inside / (1 - inside)))


def _dice(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))
