"""The list of a task's classes: add, name, colour, order, merge and delete; each change can be taken back.

What a change does to saved masks is said before it is made; none of them changes a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.imaging.class_table import DEFAULT_COLOURS
from core.ui import state
from core.ui.dialog import show_dialog
from core.ui.errors import shown_errors
from core.ui.segment import class_words as words
from core.ui.text import as_name
from core.workflows.correct.task_classes import num_drafts_with, num_masks_with, set_classes
from core.workspace import TaskClass, TaskRow
from core.workspace.classes import added, changed, living, merged, moved

_COLOURS = DEFAULT_COLOURS[1:]
_COLUMNS = [2.1, 4, 0.9, 0.9, 0.9]
# What buttons with a sign alone are called is there for who has it read out.
_STYLE = """
<style>
:is([class*="st-key-class_step"], [class*="st-key-class_more"]) button [data-testid="stMarkdownContainer"] {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
</style>
"""


def classes_button(task: TaskRow) -> None:
    """The button that opens the list; the page follows once it is closed."""
    if st.button(words.CLASSES, icon=":material/palette:", width="stretch", help=words.CLASSES_HELP):
        show_dialog(words.CLASSES, _list, task.id, width="medium")


def name_of(each: TaskClass) -> str:
    """What people read; the one foreground of a task has a name once it is given one."""
    return each.name or words.NAME_OF_FIRST


def _list(task_id: int) -> None:
    task = state.workspace().tasks.get_by_id(task_id)
    st.html(_STYLE)
    _undo(task)
    masks, drafts = num_masks_with(state.workspace(), task), num_drafts_with(state.workspace(), task)
    for place, each in enumerate(task.classes):
        _row(task, each, place, {"count": masks[each.value], "drafts": drafts[each.value]})
    _bring_back(task)
    _add(task)


def _row(task: TaskRow, each: TaskClass, place: int, held_in: Mapping[str, int]) -> None:
    name, last = name_of(each), len(task.classes) - 1
    colour, title, up, down, more = st.columns(_COLUMNS, vertical_alignment="center", gap="small")
    shown = each.colour if each.colour in _COLOURS else _COLOURS[0]
    chosen = colour.selectbox(
        words.CLASS_COLOUR.format(name=name),
        range(len(_COLOURS)),
        index=_COLOURS.index(shown),
        format_func=lambda number: words.COLOUR_NAMES[number],
        key=_key("colour", task, each),
        label_visibility="collapsed",
    )
    if _COLOURS[chosen] != shown:
        _keep(
            task,
            changed(task.all_classes, each.value, colour=_COLOURS[chosen]),
            words.RECOLOURED.format(name=name),
        )
    new_name = title.text_input(
        words.CLASS_NAME.format(number=place + 1),
        value=name,
        max_chars=60,
        key=_key("name", task, each),
        label_visibility="collapsed",
    ).strip()
    if new_name and new_name != name:
        _keep(task, changed(_named(task), each.value, name=new_name), words.RENAMED.format(name=name))
    _step(up, task, each, -1, place == 0)
    _step(down, task, each, 1, place == last)
    if last > 0:
        key, told = _key("more", task, each), words.MORE.format(name=as_name(name))
        with more.popover(told, icon=":material/more_horiz:", help=told, type="tertiary", key=key):
            _merge_or_delete(task, each, held_in)


def _step(column: DeltaGenerator, task: TaskRow, each: TaskClass, step: int, end: bool) -> None:
    label = (words.MOVE_UP if step < 0 else words.MOVE_DOWN).format(name=as_name(name_of(each)))
    icon = ":material/arrow_upward:" if step < 0 else ":material/arrow_downward:"
    key = _key(f"step{step}", task, each)
    if column.button(label, icon=icon, help=label, key=key, disabled=end, type="tertiary"):
        _keep(task, moved(task.all_classes, each.value, step), words.MOVED.format(name=name_of(each)))


def _merge_or_delete(task: TaskRow, each: TaskClass, held_in: Mapping[str, int]) -> None:
    name = name_of(each)
    others = {other.value: other for other in task.classes if other.value != each.value}
    into = st.selectbox(
        words.MERGE_INTO,
        list(others),
        format_func=lambda value: name_of(others[value]),
        # Untouched it shows the first of the list, also after that has become another one.
        key=_key(f"into_{[*others]}", task, each),
    )
    target = name_of(others[into])
    st.caption(words.MERGE_EFFECT.format(**held_in, name=as_name(name), into=as_name(target)))
    if st.button(words.MERGE, key=_key("merge", task, each), icon=":material/merge:"):
        _keep(task, merged(task.all_classes, each.value, into), words.MERGED.format(name=name, into=target))
    st.caption(words.DELETE_EFFECT.format(**held_in, name=as_name(name)))
    if st.button(words.DELETE_CLASS, key=_key("delete", task, each), icon=":material/delete:"):
        _keep(task, merged(task.all_classes, each.value, 0), words.DELETED.format(name=name))
    st.caption(words.NOTHING_LOST)


def _bring_back(task: TaskRow) -> None:
    """Merged and deleted classes; Undo knows only what this session has done."""
    for each in (each for each in task.retired if each.name):
        label = words.BRING_BACK.format(name=as_name(each.name))
        if st.button(label, icon=":material/unarchive:", key=_key("back", task, each), type="tertiary"):
            whole = changed(task.all_classes, each.value, becomes=None)
            _keep(task, whole, words.BROUGHT_BACK.format(name=each.name))


def _add(task: TaskRow) -> None:
    saved = state.workspace().truth.num_counting(task.id)
    if saved:
        st.caption(words.ADD_EFFECT.format(count=saved))
    with st.form("add_class", clear_on_submit=True, border=False):
        field, button = st.columns([3, 1], vertical_alignment="bottom")
        name = field.text_input(words.NEW_CLASS, placeholder=words.NEW_CLASS_EXAMPLE, max_chars=60).strip()
        if button.form_submit_button(words.ADD_CLASS, icon=":material/add:", width="stretch"):
            _keep(task, added(_named(task), name), words.ADDED.format(name=name))


def _named(task: TaskRow) -> tuple[TaskClass, ...]:
    """All classes, with the name and the colour that the one foreground has had without saying so."""
    return tuple(
        each
        if each.becomes is not None
        else TaskClass(name_of(each), each.colour or _COLOURS[0], each.key, each.value)
        for each in task.all_classes
    )


def _undo(task: TaskRow) -> None:
    """Take the last change of this session back, where nobody has changed the list since."""
    steps: list[tuple[int, Sequence[TaskClass], Sequence[TaskClass], str]] = _steps()
    if not steps or steps[-1][0] != task.id or living(steps[-1][2]) != task.classes:
        return
    _, before, _, what = steps[-1]
    if st.button(words.UNDO.format(what=as_name(what)), icon=":material/undo:", type="tertiary"):
        steps.pop()
        _keep(task, before, "")


def _keep(task: TaskRow, classes: Sequence[TaskClass], what: str) -> None:
    with shown_errors():
        after = set_classes(state.workspace(), task.id, classes, who=state.person())
        if what:
            _steps().append((task.id, task.all_classes, after.all_classes, what))
        st.rerun(scope="fragment")


def _steps() -> list[tuple[int, Sequence[TaskClass], Sequence[TaskClass], str]]:
    return st.session_state.setdefault("class_steps", [])  # type: ignore[no-any-return]


def _key(name: str, task: TaskRow, each: TaskClass) -> str:
    """Another key after each change, so that a field shows what is kept and not what was typed."""
    return f"class_{name}_{task.id}_{each.value}_{each.name}_{each.colour}_{each.key}"
