"""The task in the side bar: choose one, make one, give it another name, put it away and bring it back."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

import streamlit as st

from core.ui import state, words
from core.ui.text import as_name
from core.ui.titles import task_title
from core.workspace import TaskRow, Workspace

_TASK = "chosen_task"
_MADE = "made_task"


def choose_task(workspace: Workspace) -> TaskRow:
    """The chosen task, which the address names; where it names none that is worked on, the first."""
    tasks = {task.slug: task for task in workspace.tasks.list()}
    away = {task.slug: task for task in workspace.tasks.list(put_away=True)}
    asked = st.query_params.get("task", st.session_state.get(_TASK, ""))
    slug = asked if asked in tasks else next(iter(tasks))
    if asked and asked != slug:
        told = words.TASK_IS_AWAY if asked in away else words.NO_SUCH_TASK
        name = task_title(away[asked]) if asked in away else asked
        st.toast(told.format(name=as_name(name)), icon=":material/info:")
    st.session_state[_TASK] = st.session_state["task"] = st.query_params["task"] = slug
    st.selectbox(
        words.TASK,
        list(tasks),
        format_func={slug: task_title(task) for slug, task in tasks.items()}.__getitem__,
        key="task",
        on_change=_use_task,
    )
    if workspace.may("task"):
        _make_task(workspace, away.values())
        _change_task(workspace, tasks[slug])
    return tasks[slug]


def _make_task(workspace: Workspace, away: Iterable[TaskRow]) -> None:
    # Of another key, and so closed and empty, once a task came by it; not when somebody else makes one.
    key = f"new_task_{st.session_state.get(_MADE, '')}"
    title = f"{key}_title"
    with st.popover(words.NEW_TASK, width="stretch", icon=":material/add:", key=key):
        with st.form(f"{key}_form", border=False):
            st.text_input(words.NEW_TASK_NAME, key=title, max_chars=80, placeholder=words.NEW_TASK_EXAMPLE)
            st.caption(words.NEW_TASK_HELP)
            st.form_submit_button(
                words.CREATE_TASK, type="primary", on_click=_create_task, args=(workspace, title)
            )
        for task in away:
            st.button(
                words.BRING_BACK.format(name=as_name(task_title(task))),
                key=f"bring_back_{task.id}",
                icon=":material/unarchive:",
                on_click=_bring_back,
                args=(workspace, task),
            )


def _change_task(workspace: Workspace, task: TaskRow) -> None:
    # Of another key, and so closed and with the new name in it, once the task was changed. A name is no key.
    key = f"change_{task.id}_{crc32(task.title.encode())}"
    with st.popover(words.CHANGE_TASK, width="stretch", icon=":material/edit:", key=key):
        with st.form(f"{key}_form", border=False):
            st.text_input(words.TASK_TITLE, task_title(task), key=f"{key}_title", max_chars=80)
            st.form_submit_button(
                words.RENAME_TASK,
                icon=":material/check:",
                on_click=_rename,
                args=(workspace, task, f"{key}_title"),
            )
        st.caption(words.PUT_AWAY_HELP)
        st.button(
            words.PUT_AWAY,
            key="put_task_away",
            icon=":material/archive:",
            on_click=_put_away,
            args=(workspace, task),
        )


def _create_task(workspace: Workspace, title: str) -> None:
    with state.told_errors():
        task = workspace.tasks.create(st.session_state[title])
        st.session_state[_MADE] = task.slug
        _use_task(task.slug)


def _rename(workspace: Workspace, task: TaskRow, title: str) -> None:
    if (typed := st.session_state[title].strip()) != task_title(task):
        with state.told_errors():
            workspace.tasks.rename(task.id, typed, who=state.person())


def _put_away(workspace: Workspace, task: TaskRow) -> None:
    with state.told_errors():
        workspace.tasks.put_away(task.id, who=state.person())
        _use_task(workspace.tasks.list()[0].slug)
        state.tell("toast", words.PUT_AWAY_DONE.format(name=as_name(task_title(task))))


def _bring_back(workspace: Workspace, task: TaskRow) -> None:
    with state.told_errors():
        _use_task(workspace.tasks.bring_back(task.id, who=state.person()).slug)
        st.session_state[_MADE] = task.slug


def _use_task(slug: str | None = None) -> None:
    st.query_params.clear()
    st.query_params["task"] = slug or st.session_state["task"]
