"""Who is told, and asked, while an experiment goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.training.callbacks import ProgressReport


@dataclass(frozen=True)
class RunProgress:
    """Where an experiment is, told after each step and at the end of each epoch.

    Attributes:
        run: Name of the run, which is its folder under `runs/`.
        run_number: From 1.
        num_runs: Runs of the experiment, as far as is known.
    """

    run: str
    run_number: int
    num_runs: int
    report: ProgressReport


@dataclass(frozen=True)
class ExperimentWatchers:
    """The functions that are called; None for nobody.

    Attributes:
        on_message: Called with a sentence when something else begins.
        on_check: Called with (pairs read, all pairs) while the data set is checked.
        on_progress: Called after each training step.
        should_stop: Asked after each step and between runs; True keeps what is finished and ends.
    """

    on_message: Callable[[str], None] | None = None
    on_check: Callable[[int, int], None] | None = None
    on_progress: Callable[[RunProgress], None] | None = None
    should_stop: Callable[[], bool] | None = None
