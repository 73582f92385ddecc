"""The running job: one line in the side bar of every page, live curves on the Fine-tune page.

Both are fragments that look again every two seconds while a job runs; the page around them, and the strokes
on it, are not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.jobs import queue
from core.ui import words
from core.ui.charts import curve
from core.ui.times import duration
from core.workspace import JobRow, Workspace

_LOOK_AGAIN = 2.0
ACTIVE = ("queued", "running")


def running_job(workspace: Workspace) -> None:
    """The side bar's line; a job that ends while it is looked at reruns the page."""
    job = queue.running_job(workspace)
    if job is None:
        return

    @st.fragment(run_every=_LOOK_AGAIN)
    def line() -> None:
        now = queue.status(workspace, job.id)
        if now.status not in ACTIVE:
            st.rerun(scope="app")
        task = "" if now.task_id is None else workspace.tasks.get_by_id(now.task_id).title
        last = latest(queue.progress(workspace, job.id))
        st.progress(part_done(last), text=f"{words.JOB_KIND.get(now.kind, now.kind)}: {task}")
        st.caption(how_far(now, last))

    line()


def live_curves(workspace: Workspace, job: JobRow) -> None:
    """Loss and Dice over the epochs, how far it is, and the log; live while the job runs."""

    @st.fragment(run_every=_LOOK_AGAIN if job.status in ACTIVE else None)
    def panel() -> None:
        now = queue.status(workspace, job.id)
        reports = queue.progress(workspace, job.id)
        if job.status in ACTIVE:
            if now.status not in ACTIVE:
                st.rerun(scope="app")
            last = latest(reports)
            st.progress(part_done(last), text=how_far(now, last))
        epochs = by_epoch(reports)
        left, right = st.columns(2)
        with left:
            curve(
                {
                    words.TRAINING_SERIES: [each.get("loss") for each in epochs],
                    words.VALIDATION_SERIES: [each.get("val_loss") for each in epochs],
                },
                title=words.LOSS,
                x_title=words.EPOCH,
            )
        with right:
            curve(
                {
                    words.TRAINING_SERIES: [each.get("dice") for each in epochs],
                    words.VALIDATION_SERIES: [each.get("val_dice") for each in epochs],
                },
                title=words.DICE,
                x_title=words.EPOCH,
            )
        with st.expander(words.LOG):
            st.code(queue.log_tail(workspace, job.id) or words.LOG_EMPTY, language=None)

    panel()


def latest(reports: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The newest report, empty before the first."""
    return reports[-1] if reports else {}


def by_epoch(reports: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The last report of each epoch, in order."""
    epochs = {int(each["epoch"]): each for each in reports if "epoch" in each}
    return [epochs[number] for number in sorted(epochs)]


def part_done(report: Mapping[str, Any]) -> float:
    """How much of a job is done, in [0, 1]."""
    epochs = report.get("num_epochs") or 0
    if not epochs:
        return 0.0
    within = (report.get("step") or 0) / max(report.get("num_steps") or 1, 1)
    done = float(report.get("epoch", 1) - 1 + within) / epochs
    return min(1.0, max(0.0, done))


def how_far(job: JobRow, report: Mapping[str, Any]) -> str:
    """How far a job is, in words."""
    if job.status == "queued":
        return words.JOB_QUEUED
    if job.stop_requested:
        return words.STOPPING
    if "epoch" not in report:
        return str(report.get("message") or words.JOB_STARTING)
    said = [words.JOB_EPOCH.format(epoch=report["epoch"], num_epochs=report["num_epochs"])]
    if report.get("seconds_left") is not None:
        said.append(words.JOB_LEFT.format(time=duration(report["seconds_left"])))
    return ", ".join(said)
