"""Adding a folder on this machine: offered where the server is this machine, done by a job, told here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from streamlit import config

from core.jobs import queue
from core.ui import state
from core.ui import words as shared
from core.ui.dialog import show_dialog
from core.ui.errors import shown_errors
from core.ui.segment import words
from core.ui.segment.arrive.image_question import Pictures
from core.ui.segment.arrive.questions import ask, ask_use
from core.ui.text import as_text
from core.workflows.arrive.arrival import MaskUse
from core.workflows.arrive.import_folder import KIND, sample_of, start_import
from core.workflows.arrive.kept_answers import kept_answers
from core.workflows.arrive.upload_survey import Survey, Upload, survey_sample
from core.workspace import ACTIVE, JobRow, TaskRow

_HERE = ("localhost", "127.0.0.1", "::1")
_MOST_LISTED = 12
_ASKED = "folder_to_ask_about"


@dataclass
class _Asked:
    """A folder on its way in: some of its files, how they are understood, and pictures by question."""

    task_id: int
    folder: Path
    mask_use: MaskUse
    files: Sequence[Upload]
    survey: Survey
    pictures: dict[object, Pictures] = field(default_factory=dict)


def folder_box(task: TaskRow) -> None:
    """The field for a folder, and how far the last one is; nothing where the server is not this machine."""
    if config.get_option("server.address") not in _HERE:
        return
    with st.expander(words.FOLDER):
        jobs = state.workspace().jobs.list(task.id, kinds=(KIND,))
        if jobs:
            _last_one(queue.status(state.workspace(), jobs[0].id))
        if jobs and jobs[0].status in ACTIVE:
            return
        typed = st.text_input(words.FOLDER_PATH, key="import_folder", placeholder=words.FOLDER_EXAMPLE)
        st.caption(words.FOLDER_HELP)
        mask_use = ask_use("mask_use_of_folder")
        if st.button(words.FOLDER_ADD, disabled=not typed.strip(), icon=":material/create_new_folder:"):
            folder = Path(typed.strip().strip("'\"")).expanduser()
            with shown_errors():
                _look_first(task, folder, mask_use)
        asked = st.session_state.get(_ASKED)
        if asked is not None and asked.task_id == task.id:
            show_dialog(shared.NOT_TOLD, _ask, task, asked, width="large", on_dismiss=_dismissed)


def _look_first(task: TaskRow, folder: Path, mask_use: MaskUse) -> None:
    """Begin, or keep what has to be asked about some of the files first."""
    with st.spinner(words.FOLDER_LOOKS):
        rows, files = sample_of(state.workspace(), task.id, folder)
        survey = survey_sample(rows, files, task.classes)
    asked = _Asked(task.id, folder, mask_use, files, survey)
    if survey.asks(kept_answers(state.workspace(), task.id)):
        st.session_state[_ASKED] = asked
    else:
        _start(asked)


def _ask(task: TaskRow, asked: _Asked) -> None:
    st.caption(words.FOLDER_ASKS_HELP)
    kept = kept_answers(state.workspace(), task.id)
    answers = ask(task, asked.files, [], asked.survey, kept, asked.pictures)
    if st.button(words.FOLDER_ADD, type="primary", disabled=answers.waits, key="add_asked_folder"):
        with shown_errors():
            answers.keep(task)
            _start(asked)


def _start(asked: _Asked) -> None:
    _dismissed()
    start_import(state.workspace(), asked.task_id, asked.folder, who=state.person(), mask_use=asked.mask_use)
    st.rerun()


def _dismissed() -> None:
    st.session_state.pop(_ASKED, None)


def _last_one(job: JobRow) -> None:
    if job.status in ACTIVE:
        st.caption(words.FOLDER_RUNS.format(folder=as_text(job.settings["folder"])))
        if st.button(shared.STOP, key=f"stop_{job.id}", disabled=job.stop_requested, icon=":material/stop:"):
            queue.request_stop(state.workspace(), job.id)
            st.rerun()
        return
    result = job.result or {}
    if job.status == "failed":
        st.error(as_text(str(job.reason)))
    if result:
        st.caption(words.FOLDER_DONE.format(folder=as_text(job.settings["folder"]), **result))
    for told, show in (("notes", st.info), ("problems", st.error)):
        if lines := result.get(told, [])[:_MOST_LISTED]:
            show("\n".join(f"- {as_text(each)}" for each in lines))
    if job.status in ("failed", "stopped") and st.button(
        shared.GO_ON, key=f"retry_{job.id}", icon=":material/play_arrow:"
    ):
        queue.retry(state.workspace(), job.id, who=state.person())
        st.rerun()
