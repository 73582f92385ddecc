"""How long a fine-tuning takes on this machine, learnt from the runs that have ended here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.jobs.process import machine
from core.workspace import Workspace

PACE = "pace"
"""What a run's result keeps its pace under."""
START_SECONDS = 15.0
"""Until the first step: the process, TensorFlow, compiling."""
SECONDS_PER_IMAGE = 0.1
"""One training image of the usual network (256x256, 16 base filters; for labels 224x224): a run of 1,200 took
162 s on two cores, decoding and comparison included."""


@dataclass(frozen=True)
class Pace:
    """What a run took.

    Attributes:
        seconds_per_image: One training image, once, at a work of 1.
        seconds_around: All but the training: the start, compiling, decoding, the comparison.
        num_images: Images that were decoded or compared on.
    """

    seconds_per_image: float
    seconds_around: float
    num_images: int

    def seconds(self, num_shown: float, num_images: int) -> float:
        """About how long a run takes.

        Args:
            num_shown: Training images, times epochs, times the work of one.
            num_images: Images to decode or to compare on; the start takes as long for one as for many.
        """
        start = min(self.seconds_around, START_SECONDS)
        each = (self.seconds_around - start) / max(1, self.num_images)
        return start + each * num_images + self.seconds_per_image * num_shown


UNKNOWN = Pace(SECONDS_PER_IMAGE, START_SECONDS, 0)
"""Before the first run."""


def epoch_seconds(ends: Sequence[float]) -> float:
    """How long an epoch takes, whatever is compiled in some of them: the median from end to end.

    Args:
        ends: Seconds from the start of the training to the end of each epoch; two at least.
    """
    return float(np.median(np.diff(ends)))


def pace_of(workspace: Workspace, kind: str) -> Pace:
    """The pace of the last run of this kind that came to its end on this machine."""
    for job in workspace.jobs.list(kinds=(kind,), status=("done",)):
        if job.worker == machine() and PACE in (job.result or {}):
            return Pace(**job.result[PACE])  # type: ignore[index]
    return UNKNOWN
