"""The Fine-tune page where nothing runs: what to train, from where, for how long; all purposes alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from core.ui import shell, state, words
from core.ui.image_row import filter_control, find_image, open_image
from core.ui.review import words as review_words
from core.ui.segment.seen import images_for, unread_for
from core.ui.segment.strip import image_pictures
from core.ui.text import as_text
from core.ui.times import duration
from core.ui.titles import version_title
from core.workflows.correct.classify_image import classifier_of
from core.workflows.learn.fine_tune import FineTunePlan, plan_fine_tune, start_fine_tune
from core.workspace import ImageRow, LabelRow, Purpose, Show, TaskRow, Workspace, is_trainable
from core.workspace.image_rows import counting

SCRATCH = 0
MOST_EPOCHS = 500
_MOST_SHOWN = 40
_SAVED: dict[Purpose, tuple[Show, ...]] = {
    "segment": ("corrected",),
    "click": ("corrected", "whole"),
    "classify": ("labelled",),
}
_Kind = tuple[int, Callable[[], list[ImageRow]]]
"""How many images there are of a kind, and the newest of them where they are looked at."""


def _words(purpose: Purpose) -> dict[str, str]:
    return words.LABELLED if purpose == "classify" else words.CORRECTED


def choose_purpose(workspace: Workspace, task: TaskRow) -> Purpose:
    """Masks, the labels of a task with a classifier, or with masks what follows clicks."""
    offered: list[Purpose] = ["segment"]
    if classifier_of(workspace, task.id) is not None:
        offered.append("classify")
    if workspace.images.counts(task.id)["corrected"]:
        offered.append("click")
    if len(offered) == 1:
        return offered[0]
    return st.segmented_control(
        words.WHAT_TO_TRAIN,
        offered,
        default=offered[0],
        required=True,
        format_func=words.WHAT_NAMES.__getitem__,
        # One for each choice: what is not offered cannot have been chosen.
        key=f"what_to_train_{'_'.join(offered)}",
        persist_state="session",
    )


def offer(workspace: Workspace, task: TaskRow, purpose: Purpose) -> None:
    """What would be trained, from where, for how long; and the button."""
    said = _words(purpose)
    current = workspace.versions.current(task.id, purpose)
    usual = plan_fine_tune(
        workspace, task.id, purpose, base_version_id=None if current is None else current.id
    )
    count = _as_seen(workspace, task, usual).num_images
    if count == 0:
        st.write(f"{said['none']} {said['help']}")
        if st.button(words.GO_TO_SEGMENT, type="primary"):
            st.switch_page(shell.page("segment"))
        return
    st.markdown(said["one" if count == 1 else "several"].format(count=count))
    if purpose != "classify":
        _reviewed(workspace, task)
    if purpose == "click":
        st.caption(words.CLICKS_HELP)
    plan = _base_and_epochs(workspace, usual)
    _show_images(workspace, task, purpose)
    _describe(workspace, task, _as_seen(workspace, task, plan))
    from_nothing = plan.base_version_id is None and bool(plan.missing)
    may_train = workspace.may("model")
    if st.button(
        words.START,
        type="primary",
        disabled=plan.num_train == 0 or from_nothing or not may_train,
        icon=":material/play_arrow:",
        help=None if may_train else words.ADMINS_ONLY,
    ):
        start_fine_tune(workspace, plan, who=state.person())
        st.rerun()


def _as_seen(workspace: Workspace, task: TaskRow, plan: FineTunePlan) -> FineTunePlan:
    """The plan with the numbers as the person may know them: gold images that wait for them are new ones."""
    if not unread_for(task).all:
        return plan

    def num_hidden(*show: Show) -> int:
        return workspace.images.count(task.id, *show) - images_for(task).count(task.id, *show)

    saved = _SAVED[plan.purpose]
    locked = num_hidden("corrected", *saved, counting(task.review_rules), "locked")
    return replace(plan, num_images=plan.num_images - num_hidden(*saved), num_locked=plan.num_locked - locked)


def _reviewed(workspace: Workspace, task: TaskRow) -> None:
    """How far the review of the saved masks is, and which of them are used."""
    numbers = workspace.truth.num_reviewed(task.id)
    # Gold images are approved, and are none to whom they wait for.
    numbers["approved"] -= len(unread_for(task).all)
    if numbers["approved"] + numbers["flagged"] == 0 and not task.review_rules.approved_only:
        return
    used = review_words.TRAINS_SAVED if numbers["flagged"] else ""
    if task.review_rules.approved_only:
        used = review_words.TRAINS_APPROVED
    st.caption(f"{review_words.REVIEWED.format(**numbers)} {used}".strip())


def _base_and_epochs(workspace: Workspace, plan: FineTunePlan) -> FineTunePlan:
    """The plan with the version to go on from and the number of epochs as they are chosen."""
    task_id, purpose = plan.task_id, plan.purpose
    titles = {version.id: version_title(version) for version in workspace.versions.list(task_id, purpose)}
    titles[SCRATCH] = {
        "segment": words.GENERAL_WEIGHTS if plan.general else words.FROM_SCRATCH,
        "classify": words.FROM_SCRATCH,
        "click": words.SHIPPED_VERSION.format(task=words.WHAT_NAMES["click"]),
    }[purpose]
    key = f"{purpose}_{task_id}"
    left, right = st.columns(2)
    with left:
        base = st.selectbox(
            words.BASE_MODEL,
            list(titles),
            index=list(titles).index(plan.base_version_id or SCRATCH),
            format_func=titles.__getitem__,
            key=f"base_{key}",
        )
        st.caption(words.BASE_MODEL_HELP)
    # Planned anew where something else is chosen only: it counts all that was corrected.
    if (base or None) != plan.base_version_id:
        plan = plan_fine_tune(workspace, task_id, purpose, base_version_id=base or None)
    with right:
        epochs = st.number_input(
            words.EPOCHS,
            min_value=1,
            max_value=MOST_EPOCHS,
            value=plan.epochs,
            # Once a run has made a version, what was typed for it is not what the next one is planned with.
            key=f"epochs_{key}_{base}_{len(titles)}",
        )
        st.caption(words.EPOCHS_HELP)
    if epochs == plan.epochs:
        return plan
    return plan_fine_tune(workspace, task_id, purpose, base_version_id=plan.base_version_id, epochs=epochs)


def _show_images(workspace: Workspace, task: TaskRow, purpose: Purpose) -> None:
    """The images that the run is about, the newest first; a click opens one on the Segment page."""
    labels = workspace.labels.latest_of_task(task.id) if purpose == "classify" else {}
    kinds = _labelled(workspace, task, labels) if purpose == "classify" else _corrected(task, purpose)
    with st.container(horizontal=True, vertical_alignment="center"):
        in_each = {kind: count for kind, (count, _) in kinds.items()}
        shown = filter_control(in_each, words.LEARNT_FROM_NAMES, key=f"filter_{purpose}")
        found = find_image(task)
    key = "labelled" if purpose == "classify" else "corrected"
    clicked = image_pictures(kinds[shown][1](), key=key, label=_words(purpose)["images"])
    chosen = clicked if found is None else found
    if chosen is not None:
        open_image(task, chosen)
    classifier = classifier_of(workspace, task.id) if labels else None
    if classifier is None:
        return
    counts = Counter(classifier.title_of(label.label or "") for label in labels.values())
    st.caption(", ".join(f"{as_text(title)} {count}" for title, count in sorted(counts.items())))


def _corrected(task: TaskRow, purpose: Purpose) -> dict[str, _Kind]:
    images = images_for(task)
    counts = counting(task.review_rules)

    def kind(*more: Show) -> _Kind:
        show = (*_SAVED[purpose], *more)
        return images.count(task.id, *show), lambda: images.newest(task.id, *show, limit=_MOST_SHOWN)

    return {"all": kind(), "trainable": kind(counts, "free"), "locked": kind(counts, "locked")}


def _labelled(workspace: Workspace, task: TaskRow, labels: dict[int, LabelRow]) -> dict[str, _Kind]:
    given = [image for image in images_for(task).list(task.id, "labelled") if image.id in labels]
    given.sort(key=lambda image: labels[image.id].id, reverse=True)
    masks = workspace.truth.image_ids(task.id)
    counted = [image for image in given if image.id in masks]

    def kind(images: list[ImageRow]) -> _Kind:
        return len(images), lambda: images[:_MOST_SHOWN]

    return {
        "all": kind(given),
        "trainable": kind([image for image in counted if is_trainable(image)]),
        "locked": kind([image for image in counted if image.locked]),
    }


def _describe(workspace: Workspace, task: TaskRow, plan: FineTunePlan) -> None:
    waiting = {0: "", 1: words.LABELS_WAITING_ONE}.get(plan.num_waiting, words.LABELS_WAITING)
    waiting = waiting.format(count=plan.num_waiting)
    if plan.num_train == 0:
        st.info(f"{_words(plan.purpose)['nothing']} {waiting}".strip())
        return
    if waiting:
        st.info(waiting)
    if plan.missing and plan.base_version_id is None:
        st.info(words.LABELS_MISSING.format(labels=as_text(", ".join(plan.missing))))
    train = words.WOULD_TRAIN_AND_VALIDATE if plan.num_validation else words.WOULD_TRAIN
    train = train.format(train=plan.num_train, count=plan.num_validation)
    none = _none_locked(task, plan.purpose)
    locked = {0: none, 1: words.LOCKED_ONE}.get(plan.num_locked, words.LOCKED_SOME)
    about = words.ABOUT.format(time=duration(plan.seconds))
    st.write(f"{train} {locked.format(locked=plan.num_locked)} {about}")


def _none_locked(task: TaskRow, purpose: Purpose) -> str:
    """Why nothing is compared on: where something is locked, its mask does not count."""
    locked: tuple[Show, ...] = ("corrected", "locked", *_SAVED[purpose])
    images = images_for(task)
    if images.count(task.id, *locked, "flagged"):
        return words.LOCKED_FLAGGED
    unapproved = task.review_rules.approved_only and images.count(task.id, *locked)
    return words.LOCKED_UNAPPROVED if unapproved else words.LOCKED_NONE
