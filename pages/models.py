"""Models: the versions of a task, how each compares, which one is in use, and the way back."""

import streamlit as st

from core.reasons import Reason
from core.registry.trained_on import num_locked_since
from core.ui import shell, state
from core.ui import words as shared
from core.ui.models import words
from core.ui.models.classifier_versions import classifier_details, label_comparison
from core.ui.models.model_folder import model_folder
from core.ui.models.versions import card_details, compared_images, comparison_line
from core.ui.text import as_name, as_text
from core.ui.times import ago
from core.ui.titles import version_title
from core.workspace import Purpose, TaskRow, VersionRow, Workspace


def page() -> None:
    task, workspace = shell.enter(), state.workspace()
    state.show_messages()
    st.header(shared.PAGES["models"])
    further: tuple[Purpose, ...] = ("classify", "click")
    there = [each for each in further if workspace.versions.list(task.id, each)]
    purposes: list[Purpose] = ["segment", *there]
    for purpose in purposes:
        if there:
            st.subheader(shared.WHAT_NAMES[purpose])
        of_purpose(workspace, task, purpose)


def of_purpose(workspace: Workspace, task: TaskRow, purpose: Purpose) -> None:
    """The versions that make masks, those that tell labels, or those that follow clicks."""
    versions = workspace.versions.list(task.id, purpose)
    if not versions:
        st.info(words.NO_VERSIONS)
        return
    in_use(workspace, task, purpose)
    for version in versions:
        one_version(workspace, version)
    history(workspace, task, purpose)


def in_use(workspace: Workspace, task: TaskRow, purpose: Purpose) -> None:
    """The way back to the version that was in use before."""
    before = workspace.versions.before_current(task.id, purpose)
    told = (
        shared.ADMINS_ONLY
        if not workspace.may("model")
        else words.ROLL_BACK_HELP.format(title=as_name(version_title(before)))
        if before
        else words.NOTHING_TO_ROLL_BACK
    )
    st.button(
        words.ROLL_BACK,
        key=f"roll_back_{purpose}",
        icon=":material/undo:",
        disabled=before is None or not workspace.may("model"),
        help=told,
        on_click=roll_back,
        args=(workspace, task, purpose),
    )


def roll_back(workspace: Workspace, task: TaskRow, purpose: Purpose) -> None:
    version = workspace.versions.roll_back(
        task.id, who=state.person(), why=Reason("rolled_back"), purpose=purpose
    )
    if purpose == "segment":
        state.use_current_version(task.id)
    state.tell("success", words.NOW_IN_USE.format(title=as_name(version_title(version))))


def use(workspace: Workspace, version: VersionRow) -> None:
    workspace.versions.promote(version.id, who=state.person(), why=Reason("chosen"))
    if version.purpose == "segment":
        state.use_current_version(version.task_id)
    state.tell("success", words.NOW_IN_USE.format(title=as_name(version_title(version))))


def one_version(workspace: Workspace, version: VersionRow) -> None:
    with st.container(border=True):
        title, action = st.columns([4, 1], vertical_alignment="center")
        colour = {"current": "green", "candidate": "orange", "retired": "gray"}[version.status]
        title.markdown(
            f"**{as_name(version_title(version))}** :{colour}-badge[{words.STATUS_NAMES[version.status]}]"
        )
        made = words.MADE_BY.format(who=as_name(version.who), when=ago(version.created_at))
        title.caption(made if version.who else words.SHIPPED)
        if version.status != "current":
            action.button(
                words.USE_VERSION,
                key=f"use_{version.id}",
                disabled=not workspace.may("model"),
                help=None if workspace.may("model") else shared.ADMINS_ONLY,
                on_click=use,
                args=(workspace, version),
                width="stretch",
            )
        num_locked = num_locked_since(workspace, version)
        if num_locked:
            st.caption(f":material/lock: {words.TRAINED_ON_LOCKED.format(count=num_locked)}")
        if version.purpose == "classify":
            label_comparison(version)
            classifier_details(workspace, version)
            return
        compared = comparison_line(version)
        if compared is not None:
            compared_images(workspace, version, compared)
        card_details(workspace, version)
        if version.purpose == "segment":
            model_folder(workspace, version)


def history(workspace: Workspace, task: TaskRow, purpose: Purpose) -> None:
    versions = {version.id: version for version in workspace.versions.list(task.id, purpose)}
    events = workspace.versions.events(task.id, purpose)
    if not events:
        return
    with st.expander(words.HISTORY_OF_USE):
        for event in events:
            version = versions.get(event.version_id or 0)
            st.write(
                words.EVENT_LINES[event.action].format(
                    when=ago(event.created_at),
                    who=as_name(event.who) if event.who else words.BY_ITSELF,
                    title=as_name(version_title(version)) if version else "",
                    why=as_text(str(event.why)),
                )
            )


with shell.plain_errors():
    page()
