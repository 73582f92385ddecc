"""Which reports of a training reach its job, and its log."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from core.workflows.learn.job_reporter import JobReporter


@dataclass(frozen=True)
class Report:
    epoch: int
    epoch_done: bool = False
    num_epochs: int = 3
    loss: float = 0.5
    dice: float | None = 0.75
    accuracy: float = 1.0


class Context:
    def __init__(self):
        self.told = []

    def report(self, **values):
        self.told.append((values["epoch"], values["epoch_done"]))


@pytest.fixture
def context():
    return Context()


def test_reports_in_quick_succession_are_thinned_but_the_last_is_kept(context, capsys):
    reporter = JobReporter(context)
    for epoch in (1, 2, 3):
        reporter(Report(epoch))
        reporter(Report(epoch, epoch_done=True))
    assert context.told == [(1, False), (3, True)]
    assert capsys.readouterr().out == "epoch 3/3: loss 0.5000, Dice 0.7500\n"


def test_reports_that_come_slowly_all_pass(context, capsys, monkeypatch):
    now = iter(range(10, 100, 10))
    monkeypatch.setattr(
        "core.workflows.learn.job_reporter.time", SimpleNamespace(monotonic=lambda: next(now))
    )
    reporter = JobReporter(context)
    reporter(Report(1))
    reporter(Report(1, epoch_done=True))
    reporter(Report(2))
    assert context.told == [(1, False), (1, True), (2, False)]
    assert capsys.readouterr().out == "epoch 1/3: loss 0.5000, Dice 0.7500\n"


def test_a_line_names_the_run_of_several_and_the_accuracy_of_labels(context, capsys):
    JobReporter(context)(Report(3, epoch_done=True, dice=None), run="unet")
    assert capsys.readouterr().out == "unet: epoch 3/3: loss 0.5000, accuracy 1.0000\n"
