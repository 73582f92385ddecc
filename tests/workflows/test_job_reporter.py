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


class Context:
    def __init__(self):
        self.told = []

    def report(self, values):
        self.told.append((values["epoch"], values["epoch_done"]))


@pytest.fixture
def context():
    return Context()


def test_reports_in_quick_succession_are_thinned_but_the_last_is_kept(context, capsys):
    reporter = JobReporter(context, lambda report: f"epoch {report.epoch}")
    for epoch in (1, 2, 3):
        reporter(Report(epoch))
        reporter(Report(epoch, epoch_done=True))
    assert context.told == [(1, False), (3, True)]
    assert capsys.readouterr().out == "epoch 3\n"


def test_reports_that_come_slowly_all_pass(context, capsys, monkeypatch):
    now = iter(range(10, 100, 10))
    monkeypatch.setattr(
        "core.workflows.learn.job_reporter.time", SimpleNamespace(monotonic=lambda: next(now))
    )
    reporter = JobReporter(context, lambda report: f"epoch {report.epoch}")
    reporter(Report(1))
    reporter(Report(1, epoch_done=True))
    reporter(Report(2))
    assert context.told == [(1, False), (1, True), (2, False)]
    assert capsys.readouterr().out == "epoch 1\n"
