"""The Fine-tune page of a task with a classifier: what to train, and what a run on labels would do."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.ui import shell, state, words
from core.ui.base_and_epochs import choose_base_and_epochs
from core.ui.pictures import pictures
from core.ui.segment.strip import picture_of
from core.ui.text import as_text
from core.ui.times import duration
from core.workflows.correct.classify_image import TaskClassifier, classifier_of
from core.workflows.learn.fine_tune import FineTunePlan, plan_fine_tune, start_fine_tune
from core.workspace import TaskRow, Workspace

What = Literal["masks", "labels"]

_MOST_SHOWN = 40


def choose_what(workspace: Workspace, task: TaskRow) -> What:
    """Masks or labels; nothing is asked where the task has no classifier."""
    if classifier_of(workspace, task.id) is None:
        return "masks"
    options: tuple[What, ...] = ("masks", "labels")
    chosen = st.segmented_control(
        words.WHAT_TO_TRAIN,
        options,
        default="masks",
        required=True,
        format_func=lambda what: words.WHAT_NAMES[what],
        key="what_to_train",
        persist_state="session",
    )
    return chosen or "masks"


def offer_labels(workspace: Workspace, task: TaskRow) -> None:
    """What would be trained, from where, for how long; and the button."""
    classifier = classifier_of(workspace, task.id)
    if classifier is None:
        return
    labelled = plan_fine_tune(workspace, task.id, "classify").num_images
    if labelled == 0:
        st.write(f"{words.LABELLED_NONE} {words.LABELLED_NONE_HELP}")
        if st.button(words.GO_TO_SEGMENT, type="primary"):
            st.switch_page(shell.page("segment"))
        return
    st.markdown(words.LABELLED_COUNT_ONE if labelled == 1 else words.LABELLED_COUNT.format(count=labelled))
    plan = _choose(workspace, task, classifier)
    _show_labelled(workspace, task, classifier)
    _describe(plan)
    from_nothing = plan.base_version_id is None and bool(plan.missing)
    if st.button(
        words.START,
        type="primary",
        disabled=plan.num_train == 0 or from_nothing,
        icon=":material/play_arrow:",
    ):
        start_fine_tune(workspace, plan, who=state.person())
        st.rerun()


def _choose(workspace: Workspace, task: TaskRow, classifier: TaskClassifier) -> FineTunePlan:
    """The plan with the base model and the epochs that the person chose."""
    base_id, epochs = choose_base_and_epochs(
        workspace.versions.list(task.id, "classify"),
        classifier.version.id,
        lambda base: plan_fine_tune(workspace, task.id, "classify", base_version_id=base).epochs,
        key=f"labels_{task.id}",
    )
    return plan_fine_tune(workspace, task.id, "classify", base_version_id=base_id, epochs=epochs)


def _show_labelled(workspace: Workspace, task: TaskRow, classifier: TaskClassifier) -> None:
    """The labelled images, the newest first; a click opens one on the Segment page."""
    labels = workspace.labels.latest_of_task(task.id)
    images = [image for image in workspace.images.list(task.id) if image.id in labels]
    images.sort(key=lambda image: labels[image.id].id, reverse=True)
    clicked = pictures(
        [picture_of(workspace, image) for image in images[:_MOST_SHOWN]],
        key="labelled",
        label=words.LABELLED_LABEL,
    )
    if clicked is not None:
        st.switch_page(shell.page("segment"), query_params={"task": task.slug, "image": clicked})
    counts: dict[str, int] = {}
    for image in images:
        title = classifier.title_of(labels[image.id].label or "")
        counts[title] = counts.get(title, 0) + 1
    st.caption(", ".join(f"{as_text(title)} {count}" for title, count in sorted(counts.items())))


def _describe(plan: FineTunePlan) -> None:
    waiting = {0: "", 1: words.LABELS_WAITING_ONE}.get(plan.num_waiting, words.LABELS_WAITING)
    waiting = waiting.format(count=plan.num_waiting)
    if plan.num_train == 0:
        st.info(f"{words.NOTHING_TO_TRAIN_LABELS} {waiting}")
        return
    if waiting:
        st.info(waiting)
    if plan.missing and plan.base_version_id is None:
        st.info(words.LABELS_MISSING.format(labels=as_text(", ".join(plan.missing))))
    train = words.WOULD_TRAIN.format(train=plan.num_train)
    validate = words.WOULD_VALIDATE.format(count=plan.num_validation) if plan.num_validation else ""
    locked = {0: words.LOCKED_NONE, 1: words.LOCKED_ONE}.get(plan.num_locked, words.LOCKED_SOME)
    about = words.ABOUT.format(time=duration(plan.seconds))
    st.write(f"{train}{validate}. {locked.format(locked=plan.num_locked)} {about}")
