"""What was said of masks: verdicts, planted errors, guesses, and the audit of it all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Verdict = Literal["approved", "flagged", "withdrawn"]


@dataclass(frozen=True)
class ReviewRow:
    """What a reviewer said of a mask; never changed.

    Attributes:
        revision_id: The saved mask that was judged, None for one that was only shown.
        mask_file: The mask that was only shown, None for a saved one.
        version_id: Model version that made the mask that was only shown, None for none.
        who: Name of the reviewer, as it was then.
        person_id: The reviewer, whatever the name is by now.
        verdict: "approved", "flagged", or "withdrawn": the reviewer's verdict before no longer counts.
        reasons: Codes.
        label_id: Label of the image that was judged with the mask, None for none.
    """

    id: int
    image_id: int
    revision_id: int | None
    mask_file: str | None
    version_id: int | None
    who: str
    person_id: int
    verdict: Verdict
    reasons: tuple[str, ...]
    comment: str
    label_id: int | None
    created_at: datetime


@dataclass(frozen=True)
class PlantedRow:
    """What a reviewer said of a mask that was shown with an error on purpose.

    Attributes:
        key: Names the real mask.
        kind: What was wrong: "missing", "added" or "shifted".
        verdict: "flagged" has caught it, "approved" has not.
        created_at: When; None where it is not kept yet.
    """

    image_id: int
    who: str
    key: str
    kind: str
    verdict: Verdict
    created_at: datetime | None = None


@dataclass(frozen=True)
class GuessRow:
    """How good a version's mask of an image is thought to be, without knowing the truth.

    Attributes:
        version_id: The version that predicted it.
        score: Soft Dice of the probability map and its own mask, in [0, 1]; what the guess is made of.
        unsure: Part of the mask's outline along which the map is in doubt, in [0, 1].
        guess: Of the Dice with the truth, in [0, 1].
        low: Lower end of the 80 % interval, None where too few truths are known to say.
        high: Its upper end, likewise.
        foreground: Part of the image that the mask takes, in [0, 1]; None of guesses from before it was kept.
    """

    image_id: int
    version_id: int
    score: float
    unsure: float
    guess: float
    low: float | None
    high: float | None
    made_at: datetime
    foreground: float | None = None


@dataclass(frozen=True)
class AuditRow:
    """That somebody did something; never changed.

    Attributes:
        task_id: The task it was done in, None for none.
        who: Person, empty where a rule of the program decided.
        action: Code, such as "mask_saved".
        facts: Keys, hashes and numbers; no names of files or patients.
        seal: Hash of all this and of the seal of the row before.
    """

    id: int
    task_id: int | None
    who: str
    action: str
    facts: dict[str, Any]
    created_at: datetime
    seal: str
