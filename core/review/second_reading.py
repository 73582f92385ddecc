"""Which images are read twice, and what two readings of an image say. Pure rows and numbers.

A second reading is a revision that does not become the mask that counts; it names the reading that it stands
beside, and how far the two agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.workspace import RevisionRow

SECOND = "second_reading_of"
"""In the provenance of a second reading: the revision that it was compared with."""
AGAIN = "again_of"
"""Likewise, of a mask that somebody drew again: their own of before."""
DICE = "dice_with_first"
"""Likewise: the mean Dice of the two."""
AGREED = "agreed_from"
"""In the provenance of an agreed mask: the revisions that it was made from."""
HOW = "agreed_by"
"""Likewise: "first", "second", "majority" or "edit"."""


BLIND_VERSION = "blind_to_version"
"""In the provenance of a mask that was drawn without its prediction: the version that was hidden."""


def is_chosen(
    what: str, percent: int, purpose: Literal["read twice", "blind first", "again", "gold", "planted"]
) -> bool:
    """Whether something belongs to the part of a task that is shown for a purpose.

    The choice looks random and is always the same; who asks for more later keeps what was chosen.

    Args:
        what: Names it, such as an image's number.
        percent: Of all, 0 to 100.
        purpose: The parts of different purposes are drawn apart from each other.
    """
    drawn = hashlib.sha256(f"{purpose} {what}".encode()).digest()
    return int.from_bytes(drawn[:8]) % 10_000 < percent * 100


@dataclass(frozen=True)
class Readings:
    """The readings of an image, made without seeing one another.

    Attributes:
        first: The one that counted when the others were made.
        others: The first one of each further reader, in order: what they save after it may be drawn with the
            others in sight.
        truth_id: Key of the revision that counts now, None for none.
    """

    first: RevisionRow
    others: tuple[RevisionRow, ...]
    truth_id: int | None

    @property
    def all(self) -> tuple[RevisionRow, ...]:
        """Every reader's, the first one's first."""
        return (self.first, *self.others)

    @property
    def most_different(self) -> RevisionRow:
        """Of the further readings the one with the lowest Dice with the first."""
        return min(self.others, key=lambda each: float(each.provenance[DICE]))

    @property
    def dice(self) -> float:
        """The lowest Dice of a further reading with the first."""
        return float(self.most_different.provenance[DICE])

    def other(self, revision_id: int | None) -> RevisionRow | None:
        """That of a key, without one the most different; None where it is no reading of the image."""
        if revision_id is None:
            return self.most_different
        return next((each for each in self.others if each.id == revision_id), None)

    @property
    def is_settled(self) -> bool:
        """Another mask counts by now than the one that the readings stand beside."""
        return self.truth_id != self.first.id

    def differ(self, limit: float) -> bool:
        """Whether readers differ by more than is allowed, and nobody has settled it."""
        return not self.is_settled and self.dice < limit


def readings_by_image(revisions: Iterable[RevisionRow], truths: dict[int, int]) -> dict[int, Readings]:
    """The readings of each image that was read twice.

    Args:
        revisions: Of any images, the oldest first.
        truths: Key of the revision that counts, by image id.
    """
    by_id: dict[int, RevisionRow] = {}
    seconds: dict[int, list[RevisionRow]] = {}
    for revision in revisions:
        by_id[revision.id] = revision
        # One that was restored counts: it is a decision, no reading.
        if SECOND in revision.provenance and revision.origin != "restored":
            seconds.setdefault(revision.image_id, []).append(revision)
    found = {}
    for image_id, of_image in seconds.items():
        first = by_id[int(of_image[-1].provenance[SECOND])]
        others: dict[str, RevisionRow] = {}
        for each in of_image:
            if each.provenance[SECOND] == first.id:
                others.setdefault(each.who, each)
        found[image_id] = Readings(first, tuple(others.values()), truths.get(image_id))
    return found
