"""Passes a training's progress on to its job: rarely enough for the disk, the ends of epochs first."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from core.jobs.kinds import JobContext

SECONDS_BETWEEN_STEPS = 0.5
SECONDS_BETWEEN_EPOCHS = 0.2
"""Reports are rarer than that; a tiny network would write hundreds a second."""


class JobReporter:
    """Told after each step of a training; the end of its last epoch is always passed on.

    Args:
        context: The job.
        line: The line of the log for the end of an epoch.
    """

    def __init__(self, context: JobContext, line: Callable[[Any], str]) -> None:
        self._context = context
        self._line = line
        self._told = 0.0

    def __call__(self, report: Any) -> None:
        """Pass a report on, unless one was passed on a moment ago.

        Args:
            report: A frozen dataclass with epoch, num_epochs and epoch_done, as `core.training` and
                `core.classification` tell them.
        """
        now = time.monotonic()
        is_last = report.epoch_done and report.epoch == report.num_epochs
        pause = SECONDS_BETWEEN_EPOCHS if report.epoch_done else SECONDS_BETWEEN_STEPS
        if now - self._told < pause and not is_last:
            return
        self._told = now
        self._context.report(vars(report))
        if report.epoch_done:
            print(self._line(report))
