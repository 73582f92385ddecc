"""Images that belong together: how many groups there are, which images go with the open one, and by hand."""

from __future__ import annotations

import streamlit as st

from core.datasets.set_table import group_column_of
from core.errors import AppError
from core.ui import state
from core.ui import words as shared
from core.ui.assigned.giving import group_giver
from core.ui.errors import shown_errors
from core.ui.segment import words
from core.ui.segment.seen import images_for
from core.ui.segment.strip import image_pictures
from core.ui.text import as_name, as_text, shortened
from core.workflows.arrive.find_groups import KIND, keys_of_names, start_find_groups
from core.workflows.arrive.group_table import read_table, use_column
from core.workspace import ACTIVE, ImageRow, TaskRow
from core.workspace.groups import Moved
from core.workspace.images import Images

_MOST_SHOWN = 12


def groups_box(task: TaskRow, image: ImageRow) -> int | None:
    """The popover on groups; the id of an image of the open one's group that was clicked."""
    box = st.popover(words.GROUPS, icon=":material/hub:", key="groups", on_change="rerun")
    # To count a hundred thousand groups takes as long as half of the other questions of a page.
    if not box.open:
        return None
    with box:
        workspace = state.workspace()
        num_images, num_groups = workspace.images.count(task.id), workspace.groups.count(task.id)
        st.markdown(f"**{words.GROUPS_LINE.format(images=num_images, groups=num_groups)}**")
        st.caption(words.GROUPS_HELP)
        _look(task)
        clicked = _of_the_open_one(image, images_for(task))
        group_giver(task, image)
        _by_name(task)
        _by_table(task)
    return clicked


def _of_the_open_one(image: ImageRow, images: Images) -> int | None:
    workspace = state.workspace()
    together = images.of_group(image.group_id, _MOST_SHOWN)
    clicked = None
    if len(together) > 1:
        kind = workspace.groups.get(image.group_id).kind
        st.caption(words.GROUP_OF[kind].format(name=as_name(image.name)))
        clicked = image_pictures(together, key=f"group_{image.group_id}", label=words.GROUPS, layout="grid")
        key = f"leave_group_{image.id}"
        if st.button(words.GROUP_LEAVE, icon=":material/call_split:", help=words.GROUP_LEAVE_HELP, key=key):
            _told(workspace.groups.take_out(image.id, who=state.person()))
    else:
        st.caption(words.GROUP_ALONE.format(name=as_name(image.name)))
    _join(image, images)
    return None if clicked == image.id else clicked


def _join(image: ImageRow, images: Images) -> None:
    """Put the open image's group and another one's together."""
    workspace = state.workspace()
    text = st.text_input(
        words.GROUP_JOIN, key=f"join_{image.id}", placeholder=shared.FIND_EXAMPLE, max_chars=255
    ).strip()
    if not text:
        return
    found = [
        each
        for each in images.search(image.task_id, text, limit=_MOST_SHOWN)
        if each.group_id != image.group_id
    ]
    if not found:
        st.caption(shared.FOUND_NONE.format(text=as_name(text)))
        return
    chosen = image_pictures(found, key=f"joins_{image.id}", label=words.GROUP_JOIN, layout="grid")
    if chosen is not None:
        other = workspace.images.get(chosen)
        _told(workspace.groups.merge([image.group_id, other.group_id], who=state.person()))


def _by_name(task: TaskRow) -> None:
    """What names say: the pattern of the task, tried on its names before it is kept."""
    kept = (task.group_rule or {}).get("pattern", "")
    with st.form("group_pattern", border=False):
        typed = st.text_input(words.GROUP_PATTERN, value=kept, help=words.GROUP_PATTERN_HELP, max_chars=80)
        asked = st.form_submit_button(words.GROUP_PATTERN_USE)
    if not asked or typed.strip() == kept:
        return
    workspace, pattern = state.workspace(), typed.strip()
    try:
        if pattern:
            keys_of_names([each.name for each in workspace.images.list(task.id)], pattern)
    except AppError as error:
        st.error(as_text(str(error)))
        return
    rule = {name: value for name, value in (task.group_rule or {}).items() if name != "pattern"}
    if pattern:
        rule["pattern"] = pattern
    workspace.tasks.set_group_rule(task.id, rule or None)
    start_find_groups(workspace, task.id, who=state.person())
    st.rerun()


def _by_table(task: TaskRow) -> None:
    """A CSV with a row for each image: its column of names is found, that of groups is chosen."""
    workspace, kept = state.workspace(), (task.group_rule or {}).get("column")
    if kept is not None:
        st.caption(words.GROUP_COLUMN_USED.format(column=as_name(kept)))
    given = st.file_uploader(words.GROUP_TABLE, type="csv", help=words.GROUP_TABLE_HELP)
    if given is None:
        return
    with shown_errors():
        names = [each.name for each in workspace.images.list(task.id)]
        table = read_table(given.getvalue(), given.name, names)
        columns = list(table.columns)
        usual = group_column_of(columns)
        column = st.selectbox(
            words.GROUP_COLUMN, columns, index=columns.index(usual) if usual else None, format_func=shortened
        )
        if st.button(words.GROUP_COLUMN_USE, disabled=column is None) and column is not None:
            use_column(workspace, task, table, column)
            start_find_groups(workspace, task.id, who=state.person())
            st.rerun()


def _look(task: TaskRow) -> None:
    workspace = state.workspace()
    last = next(iter(workspace.jobs.list(task.id, kinds=(KIND,))), None)
    looking = last is not None and last.status in ACTIVE
    if st.button(
        words.GROUPS_LOOK, icon=":material/join_inner:", disabled=looking, help=words.GROUPS_LOOK_HELP
    ):
        start_find_groups(workspace, task.id, who=state.person())
        st.rerun()
    if last is not None and last.result:
        locked = len(last.result.get("newly_locked", ()))
        said = words.GROUPS_FOUND.format(images=last.result["images"], groups=last.result["groups"])
        st.caption(f"{said} {words.GROUPS_LOCKED.format(count=locked)}" if locked else said)


def _told(moved: Moved) -> None:
    """Say what became locked, and draw the page anew."""
    if moved.newly_locked:
        state.tell("toast", words.GROUPS_LOCKED.format(count=len(moved.newly_locked)))
    st.rerun()
