"""The queue: what to look at and in which order, then the grid or one large picture."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.ui import state
from core.ui.assigned.giving import give_box
from core.ui.assigned.queue import mine_toggle
from core.ui.image_row import filter_control, find_image
from core.ui.review import words
from core.ui.review.asked import FILTER, ORDER, WHOSE, Asked, asked, pages_of
from core.ui.review.grid_view import grid_view
from core.ui.review.one_view import one_view
from core.ui.review.rules import rule
from core.ui.review.tabs import second_readings
from core.ui.review.tabs.predicting import predict_all_button
from core.ui.segment.navigation import number_of
from core.ui.segment.seen import unread_for
from core.ui.text import shortened
from core.workflows.correct.blind import undrawn, waiting_for
from core.workspace import Drawn, ReviewOrder, TaskRow

# On the line of the tabs, where nothing else stands; below it on a narrow screen.
_STYLE = """
<style>
@media (min-width: 900px) {
  .st-key-review_tools { margin: -4rem 0 -0.75rem; position: relative; z-index: 2; pointer-events: none; }
  .st-key-review_tools > * { pointer-events: auto; }
}
/* With the switch to one's own images it is too long for that. */
@media (max-width: 1150px) { .st-key-review_tools:has([data-testid="stCheckbox"]) { margin: 0; } }
</style>
"""
_APART = ("second", "differ")
_ORDERS: tuple[ReviewOrder, ...] = ("unsure", "newest", "uploaded", "random")


def queue_tab(task: TaskRow) -> None:
    """Draw the tab."""
    here = asked(task)
    waiting = waiting_for(state.workspace(), task, state.person())
    undrawn_ids = undrawn(state.workspace(), task)
    pages = pages_of(task, [*waiting, *undrawn_ids])
    with st.container(
        horizontal=True,
        horizontal_alignment="right",
        vertical_alignment="center",
        gap="small",
        key="review_tools",
    ):
        mine_toggle(task)
        found = find_image(task)
        predict_all_button(task)
        give_box(task)
        _rules(task)
    st.html(_STYLE)
    if found is not None:
        here.view = "one"
        st.query_params["image"] = str(found)
        st.rerun()
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
    ):
        second = {"second": len(waiting), "differ": second_readings.num_differing(task)}
        numbers = second | {name: count for name, count in pages.counts().items()}
        counts = {name: numbers[name] for name in words.FILTER_NAMES}
        show = filter_control(
            counts, words.FILTER_NAMES, key=FILTER, on_change=partial(_from_the_start, here)
        )
        # Readings come one after the other, in an order of their own.
        if show not in _APART:
            # Together, also where they go on in the next line.
            with st.container(horizontal=True, gap="xsmall", width="content"):
                _choose_order(here)
                _choose_whose(here, pages.drawers())
                _choose_view(here)
    state.show_messages()
    if unread_for(task).all:
        st.caption(words.SAVED_ALONE)
    if show in _APART:
        _second(task, show, waiting, counts)
        return
    _tell_waiting(waiting)
    if undrawn_ids:
        st.caption(words.UNDRAWN.format(count=len(undrawn_ids)))
    if here.view == "grid":
        grid_view(task, here, pages, counts[show])
    else:
        one_view(task, here, pages)


def _tell_waiting(waiting: list[int]) -> None:
    """That masks are missing here which the person is to read without seeing them."""
    asked_for = number_of(st.query_params.get("image"))
    if asked_for in waiting:
        st.info(words.WAITS_APART_THIS, icon=":material/visibility_off:")
    if waiting:
        said = words.WAIT_APART_ONE if len(waiting) == 1 else words.WAIT_APART
        st.caption(said.format(count=len(waiting)))


def _second(task: TaskRow, show: str, waiting: list[int], counts: dict[str, int]) -> None:
    if not second_readings.is_asked_for(task):
        st.write(words.SECOND_OFF)
    elif show == "second":
        second_readings.waiting(task, waiting)
    else:
        second_readings.differing_images(task)
        if counts["differ"] == 0:
            st.write(words.NONE_DIFFER)


def _choose_order(here: Asked) -> None:
    st.selectbox(
        words.ORDER,
        _ORDERS,
        format_func=words.ORDER_NAMES.__getitem__,
        key=ORDER,
        label_visibility="collapsed",
        width=175,
        persist_state="session",
        on_change=_from_the_start,
        args=(here,),
    )


def _choose_whose(here: Asked, drawers: list) -> None:  # type: ignore[type-arg]
    names = {person.id: person.name for person in drawers}
    options: list[Drawn] = ["anybody", "model", *names]

    def title(drawn: Drawn) -> str:
        if isinstance(drawn, int):
            return words.OF_PERSON.format(who=shortened(names[drawn]))
        return words.ANYBODY if drawn == "anybody" else words.OF_MODEL

    if st.session_state.get(WHOSE, "anybody") not in options:
        st.session_state[WHOSE] = "anybody"
    st.selectbox(
        words.WHOSE,
        options,
        format_func=title,
        key=WHOSE,
        label_visibility="collapsed",
        width=155,
        persist_state="session",
        on_change=_from_the_start,
        args=(here,),
    )


def _choose_view(here: Asked) -> None:
    """Two buttons, of which the one that changes something has the key."""
    for view, title, icon in (
        ("grid", words.GRID, ":material/grid_view:"),
        ("one", words.ONE_BY_ONE, ":material/crop_square:"),
    ):
        is_shown = here.view == view
        st.button(
            title,
            key=f"review_view_{view}",
            icon=icon,
            disabled=is_shown,
            help=words.VIEW_HELP,
            shortcut=None if is_shown else "v",
            on_click=_use_view,
            args=(here, view),
        )


def _use_view(here: Asked, view: str) -> None:
    here.view = "one" if view == "one" else "grid"
    if view == "grid":
        st.query_params.pop("image", None)


def _from_the_start(here: Asked) -> None:
    here.start = None
    st.query_params.pop("image", None)


def _rules(task: TaskRow) -> None:
    with st.popover(words.RULES, icon=":material/rule:"):
        st.caption(words.RULES_HELP)
        st.toggle(words.SECOND_PERSON, help=words.SECOND_PERSON_HELP, **rule(task, "second_person"))
        st.toggle(words.APPROVED_ONLY, help=words.APPROVED_ONLY_HELP, **rule(task, "approved_only"))
        st.caption(words.ORDER_HELP)
