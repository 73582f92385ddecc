"""The list of kept experiments, the newest first; each opens to its numbers and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import streamlit as st

from core.experiments.runs.store import ExperimentSummary
from core.jobs import queue
from core.ui import state
from core.ui import words as shared
from core.ui.experiments import words
from core.ui.text import as_name, as_text
from core.ui.times import ago
from core.workspace import JobRow, Workspace

QUERY = "experiment"
"""Name in the address of the experiment that is open."""
_MOST_SHOWN = 20
_SHOW_ALL = "all_experiments"
_COLOURS = {"done": "green", "running": "blue", "stopped": "gray", "failed": "red"}


def open_experiment(folder: Path) -> None:
    """Show this experiment at the next run; the address names it, so that it can be kept or sent."""
    st.query_params[QUERY] = folder.name


def kept(experiments: Sequence[ExperimentSummary], jobs: Mapping[Path, JobRow]) -> None:
    """The list; a button opens one.

    Args:
        experiments: The newest first.
        jobs: The job of each folder, where it has one.
    """
    shown = experiments
    if len(experiments) > _MOST_SHOWN and not st.session_state.get(_SHOW_ALL):
        shown = experiments[:_MOST_SHOWN]
    for each in shown:
        _line(each, title_of(each, jobs.get(each.folder)))
    if len(shown) < len(experiments):
        st.button(words.EXPERIMENTS_MORE.format(count=len(experiments)), on_click=_show_all)


def _show_all() -> None:
    st.session_state[_SHOW_ALL] = True


def title_of(each: ExperimentSummary, job: JobRow | None) -> str:
    """What an experiment is called: as it was started from the page, else as its folder says."""
    title: str = each.title if job is None else job.settings.get("title") or each.title
    return title


def _line(each: ExperimentSummary, name: str) -> None:
    with st.container(border=True):
        title, number, action = st.columns([6, 2, 1], vertical_alignment="center")
        said = " · ".join(part for part in (*facts(each), _said(each)) if part)
        title.markdown(_two_lines(f"**{as_name(name)}**{status_badge(each.status)}", said))
        if each.number is not None:
            number.markdown(_two_lines(f"**{each.number:.4f}**", as_text(each.number_name)))
        action.button(
            words.OPEN_EXPERIMENT,
            key=f"open_{each.folder.name}",
            help=words.OPEN_EXPERIMENT_LABEL.format(title=as_name(name)),
            on_click=open_experiment,
            args=(each.folder,),
            width="stretch",
        )


def _two_lines(first: str, second: str) -> str:
    return f"{first}  \n:small[:gray[{second}]]"


def status_badge(status: str) -> str:
    """How it ended, as a badge behind a title; nothing for what went well."""
    if status == "done":
        return ""
    return f" :{_COLOURS.get(status, 'gray')}-badge[{shared.RUN_STATUS.get(status, status)}]"


def facts(each: ExperimentSummary) -> tuple[str, ...]:
    """What kind it is, and when it was begun."""
    when = ago(datetime.fromisoformat(each.created)) if each.created else ""
    return words.KIND_TITLES.get(each.kind, each.kind), when


def _said(each: ExperimentSummary) -> str:
    return as_text(each.reason if each.status in ("failed", "stopped") and each.reason else each.headline)


def never_begun(workspace: Workspace, jobs: Sequence[JobRow]) -> None:
    """Jobs that ended before their experiment had a folder: why, and the way to try again."""
    for job in jobs:
        with st.container(border=True):
            title, action = st.columns([8, 1], vertical_alignment="center")
            named = f"**{as_text(job.settings.get('title', ''))}**{status_badge(job.status)}"
            said = f"{ago(job.ended_at or job.created_at)} · {as_text(str(job.reason))}"
            title.markdown(_two_lines(named, said))
            if action.button(shared.RETRY, key=f"retry_{job.id}", icon=":material/replay:", width="stretch"):
                queue.retry(workspace, job.id, who=state.person())
                st.rerun()
