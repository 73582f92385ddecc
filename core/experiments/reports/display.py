"""An experiment on a terminal: what begins, a bar for each run, a line for each epoch, Ctrl-C as a wish."""

from __future__ import annotations

import sys

from core.commands.progress import TrainingDisplay
from core.experiments.reports.report import markdown_table
from core.experiments.runs.store import ExperimentResult
from core.language.sentence import said
from core.training.progress_report import ProgressReport


class ExperimentDisplay(TrainingDisplay):
    """Shows everything on stderr; a second Ctrl-C interrupts at once."""

    def __init__(self) -> None:
        super().__init__()
        self._run = ""

    def note(self, sentence: str) -> None:
        """Something else begins: its own line, and bars of its own."""
        for bar in (self._checking, self._training):
            if bar is not None:
                bar.close()
        self._checking = self._training = None
        print(sentence, file=sys.stderr)

    def step(self, report: ProgressReport, *, run: str = "", **_: int) -> None:
        """A step of a run that was trained."""
        if run != self._run:
            self._run, self._told = run, 0
        super().step(report)


def print_found(result: ExperimentResult) -> None:
    """What was found: its table, its headline, and how it was measured."""
    if result.rows:
        print(f"{markdown_table(result)}\n")
    if result.headline:
        print(said(result.headline))
    for note in result.notes:
        print(f"- {said(note)}")
