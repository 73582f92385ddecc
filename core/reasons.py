"""Why something happened: a code with its facts, put into words only where it is shown.

The store keeps code and facts, so that no language is written into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_COMPARED = "Mean {score} on {images} locked images in {groups} groups: {new:.4f}, and {against}"
_AGAINST = {True: "{old:.4f} for the version in use", False: "no version is in use yet"}
_WORSE = "Images that got worse: {worse}."
_SENTENCES = {
    "text": "{text}",
    "died": "The process ended without a word; it may have been killed or have run out of memory.",
    "never_started": "The process never started; start it again.",
    "no_process": "No process could be started for it ({cause}); start it again.",
    "lost": "The machine that did it ({worker}) has not been heard of any more; start it again.",
    "no_memory": "It ran out of memory; try smaller or fewer images, or close other programs.",
    "no_room": "The disk is full; free some space and start it again.",
    "crashed": "{error}: {message}",
    "stopped": "Stopped by the person.",
    "stopped_before": "Stopped before it began.",
    "shipped": "The model that comes with the program is used first.",
    "chosen": "Chosen by hand.",
    "rolled_back": "Rolled back by hand.",
    "better": f"{_COMPARED}; better beyond chance, by at least {{low:.4f}}. {_WORSE}",
    "class_worse": f"{_COMPARED}; but {{class}} goes from {{class_old:.4f}} to {{class_new:.4f}}, and none "
    f"may lose more than {{most:g}}, so you decide. {_WORSE}",
    "not_better": f"{_COMPARED}, so that one stays. {_WORSE}",
    "alerts_missed": f"{_COMPARED}; but {{alert}} is found in {{found_new}} of {{alerts}}, and in "
    "{found_old} before, so that one stays.",
    "unsure": f"{_COMPARED}; that may be chance (the gain is surely above {{low:+.4f}} only, and "
    f"{{least:g}} is asked for), so you decide. {_WORSE}",
    "compared_too_few": f"{_COMPARED}; fewer than {{fewest}} groups do not decide, so you do. {_WORSE}",
    "compared_nothing": "There is no locked image yet to compare on, so you decide.",
}


@dataclass(frozen=True)
class Reason:
    """Why a job ended as it did, or a version came into use.

    Attributes:
        code: One of the sentences above; "text" for what came as a sentence.
        facts: What the sentence names; anything that JSON can hold.
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_text(cls, text: str) -> Reason:
        """A reason that is a sentence already, such as that of an error."""
        return cls("text", {"text": text})

    def __str__(self) -> str:
        against = _AGAINST[self.facts.get("has_old", True)].format_map({"old": 0.0, **self.facts})
        return _SENTENCES[self.code].format(**{"against": against, **self.facts})
