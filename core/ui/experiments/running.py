"""The experiments that run or wait: how far, one curve for each run, and the way to stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.experiments.requests.naming import run_title
from core.experiments.runs import store
from core.experiments.runs.start import experiment_folder
from core.jobs import queue
from core.language.sentence import said
from core.ui import words as shared
from core.ui.charts import MOST_NAMED, curve
from core.ui.dialog import redraw_page
from core.ui.errors import plain_errors
from core.ui.experiments import words
from core.ui.running_job import LOOK_AGAIN, how_far, latest, part_done
from core.ui.text import as_text
from core.workspace import ACTIVE, JobRow, Workspace

_BEST_SHOWN = 3
_HEIGHT = 290

Series = dict[str, list[float | None]]


def running(workspace: Workspace, job: JobRow) -> None:
    """A job that runs or waits, live; the page is drawn anew when it has ended."""

    @st.fragment(run_every=LOOK_AGAIN)
    @plain_errors()
    def panel() -> None:
        now = queue.status(workspace, job.id)
        if now.status not in ACTIVE:
            redraw_page()
        last = latest(workspace.jobs.progress(job.id))
        st.progress(part_done(last), text=how_far(workspace, now, last))
        if now.status == "running":
            run_curves(store.progress(experiment_folder(workspace, now)))
            with st.expander(shared.LOG):
                st.code(queue.log_tail(workspace, job.id) or shared.LOG_EMPTY, language=None)

    with st.container(border=True):
        title, action = st.columns([4, 1], vertical_alignment="center")
        title.markdown(f"**{as_text(job.settings.get('title', ''))}**")
        waits = job.status == "queued"
        if action.button(
            words.REMOVE_FROM_QUEUE if waits else shared.STOP,
            key=f"stop_{job.id}",
            help=None if waits else words.STOP_EXPERIMENT_HELP,
            icon=":material/close:" if waits else ":material/stop:",
            disabled=job.stop_requested,
            width="stretch",
        ):
            queue.request_stop(workspace, job.id)
            st.rerun()
        panel()


def run_curves(reports: Sequence[Mapping[str, Any]]) -> None:
    """Dice and loss against the epoch, one curve a run; of validation where there is any."""
    if not reports:
        st.caption(words.CURVES_COME)
        return
    validated = any(each.get("val_dice") is not None for each in reports)
    dice = series_of(reports, "val_dice" if validated else "dice")
    quiet = quiet_runs(dice)
    left, right = st.columns(2)
    with left:
        title = words.VALIDATION_DICE if validated else words.TRAINING_DICE
        curve(dice, title=title, x_title=shared.EPOCH, height=_HEIGHT, quiet=quiet)
    with right:
        loss = series_of(reports, "val_loss" if validated else "loss")
        title = words.VALIDATION_LOSS if validated else words.TRAINING_LOSS
        curve(loss, title=title, x_title=shared.EPOCH, height=_HEIGHT, quiet=quiet)
    if quiet:
        st.caption(words.CURVES_QUIET.format(count=_BEST_SHOWN))


def series_of(reports: Sequence[Mapping[str, Any]], key: str) -> Series:
    """The values of each run by epoch, from 1; None where an epoch is missing."""
    by_run: dict[str, dict[int, float | None]] = {}
    for each in reports:
        by_run.setdefault(str(said(run_title(str(each["run"])))), {})[int(each["epoch"])] = each.get(key)
    return {
        name: [epochs.get(number) for number in range(1, max(epochs) + 1)] for name, epochs in by_run.items()
    }


def quiet_runs(dice: Series) -> frozenset[str]:
    """All but the best few runs, where there are more than can be told apart."""
    if len(dice) <= MOST_NAMED:
        return frozenset()
    best = {
        name: max((each for each in values if each is not None), default=0.0) for name, values in dice.items()
    }
    return frozenset(sorted(best, key=best.__getitem__, reverse=True)[_BEST_SHOWN:])
