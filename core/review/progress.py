"""How good predictions were before they were learnt from, image after image. Pure numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb

import numpy as np

from core.evaluation.proportions import Proportion, proportion
from core.evaluation.scores import bootstrap_interval

WINDOW = 10
"""Images that a running mean goes back over, and that "the first" and "the last" stand for."""
FEWEST_GUESSES = 15
"""Of fewer guesses it is not told whether they find the worst predictions."""


@dataclass(frozen=True)
class CorrectedImage:
    """A prediction against the mask that counts.

    Attributes:
        version_id: Version that predicted it when it was first saved, and that had not learnt from it.
        dice: Corrective Dice, in [0, 1]: of the prediction and the mask that counts.
        seconds: Time spent on it, all saves together.
        guess: What the Dice was guessed to be before it was saved, None where it was not.
        low: Lower end of the guess's interval, None for none.
        high: Upper end, None for none.
        was_hidden: The mask was drawn without seeing the prediction.
    """

    image_id: int
    name: str
    version_id: int
    dice: float
    seconds: float
    guess: float | None = None
    low: float | None = None
    high: float | None = None
    was_hidden: bool = False

    @property
    def is_unchanged(self) -> bool:
        """The prediction was right as it was, to the pixel."""
        return self.dice == 1.0


@dataclass(frozen=True)
class MeanDice:
    """A mean over images with its bootstrap 95 % interval."""

    num_images: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class WorstFirst:
    """What an order by guess would have brought to the front.

    Attributes:
        num_images: Images whose Dice was guessed before they were saved.
        fifth: A fifth of them.
        found: Of the fifth with the lowest Dice so many are in the fifth with the lowest guess.
        chance: How often a random order finds as many or more.
    """

    num_images: int
    fifth: int
    found: int
    chance: float

    @property
    def is_chance(self) -> bool:
        """The order is not shown to be better than a random one."""
        return self.chance > 0.05


@dataclass(frozen=True)
class Progress:
    """All of them together.

    Attributes:
        unchanged: Part whose prediction was accepted as it was.
        first_dice: Mean corrective Dice of the first images.
        last_dice: Of the last ones.
        first_seconds: Median time of the first images.
        last_seconds: Of the last ones.
        held: Part of those guessed with an interval before they were saved whose Dice lies within it, None
            without any.
        guess_error: Mean distance of the guess, None without any.
        worst_first: Whether guesses found the worst predictions, None of too few to tell.
        seen: Mean Dice with the prediction of masks that were drawn on it, None without any.
        hidden: Of those that were drawn without seeing it, None without any.
    """

    num_images: int
    unchanged: Proportion
    first_dice: float
    last_dice: float
    first_seconds: float
    last_seconds: float
    held: Proportion | None
    guess_error: float | None
    worst_first: WorstFirst | None
    seen: MeanDice | None
    hidden: MeanDice | None


def summarise(images: Sequence[CorrectedImage]) -> Progress:
    """All images together.

    Args:
        images: In the order in which they were first saved.

    Raises:
        ValueError: None at all.
    """
    if not images:
        raise ValueError("progress needs at least one image")
    shown = [each for each in images if not each.was_hidden] or list(images)
    first, last = images[:WINDOW], images[-WINDOW:]
    guessed = [
        (each, each.guess, each.low, each.high)
        for each in images
        if each.guess is not None and each.low is not None and each.high is not None
    ]
    held = sum(low <= each.dice <= high for each, _, low, high in guessed)
    errors = [abs(guess - each.dice) for each, guess, _, _ in guessed]
    return Progress(
        num_images=len(images),
        unchanged=proportion(sum(each.is_unchanged for each in shown), len(shown)),
        first_dice=float(np.mean([each.dice for each in first])),
        last_dice=float(np.mean([each.dice for each in last])),
        first_seconds=float(np.median([each.seconds for each in first])),
        last_seconds=float(np.median([each.seconds for each in last])),
        held=proportion(held, len(guessed)) if guessed else None,
        guess_error=float(np.mean(errors)) if guessed else None,
        worst_first=_worst_first([(each.guess, each.dice) for each in images if each.guess is not None]),
        seen=_mean([each.dice for each in images if not each.was_hidden]),
        hidden=_mean([each.dice for each in images if each.was_hidden]),
    )


def _worst_first(guesses: Sequence[tuple[float, float]]) -> WorstFirst | None:
    """From pairs of guess and Dice; that many or more is the tail of the hypergeometric distribution."""
    total = len(guesses)
    if total < FEWEST_GUESSES:
        return None
    fifth = round(total / 5)
    by_guess, by_dice = (sorted(range(total), key=lambda at: guesses[at][what]) for what in (0, 1))
    found = len(set(by_guess[:fifth]) & set(by_dice[:fifth]))
    ways = sum(comb(fifth, hit) * comb(total - fifth, fifth - hit) for hit in range(found, fifth + 1))
    return WorstFirst(total, fifth, found, ways / comb(total, fifth))


def _mean(values: Sequence[float]) -> MeanDice | None:
    return MeanDice(len(values), float(np.mean(values)), *bootstrap_interval(values)) if values else None


def running_mean(values: Sequence[float]) -> list[float]:
    """The mean of each value and those before it, `WINDOW` at the most."""
    return [float(np.mean(values[max(0, end - WINDOW) : end])) for end in range(1, len(values) + 1)]


def changes(images: Sequence[CorrectedImage]) -> list[int]:
    """The places, from 1, of images that another version predicted than the one before."""
    follow = enumerate(pairwise(images), start=2)
    return [place for place, (before, after) in follow if before.version_id != after.version_id]
