"""Experiments: ask a question, watch the runs, keep what they found, open it again."""

import streamlit as st

from core.experiments.runs import store
from core.experiments.runs.start import JOB_KIND, experiment_folder, experiments_root
from core.experiments.runs.store import ExperimentSummary
from core.ui import shell, state
from core.ui import words as shared
from core.ui.experiments import words
from core.ui.experiments.form import offer, try_it
from core.ui.experiments.kept import QUERY, kept, never_begun, open_experiment
from core.ui.experiments.opened import opened
from core.ui.experiments.running import running
from core.workspace import ACTIVE, JobRow, TaskRow, Workspace

WATCHED = "watched_experiment"


def page() -> None:
    task, workspace = shell.enter(), state.workspace()
    state.show_messages()
    jobs = workspace.jobs.list(kinds=(JOB_KIND,))
    active = [job for job in reversed(jobs) if job.status in ACTIVE]
    show_what_just_ended(workspace, [job.id for job in active])
    root = experiments_root(workspace)
    name = st.query_params.get(QUERY)
    if name is not None:
        folder = store.find_experiment(root, name)
        if folder is not None:
            opened(workspace, folder)
            return
        st.info(words.EXPERIMENT_GONE)
    st.header(shared.PAGES["experiments"])
    st.session_state[WATCHED] = active[0].id if active else None
    known = store.list_experiments(root)
    ask_or_watch(workspace, task, active, is_first=not known)
    look_back(workspace, jobs, known)


def ask_or_watch(workspace: Workspace, task: TaskRow, active: list[JobRow], *, is_first: bool) -> None:
    """What runs and waits, else the form."""
    for job in active:
        running(workspace, job)
    if active:
        with st.expander(words.ANOTHER_EXPERIMENT):
            offer(workspace, task)
        return
    if is_first:
        try_it(workspace, task)
    offer(workspace, task)


def look_back(workspace: Workspace, jobs: list[JobRow], known: list[ExperimentSummary]) -> None:
    """The kept experiments, and the jobs that never came to have a folder."""
    # The newest try of each.
    tries = {experiment_folder(workspace, job): job for job in reversed(jobs)}
    busy = {folder for folder, job in tries.items() if job.status in ACTIVE}
    begun = {each.folder for each in known}
    refused = [job for folder, job in tries.items() if job.status == "failed" and folder not in begun]
    ready = [each for each in known if each.folder not in busy]
    if ready or refused:
        st.subheader(words.EXPERIMENTS_KEPT)
    never_begun(workspace, refused[::-1])
    kept(ready, tries)


def show_what_just_ended(workspace: Workspace, active: list[int]) -> None:
    """Open the experiment that was looked at while it ran, once it has ended."""
    watched = st.session_state.get(WATCHED)
    if watched is None or watched in active:
        return
    st.session_state[WATCHED] = None
    folder = experiment_folder(workspace, workspace.jobs.get(watched))
    if (folder / "experiment.json").is_file():
        open_experiment(folder)


with shell.plain_errors():
    page()
