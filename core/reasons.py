"""Why something happened: a code with its facts, put into words only where it is shown.

The store keeps code and facts, so that no language is written into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import reason_words
from core.errors import AppError
from core.language.sentence import said


@dataclass(frozen=True)
class Reason:
    """Why a job ended as it did, or a version came into use.

    Attributes:
        code: One of `reason_words.SENTENCES`; "said" for a sentence of its own, such as that of an error;
            "text" for one that an older version of this program kept in English.
        facts: What the sentence names; anything that JSON can hold.
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_error(cls, error: AppError) -> Reason:
        """What an error says."""
        return cls("said", {"sentence": error.sentence})

    def __str__(self) -> str:
        if self.code == "said":
            return str(said(self.facts["sentence"]))
        if self.code == "text":
            return str(self.facts["text"])
        has_old, facts = self.facts.get("has_old", True), {"old": 0.0, "worse": 0, **self.facts}
        against = reason_words.AGAINST[has_old].format(**facts)
        lost = reason_words.WORSE.format(**facts) if has_old else ""
        sentence = reason_words.SENTENCES[self.code]
        return sentence.format(**{"against": against, "lost": lost, **self.facts}).rstrip()
