"""Names of runs as people read them: "unet_fold2" is "U-Net, fold 2"."""

from __future__ import annotations

import re

from core.experiments.plan import ARM_WORDS

_PART = re.compile(r"(fold|trial)_?0*(\d+)$")


def run_title(run: str) -> str:
    """A run's name, from the name of its folder; one of another kind stays as it is."""
    found = _PART.search(run)
    if found is None:
        return ARM_WORDS.get(run, run)
    arm = ARM_WORDS.get(run[: found.start()].rstrip("_"), "")
    part = f"{found[1]} {found[2]}"
    return f"{arm}, {part}" if arm else part
