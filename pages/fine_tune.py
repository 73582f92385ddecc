"""Fine-tune: what would be trained and how long it takes, start, live curves, stop, earlier runs."""

import streamlit as st

from core.jobs import queue
from core.ui import shell, state, words
from core.ui.base_and_epochs import choose_base_and_epochs
from core.ui.label_training import choose_what, offer_labels
from core.ui.pictures import pictures
from core.ui.running_job import ACTIVE, live_curves
from core.ui.segment.strip import picture_of
from core.ui.text import as_name, as_text
from core.ui.times import ago, duration
from core.workflows.learn.fine_tune import FineTunePlan, plan_fine_tune, start_fine_tune
from core.workspace import JobRow, TaskRow, Workspace

KINDS = ("fine_tune", "fine_tune_classifier")
MOST_SHOWN = 40


def page() -> None:
    here = shell.enter()
    state.show_messages()
    st.header(words.FINE_TUNE)
    jobs = [job for job in here.workspace.jobs.list(task_id=here.task.id) if job.kind in KINDS]
    active = [job for job in jobs if job.status in ACTIVE]
    if active:
        running(here.workspace, active[0])
    elif choose_what(here.workspace, here.task) == "labels":
        offer_labels(here.workspace, here.task)
    else:
        offer(here.workspace, here.task)
    earlier(here.workspace, [job for job in jobs if job.status not in ACTIVE])


def offer(workspace: Workspace, task: TaskRow) -> None:
    """What would be trained, from where, for how long; and the button."""
    counts = workspace.tasks.counts(task.id)
    if counts.corrected == 0:
        st.write(f"{words.CORRECTED_NONE} {words.CORRECTED_NONE_HELP}")
        if st.button(words.GO_TO_SEGMENT, type="primary"):
            st.switch_page(shell.page("segment"))
        return
    one = counts.corrected == 1
    st.markdown(words.CORRECTED_COUNT_ONE if one else words.CORRECTED_COUNT.format(count=counts.corrected))
    base_id, epochs = choose_base_and_epochs(
        workspace.versions.list(task.id),
        task.current_version_id,
        lambda base: plan_fine_tune(workspace, task.id, base_version_id=base).epochs,
        key=f"masks_{task.id}",
    )
    plan = plan_fine_tune(workspace, task.id, base_version_id=base_id, epochs=epochs)
    show_corrected(workspace, task)
    describe(plan)
    if st.button(words.START, type="primary", disabled=plan.num_train == 0, icon=":material/play_arrow:"):
        start_fine_tune(workspace, plan, who=state.person())
        st.rerun()


def show_corrected(workspace: Workspace, task: TaskRow) -> None:
    """The images that the run is about; a click opens one on the Segment page."""
    newest = sorted(
        workspace.images.list(task.id, "corrected"), key=lambda image: image.corrected_rank or 0, reverse=True
    )
    clicked = pictures(
        [picture_of(workspace, image) for image in newest[:MOST_SHOWN]],
        key="corrected",
        label=words.CORRECTED_LABEL,
    )
    if clicked is not None:
        st.switch_page(shell.page("segment"), query_params={"task": task.slug, "image": clicked})


def describe(plan: FineTunePlan) -> None:
    if plan.num_train == 0:
        st.info(words.NOTHING_TO_TRAIN)
        return
    train = words.WOULD_TRAIN.format(train=plan.num_train)
    validate = words.WOULD_VALIDATE.format(count=plan.num_validation) if plan.num_validation else ""
    locked = {0: words.LOCKED_NONE, 1: words.LOCKED_ONE}.get(plan.num_locked, words.LOCKED_SOME)
    about = words.ABOUT.format(time=duration(plan.seconds))
    st.write(f"{train}{validate}. {locked.format(locked=plan.num_locked)} {about}")


def running(workspace: Workspace, job: JobRow) -> None:
    live_curves(workspace, job)
    st.caption(words.DICE_HELP if job.kind == "fine_tune" else words.ACCURACY_HELP)
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
