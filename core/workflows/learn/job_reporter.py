"""Passes a training's progress on to its job: rarely enough for the disk, the ends of epochs first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from core.jobs.kinds import JobContext

if TYPE_CHECKING:
    from core.training.progress_report import ProgressReport

SECONDS_BETWEEN_STEPS = 0.5
SECONDS_BETWEEN_EPOCHS = 0.2
"""Reports are rarer than that; a tiny network would write hundreds a second."""


class JobReporter:
    """Told after each step of a training; the end of its last epoch is always passed on."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._told = 0.0

    def __call__(self, report: ProgressReport, **place: Any) -> None:
        """Pass a report, and which of several runs it is of, on unless one was passed on a moment ago."""
        now = time.monotonic()
        is_last = report.epoch_done and report.epoch == report.num_epochs
        pause = SECONDS_BETWEEN_EPOCHS if report.epoch_done else SECONDS_BETWEEN_STEPS
        if now - self._told < pause and not is_last:
            return
        self._told = now
        self._context.report(**{**place, **vars(report)})
        if report.epoch_done:
            run = f"{place['run']}: " if place else ""
            score = f"accuracy {report.accuracy:.4f}" if report.dice is None else f"Dice {report.dice:.4f}"
            print(f"{run}epoch {report.epoch}/{report.num_epochs}: loss {report.loss:.4f}, {score}")
