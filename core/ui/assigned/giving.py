"""Sharing a task's images out among persons; the store lets admins alone do it where people sign in."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from core.ui import state
from core.ui.assigned import words
from core.ui.assigned.queue import num_done
from core.ui.sign_in import rules as sign_in
from core.ui.text import as_label, as_name, shortened
from core.workspace import ImageRow, PersonRow, Share, Shares, TaskRow


def give_box(task: TaskRow) -> None:
    """The popover with everybody's share and how far they are."""
    if not state.workspace().may("task"):
        return
    box = st.popover(words.GIVE, icon=":material/group_add:", key=f"give_{task.id}", on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(words.GIVE_HELP)
        held = {each.person_id: each for each in state.workspace().assignments.of_task(task.id)}
        people = _people(held)
        if not people:
            st.caption(words.NOBODY_YET)
        with st.container(gap="small"):
            total = sum(_share(task, each, held.get(each.id)) for each in people)
        if state.signed_in() is None:
            st.text_input(words.NEW_NAME, key="give_new_name", max_chars=80, on_change=_add_person)
        if 0 < total != 100:
            st.caption(words.NOT_HUNDRED.format(total=total))
        st.button(words.SHARE_OUT, type="primary", disabled=total != 100, on_click=_share_out, args=(task,))
        if task.is_shared:
            st.button(words.EVERYBODY, type="tertiary", on_click=_give, args=(task, None))


def group_giver(task: TaskRow, image: ImageRow) -> None:
    """Whose the open image and its group are, to be changed; nothing where images are everybody's."""
    if not task.is_shared or not state.workspace().may("task"):
        return
    names = {each.id: each.name for each in _people([image.reader_id])}
    key = f"given_{image.id}_{image.reader_id}"
    st.selectbox(
        words.ONE_GROUP,
        list(names),
        index=list(names).index(image.reader_id) if image.reader_id in names else None,
        format_func=lambda number: shortened(names[number]),
        key=key,
        on_change=_give_group,
        args=(image, key),
    )


def _share(task: TaskRow, person: PersonRow, held: Share | None) -> int:
    label = words.SHARE_OF if held is None or not held.images else words.SHARE_OF_DONE
    done, total = (0, 0) if held is None else (num_done(task, held), held.images)
    percent = st.number_input(
        label.format(who=as_label(person.name), done=done, total=total),
        0,
        100,
        0 if held is None else held.percent,
        5,
        key=_share_key(task, person),
    )
    return int(percent)


def _share_key(task: TaskRow, person: PersonRow) -> str:
    return f"share_{task.id}_{person.id}"


def _people(holders: Collection[int | None]) -> list[PersonRow]:
    """Who works here; where people sign in by passwords only who has one, or holds images already."""
    persons = state.workspace().persons
    people = [each for each in persons.list() if each.is_known and each.removed_at is None]
    if state.signed_in() is None or sign_in.way() != "password":
        return people
    shown = {*holders, *persons.with_password()}
    return [each for each in people if each.id in shown]


def _add_person() -> None:
    name = st.session_state["give_new_name"].strip()
    if name:
        state.workspace().persons.get_or_add(name)
    st.session_state["give_new_name"] = ""


def _share_out(task: TaskRow) -> None:
    """By what the boxes say now; the last may have been typed as the button was pressed."""
    persons = state.workspace().persons.list()
    percent = {each.id: int(st.session_state.get(_share_key(task, each), 0)) for each in persons}
    _give(task, Shares({person: part for person, part in percent.items() if part}))


def _give(task: TaskRow, shares: Shares | None) -> None:
    with state.told_errors():
        state.workspace().assignments.give(task.id, shares, who=state.person())
        state.tell("toast", words.EVERYBODY_DONE if shares is None else words.SHARED_OUT)
        held = state.workspace().assignments.of_task(task.id)
        if empty := [as_name(each.who) for each in held if each.percent and not each.images]:
            state.tell("info", words.NONE_LEFT.format(who=", ".join(empty)))


def _give_group(image: ImageRow, key: str) -> None:
    with state.told_errors():
        state.workspace().assignments.give_group(image.group_id, st.session_state[key], who=state.person())
