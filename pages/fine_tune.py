"""Fine-tune: what would be trained and how long it takes, start, live curves, stop, earlier runs."""

import streamlit as st

from core.jobs import queue
from core.ui import shell, state, words
from core.ui.fine_tuning import choose_purpose, offer
from core.ui.running_job import live_curves
from core.ui.text import as_name, as_text
from core.ui.times import ago
from core.workspace import ACTIVE, JobRow, Workspace

KINDS = ("fine_tune", "fine_tune_classifier", "fine_tune_clicks")


def page() -> None:
    task, workspace = shell.enter(), state.workspace()
    state.show_messages()
    st.header(words.PAGES["fine_tune"])
    jobs = workspace.jobs.list(task.id, kinds=KINDS)
    active = [job for job in jobs if job.status in ACTIVE]
    if active:
        running(workspace, active[0])
    else:
        offer(workspace, task, choose_purpose(workspace, task))
    earlier(workspace, [job for job in jobs if job.status not in ACTIVE])


def running(workspace: Workspace, job: JobRow) -> None:
    live_curves(workspace, job)
    st.caption(words.ACCURACY_HELP if job.kind == "fine_tune_classifier" else words.DICE_HELP)
    if st.button(words.STOP, help=words.STOP_HELP, icon=":material/stop:", disabled=job.stop_requested):
        queue.request_stop(workspace, job.id)
        st.rerun()


def earlier(workspace: Workspace, jobs: list[JobRow]) -> None:
    st.subheader(words.RUNS)
    if not jobs:
        st.caption(words.NO_RUNS)
    for number, job in enumerate(jobs):
        when = ago(job.ended_at or job.created_at)
        kind = "" if job.kind == "fine_tune" else f"{words.JOB_KIND[job.kind]}: "
        run = st.expander(
            f"{kind}{words.RUN_STATUS[job.status]}, {when}, {as_name(job.who)}",
            expanded=number == 0,
            # The label changes as time goes by; what is open stays open.
            key=f"run_{job.id}",
            on_change="rerun",
        )
        if run.open:
            with run:
                outcome(workspace, job)
                live_curves(workspace, job)


def outcome(workspace: Workspace, job: JobRow) -> None:
    """How a run ended, and what can be done next."""
    if job.status == "failed":
        st.error(as_text(str(job.reason)))
    elif job.reason:
        st.info(as_text(str(job.reason)))
    decision = (job.result or {}).get("decision")
    if decision == "promote":
        st.success(words.RESULT_PROMOTED)
    elif decision == "keep":
        st.info(words.RESULT_KEPT)
    elif decision == "ask":
        st.info(words.RESULT_ASK)
    if decision is not None:
        st.page_link(shell.page("models"), label=words.GO_TO_MODELS, icon=":material/compare:")
    elif job.status in ("failed", "stopped"):
        if st.button(words.RETRY, key=f"retry_{job.id}", icon=":material/replay:"):
            queue.retry(workspace, job.id, who=state.person())
            st.rerun()


with shell.plain_errors():
    page()
