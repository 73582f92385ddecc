"""What a comparison of two networks says, in a sentence for somebody who never met a p-value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.datasets.set_table import read_csv
from core.experiments.reports.differences import is_clear
from core.experiments.requests.plan import ARM_WORDS
from core.language import say
from core.ui.experiments import words


def decided(folder: Path) -> list[str]:
    """A sentence for each pair of networks that an experiment compared by Dice, if it did."""
    path = folder / "differences.csv"
    if not path.is_file():
        return []
    return [sentence(row) for row in read_csv(path)[1] if row.get("score") == "dice"]


def sentence(row: Mapping[str, str]) -> str:
    """Which network is better and by how much, or that nothing is decided.

    Args:
        row: "first", "second", "difference" (first - second), "difference_low", "difference_high", "p",
            "images".
    """
    first, second = (say(ARM_WORDS.get(row[key], row[key])) for key in ("first", "second"))
    difference, low, high, p = (
        float(row[key]) for key in ("difference", "difference_low", "difference_high", "p")
    )
    images = row["images"]
    if not is_clear(low, high, p):
        return words.NOTHING_DECIDED.format(
            first=first, second=second, difference=difference, low=low, high=high, images=images, p=_p(p)
        )
    if difference < 0:
        first, second, difference, low, high = second, first, -difference, -high, -low
    return words.BETTER_BY.format(
        better=first, other=second, difference=difference, low=low, high=high, images=images, p=_p(p)
    )


def _p(p: float) -> str:
    return "p < 0.001" if p < 1e-3 else f"p = {p:.3f}"
