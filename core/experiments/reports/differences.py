"""One network against the others on the same images: by how much, and whether chance would do as much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.evaluation.paired import paired_test
from core.experiments.reports.tables import column_word
from core.experiments.requests.plan import ARM_WORDS
from core.experiments.runs.scoring import ImageScores
from core.experiments.runs.store import Cell
from core.language.sentence import Sentence

COMPARED = ("dice", "hd95", "boundary_f1")
_RARE = 0.05


def difference_rows(images_of: Mapping[str, Sequence[ImageScores]]) -> list[dict[str, Cell]]:
    """A row for each of `COMPARED` and each network but the U-Net or else the first: that one - other.

    Args:
        images_of: Scores of the same images in the same order, by network.

    Returns:
        Rows with "first", "second", "score", "difference" with its 95 % interval, "p" of the Wilcoxon
        signed-rank test and "images"; images that have no score with either are left out.
    """
    first = "unet" if "unet" in images_of else next(iter(images_of))
    rows: list[dict[str, Cell]] = []
    for second in images_of:
        if second == first:
            continue
        for score in COMPARED:
            both = [
                (one.scores[score], other.scores[score])
                for one, other in zip(images_of[first], images_of[second], strict=True)
            ]
            defined = [(one, other) for one, other in both if one is not None and other is not None]
            if not defined:
                continue
            found = paired_test([one for one, _ in defined], [other for _, other in defined])
            rows.append(
                {
                    "first": first,
                    "second": second,
                    "score": score,
                    "difference": round(found.mean_difference, 6),
                    "difference_low": round(found.low, 6),
                    "difference_high": round(found.high, 6),
                    "p": found.p_value,
                    "images": found.num,
                }
            )
    return rows


def is_clear(low: float, high: float, p: float) -> bool:
    """Whether a difference is beyond chance: by its interval and by the test; few images never pass."""
    return not low <= 0 <= high and p < _RARE


def difference_sentence(row: Mapping[str, Cell]) -> str:
    """A row of `difference_rows` for people, with what it says about which network is better."""
    score = str(row["score"])
    first, second = (Sentence(ARM_WORDS.get(str(row[key]), str(row[key]))) for key in ("first", "second"))
    difference, low, high, p = (
        float(row[key] or 0) for key in ("difference", "difference_low", "difference_high", "p")
    )
    digits = 2 if score == "hd95" else 4
    text = Sentence(
        "{first} minus {second}, {score}: {difference} (95 % interval {low} to {high}, {images} images, "
        "Wilcoxon p {p})",
        first=first,
        second=second,
        score=Sentence(column_word(score)),
        difference=f"{difference:+.{digits}f}",
        low=f"{low:+.{digits}f}",
        high=f"{high:+.{digits}f}",
        images=row["images"],
        p="< 0.0001" if p < 1e-4 else f"= {p:.4f}",
    )
    if not is_clear(low, high, p):
        return Sentence("{text}; no clear difference.", text=text)
    # A distance is better when it is smaller.
    better = first if (difference > 0) != (score == "hd95") else second
    return Sentence("{text}; {better} is better.", text=text, better=better)
