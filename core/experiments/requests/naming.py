"""Names of runs as people read them: "unet_fold2" is "U-Net, fold 2"."""

from __future__ import annotations

import re

from core.experiments.requests.plan import ARM_WORDS
from core.language.sentence import Sentence

_PART = re.compile(r"(fold|trial)_?0*(\d+)$")
_IN_A_SENTENCE = re.compile(rf"\b(?:\w+_(?:fold|trial)|trial)_?\d+\b|\b(?:{'|'.join(ARM_WORDS)})\b")


def run_title(run: str) -> str:
    """A run's name, from the name of its folder; one of another kind stays as it is."""
    found = _PART.search(run)
    if found is None:
        return ARM_WORDS.get(run, run)
    arm = ARM_WORDS.get(run[: found.start()].rstrip("_"), "")
    part = Sentence("fold {number}" if found[1] == "fold" else "trial {number}", number=found[2])
    return Sentence("{network}, {part}", network=arm, part=part) if arm else part


def readable(message: str) -> str:
    """A sentence with the runs that it names by their folders called as people read them."""
    return _IN_A_SENTENCE.sub(lambda found: run_title(found[0]), message)
