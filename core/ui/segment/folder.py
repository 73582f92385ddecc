"""Adding a folder on this machine: offered where the server is this machine, done by a job, told here."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit import config

from core.jobs import queue
from core.ui import state
from core.ui import words as shared
from core.ui.errors import shown_errors
from core.ui.segment import words
from core.ui.text import as_text
from core.workflows.arrive.arrival import MaskUse
from core.workflows.arrive.import_folder import KIND, start_import
from core.workspace import ACTIVE, JobRow, TaskRow

_HERE = ("localhost", "127.0.0.1", "::1")
_MOST_LISTED = 12


def folder_box(task: TaskRow, mask_use: MaskUse) -> None:
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
        if st.button(words.FOLDER_ADD, disabled=not typed.strip(), icon=":material/create_new_folder:"):
            folder = Path(typed.strip().strip("'\"")).expanduser()
            with shown_errors():
                start_import(state.workspace(), task.id, folder, who=state.person(), mask_use=mask_use)
                st.rerun()


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
