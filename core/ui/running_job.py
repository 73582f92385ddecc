"""The running job: one line in the side bar of every page, live curves where it was started.

They are fragments that look again every two seconds while a job runs; the page around them, and the strokes
on it, are not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.jobs import queue
from core.language.sentence import said
from core.ui import words
from core.ui.charts import curve
from core.ui.dialog import redraw_page
from core.ui.errors import plain_errors
from core.ui.text import as_text
from core.ui.times import duration
from core.ui.titles import task_title
from core.workspace import ACTIVE, JobRow, Workspace

LOOK_AGAIN = 2.0
_LEAST_DONE = 0.02
_SCORE_OF = {"fine_tune_classifier": "accuracy"}
"""What a kind of job reports beside its loss; Dice where nothing is said."""


def running_job(workspace: Workspace) -> None:
    """The side bar's line; a job that ends while it is looked at reruns the page."""
    job = queue.running_job(workspace)
    if job is None:
        return

    @st.fragment(run_every=LOOK_AGAIN)
    @plain_errors()
    def line() -> None:
        now = queue.status(workspace, job.id)
        if now.status not in ACTIVE:
            redraw_page()
        last = latest(workspace.jobs.progress(job.id))
        st.progress(part_done(last), text=as_text(job_name(workspace, now)))
        st.caption(how_far(workspace, now, last))

    line()


def live_curves(workspace: Workspace, job: JobRow) -> None:
    """Loss and score over the epochs, how far it is, and the log; live while the job runs."""

    @st.fragment(run_every=LOOK_AGAIN if job.status in ACTIVE else None)
    @plain_errors()
    def panel() -> None:
        now = queue.status(workspace, job.id)
        reports = workspace.jobs.progress(job.id)
        if job.status in ACTIVE:
            if now.status not in ACTIVE:
                redraw_page()
            last = latest(reports)
            st.progress(part_done(last), text=how_far(workspace, now, last))
        epochs = by_epoch(reports)
        score = _SCORE_OF.get(job.kind, "dice")
        for column, name, title in zip(
            st.columns(2), ("loss", score), (words.LOSS, words.METRIC_NAMES[score]), strict=True
        ):
            with column:
                curve(
                    {
                        words.TRAINING_SERIES: [each.get(name) for each in epochs],
                        words.VALIDATION_SERIES: [each.get(f"val_{name}") for each in epochs],
                    },
                    title=title,
                    x_title=words.EPOCH,
                )
        with st.expander(words.LOG):
            st.code(queue.log_tail(workspace, job.id) or words.LOG_EMPTY, language=None)

    panel()


def job_name(workspace: Workspace, job: JobRow) -> str:
    """What a job is, for people: its kind, and its own title or its task's where it has one."""
    kind = words.JOB_KIND.get(job.kind, job.kind)
    what = job.settings.get("title")
    if not what and job.task_id is not None:
        what = task_title(workspace.tasks.get_by_id(job.task_id))
    return words.JOB_OF.format(kind=kind, what=what) if what else kind


def latest(reports: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The newest report with, where it only says what begins, the place of the one before; empty at first."""
    if not reports:
        return {}
    place: Mapping[str, Any] = next((each for each in reversed(reports) if "epoch" in each), {})
    return {**place, **reports[-1]}


def by_epoch(reports: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The last report of each epoch, in order."""
    epochs = {int(each["epoch"]): each for each in reports if "epoch" in each}
    return [epochs[number] for number in sorted(epochs)]


def part_done(report: Mapping[str, Any]) -> float:
    """How much of a job is done, in [0, 1]; with several runs each counts the same."""
    epochs = report.get("num_epochs") or 0
    if not epochs:
        return 0.0
    within = (report.get("step") or 0) / max(report.get("num_steps") or 1, 1)
    run = float(report.get("epoch", 1) - 1 + within) / epochs
    number, num_runs = int(report.get("run_number") or 1), int(report.get("num_runs") or 1)
    done = (number - 1 + min(run, 1.0)) / max(num_runs, 1)
    return min(1.0, max(0.0, done))


def how_far(workspace: Workspace, job: JobRow, report: Mapping[str, Any]) -> str:
    """How far a job is, in words."""
    if job.status == "queued":
        return _why_it_waits(workspace)
    if job.stop_requested:
        return words.STOPPING_OF.get(job.kind, words.STOPPING_JOB)
    if "message" in report or "epoch" not in report:
        return as_text(str(said(report.get("message") or words.JOB_STARTING)))
    parts = [words.JOB_EPOCH.format(epoch=report["epoch"], num_epochs=report["num_epochs"])]
    if report.get("num_runs", 1) > 1:
        parts.insert(0, words.JOB_RUN.format(run=report["run_number"], num_runs=report["num_runs"]))
    left = seconds_left(job, report)
    if left is not None:
        parts.append(words.JOB_LEFT.format(time=duration(left)))
    return ", ".join(parts)


def seconds_left(job: JobRow, report: Mapping[str, Any]) -> float | None:
    """Until a job ends; of several runs, at the pace of the job so far, None while that says nothing."""
    if report.get("num_runs", 1) <= 1:
        left = report.get("seconds_left")
        return None if left is None else float(left)
    done = part_done(report)
    if job.started_at is None or done < _LEAST_DONE:
        return None
    elapsed = float(report["time"]) - job.started_at.timestamp()
    return max(0.0, elapsed * (1 - done) / done)


def _why_it_waits(workspace: Workspace) -> str:
    running = workspace.jobs.list(status=("running",))
    if not running:
        return words.JOB_QUEUED
    return words.JOB_WAITS.format(what=as_text(job_name(workspace, running[0])))
