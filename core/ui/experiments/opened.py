"""One experiment, opened: what it found, its table, how to read it, its pictures, and what to take away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import AppError
from core.experiments.reports.report import report_zip
from core.experiments.reports.tables import cell_text, column_word
from core.experiments.runs import store
from core.experiments.runs.start import job_of_folder
from core.experiments.runs.store import ExperimentResult, ExperimentSummary, Picture
from core.jobs import queue
from core.language import say
from core.ui import state
from core.ui import words as shared
from core.ui.experiments import words
from core.ui.experiments.kept import QUERY, facts, status_badge, title_of
from core.ui.experiments.plain_words import decided
from core.ui.experiments.running import run_curves
from core.ui.text import as_name, as_text
from core.workspace import JobRow, Workspace

_UNFINISHED = ("failed", "stopped")


def opened(workspace: Workspace, folder: Path) -> None:
    """The whole experiment."""
    job = job_of_folder(workspace, folder)
    st.button(words.ALL_EXPERIMENTS, icon=":material/arrow_back:", on_click=_close, type="tertiary")
    try:
        shown = store.summary(folder)
        # One that goes on has written down what it had found when it was stopped, and that it was.
        result = None if shown.status == "running" else store.read_result(folder)
        record = store.read_record(folder)
    except AppError as error:
        st.error(as_text(str(error)))
        return
    _head(workspace, shown, job)
    if result is None or not result.rows:
        st.info(words.EXPERIMENT_RUNS_NOW if shown.status == "running" else words.EXPERIMENT_NO_RESULT)
    else:
        _found(folder, result)
        _take_away(folder)
        _pictures(folder, result.pictures)
    reports = store.progress(folder)
    if reports:
        with st.expander(words.CURVES, expanded=result is None or not result.pictures):
            run_curves(reports)
    _about(folder, record, () if result is None else [each for each in result.notes if each != shown.reason])


def _close() -> None:
    st.query_params.pop(QUERY, None)


def _head(workspace: Workspace, shown: ExperimentSummary, job: JobRow | None) -> None:
    st.subheader(f"{as_name(title_of(shown, job))}{status_badge(shown.status)}", anchor=False)
    who = () if job is None else (words.EXPERIMENT_BY.format(who=as_name(job.who)),)
    st.caption(" · ".join((*facts(shown), *who)))
    if shown.status == "failed":
        st.error(as_text(shown.reason))
    elif shown.status == "stopped":
        st.info(as_text(shown.reason))
    if job is None or job.status not in _UNFINISHED or shown.status not in _UNFINISHED:
        return
    if st.button(shared.GO_ON, icon=":material/play_arrow:", help=words.GO_ON_HELP):
        queue.retry(workspace, job.id, who=state.person())
        _close()
        st.rerun()


def _found(folder: Path, result: ExperimentResult) -> None:
    said = decided(folder)
    if said or result.headline:
        st.markdown("  \n".join(f"**{as_text(text)}**" for text in said or [result.headline]))
    columns = [
        column for column in result.columns if any(row.get(column) not in (None, "") for row in result.rows)
    ]
    table = {
        as_text(say(column_word(column))): [_cell(row, column) for row in result.rows] for column in columns
    }
    st.table(table, hide_index=True)
    has_intervals = any(key.endswith("_low") for row in result.rows for key in row)
    said = [text for column, text in words.READ_COLUMNS.items() if column in columns]
    said += [words.INTERVAL_READ] if has_intervals else []
    said += [words.READ_KINDS[result.kind]] if result.kind in words.READ_KINDS else []
    with st.expander(words.HOW_TO_READ, expanded=True):
        st.caption("  \n".join(said))


def _cell(row: dict[str, Any], column: str) -> str:
    """A cell as Markdown: an interval stands below its mean, short enough for a narrow column."""
    low, high = row.get(f"{column}_low"), row.get(f"{column}_high")
    if low is None or high is None:
        return as_text(say(cell_text(row, column)))
    mean = cell_text({column: row[column]}, column)
    digits = 1 if column == "hd95" else 3
    # Where it must break, it does behind the dash.
    interval = f"{low:.{digits}f}\u00a0– {high:.{digits}f}"
    return f"{as_text(mean)}  \n:small[:gray[{interval}]]"


def _take_away(folder: Path) -> None:
    left, right, _ = st.columns([1, 1, 2])
    left.download_button(
        words.DOWNLOAD_REPORT,
        lambda: report_zip(folder),
        file_name=f"{folder.name}.zip",
        mime="application/zip",
        on_click="ignore",
        icon=":material/download:",
        help=words.DOWNLOAD_REPORT_HELP,
        width="stretch",
    )
    table = folder / "table.csv"
    if table.is_file():
        right.download_button(
            words.DOWNLOAD_TABLE,
            lambda: table.read_bytes(),
            file_name=f"{folder.name}.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/table:",
            width="stretch",
        )


def _pictures(folder: Path, pictures: Sequence[Picture]) -> None:
    for picture in pictures:
        path = folder / picture.file
        # A picture's name comes out of a file that anybody may have written.
        if path.resolve().is_relative_to(folder.resolve()) and path.is_file():
            st.image(str(path), caption=as_text(picture.caption), alt=picture.caption)


def _about(folder: Path, record: dict[str, Any], notes: Sequence[str]) -> None:
    if notes:
        with st.expander(words.EXPERIMENT_NOTES):
            st.markdown("\n".join(f"- {as_text(note)}" for note in notes))
    command = str(record.get("command") or "")
    if command:
        with st.expander(words.REPEAT):
            st.caption(words.REPEAT_HELP)
            st.code(command, language="bash", wrap_lines=True)
    st.caption(words.EXPERIMENT_FOLDER.format(path=as_text(str(folder))))
