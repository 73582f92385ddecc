"""How well readers agree with one another, with the mask that counts and with the model. Pure numbers.

The unit of every interval is a group of images that must not be separated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.evaluation.evidence import group_means, mean_interval
from core.review.agreement import Agreement

FEWEST_GROUPS = 5
"""Fewer say nothing about the model against people."""
MARGIN = 0.02
"""A model that is behind people by less is as good as they agree."""

Standing = Literal["better", "as good", "worse", "unsure"]


@dataclass(frozen=True)
class ImageAgreement:
    """Two readings of one image, of one class.

    Attributes:
        group_id: What it must not be separated from.
    """

    image_id: int
    name: str
    group_id: int
    found: Agreement


@dataclass(frozen=True)
class PairAgreement:
    """Two readers over the images that both have read.

    Attributes:
        dice: Mean over groups of the mean within each.
        low: Lower end of its 95 % interval over groups, None of one group.
        high: Its upper end.
        surface_dice: Mean, likewise.
        hd95: Mean of those that are defined, None where none is.
        area_difference: Mean of first - second (Bland and Altman 1986, Lancet 327).
        area_low: Lower limit of agreement: 1.96 standard deviations of the difference below its mean.
        area_high: The upper one.
    """

    num_images: int
    num_groups: int
    dice: float
    low: float | None
    high: float | None
    surface_dice: float
    hd95: float | None
    area_difference: float
    area_low: float
    area_high: float


def summarise_pair(images: Sequence[ImageAgreement]) -> PairAgreement:
    """All images of two readers together.

    Raises:
        ValueError: No image.
    """
    if not images:
        raise ValueError("two readers need at least one image that both have read")
    groups = [each.group_id for each in images]
    dice = group_means([each.found.dice for each in images], groups)
    surface = group_means([each.found.surface_dice for each in images], groups)
    distances = [each.found.hd95 for each in images if each.found.hd95 is not None]
    areas = np.array([each.found.first_area - each.found.second_area for each in images])
    spread = 1.96 * float(areas.std(ddof=1)) if len(areas) > 1 else 0.0
    interval = mean_interval(dice)
    return PairAgreement(
        num_images=len(images),
        num_groups=len(dice),
        dice=float(dice.mean()),
        low=None if interval is None else max(0.0, interval[0]),
        high=None if interval is None else min(1.0, interval[1]),
        surface_dice=float(surface.mean()),
        hd95=float(np.mean(distances)) if distances else None,
        area_difference=float(areas.mean()),
        area_low=float(areas.mean()) - spread,
        area_high=float(areas.mean()) + spread,
    )


@dataclass(frozen=True)
class ModelAgainstPeople:
    """Does the model agree with readers as well as they agree with one another?

    Attributes:
        num_images: Images that two readers read and that the model has not learnt from.
        people: Mean Dice between readers.
        model: Mean Dice of the model with each of them.
        difference: Model - people.
        low: Lower end of its 95 % interval over groups.
        high: Its upper end.
    """

    num_images: int
    num_groups: int
    people: float
    model: float
    difference: float
    low: float
    high: float

    @property
    def standing(self) -> Standing:
        """What follows: "as good" only where the interval lies above `MARGIN` behind people."""
        if self.low > 0:
            return "better"
        if self.low > -MARGIN:
            return "as good"
        return "worse" if self.high < 0 else "unsure"


def compare_model(
    people: Sequence[float], model: Sequence[float], groups: Sequence[int]
) -> ModelAgainstPeople | None:
    """The model against people on the same images, paired; None of fewer than `FEWEST_GROUPS` groups.

    Args:
        people: Of each image the mean Dice between its readers.
        model: Of each image the mean Dice of the model with its readers.
    """
    of_people, of_model = group_means(people, groups), group_means(model, groups)
    interval = mean_interval(of_model - of_people)
    if interval is None or len(of_people) < FEWEST_GROUPS:
        return None
    return ModelAgainstPeople(
        num_images=len(groups),
        num_groups=len(of_people),
        people=float(of_people.mean()),
        model=float(of_model.mean()),
        difference=float((of_model - of_people).mean()),
        low=interval[0],
        high=interval[1],
    )
