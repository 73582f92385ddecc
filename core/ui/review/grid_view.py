"""Many masks at a glance: three rows of tiles, of which the wrong ones are marked and the others approved."""

from __future__ import annotations

import streamlit as st

from core.ui import shell, state
from core.ui.assigned import words as assigned
from core.ui.review import words
from core.ui.review.asked import Asked, chosen_filter
from core.ui.review.deciding import decide, done_line
from core.ui.review.grid import GridMessage, columns, message, review_grid
from core.ui.review.showing import make_ahead, tiles_of
from core.workflows.review.judging import Said
from core.workflows.review.look import Look
from core.workspace import Review, ReviewItem, ReviewPlace, TaskRow
from core.workspace.review_pages import ReviewPages

ROWS = 3
# On the line of the grid's own button, which stays at the bottom of the window; below it on a narrow screen.
_STYLE = """
<style>
@media (min-width: 560px) {
  div:has(> .st-key-review_bar) {
    position: sticky; bottom: 0; z-index: 3; margin-top: -4.5rem; padding: 0.5rem 3px; pointer-events: none;
  }
  .st-key-review_bar > * { pointer-events: auto; }
}
body:has(.st-key-review_undo) { --review-grid-keys: none; }
</style>
"""


def grid_view(task: TaskRow, here: Asked, pages: ReviewPages, total: int) -> None:
    """Draw a page of the queue, and get the next one ready."""
    workspace, show = state.workspace(), chosen_filter()
    limit = ROWS * here.columns
    # One page further, so that it is known whether there is a next one, and what to make ahead.
    found = pages.page(show, here.start, 2 * limit)
    items, following = found[:limit], found[limit:]
    if not items:
        done_line(here)
        _nothing(task, here, show, total)
        return
    may_judge = workspace.may("judge")
    if not may_judge:
        st.caption(words.REVIEWERS_JUDGE)
    review_grid(
        tiles_of(workspace, here, items),
        can_judge=show == "open" and may_judge,
        handled=here.handled,
        on_message=lambda: _hear(here, pages),
    )
    _turn_buttons(here, pages, show, items, bool(following))
    num_columns = columns()
    if num_columns is not None and num_columns != here.columns:
        here.columns = num_columns
        st.rerun()
    make_ahead(workspace, here, following)


def take(here: Asked, message: GridMessage, pages: ReviewPages) -> None:
    """Do what the grid says, once."""
    if message.number <= here.handled.get(message.client, -1):
        return
    try:
        looks = [Look.parse(each) for each in message.looks]
        marked = {Look.parse(look): reasons for look, reasons in message.marked.items()}
    except ValueError:
        return
    if message.action == "open" and looks:
        here.view = "one"
        st.query_params["image"] = str(looks[0].image_id)
    elif message.action == "decide":
        said = [
            Said(each, "flagged", marked[each]) if each in marked else Said(each, "approved")
            for each in looks
        ]
        decide(here, said, start=here.start)
    here.handled = {message.client: message.number}


def _hear(here: Asked, pages: ReviewPages) -> None:
    said = message()
    if said is not None:
        take(here, said, pages)


def _turn_buttons(
    here: Asked, pages: ReviewPages, show: Review, items: list[ReviewItem], has_next: bool
) -> None:
    limit = ROWS * here.columns
    earlier = [] if here.start is None else pages.before(show, items[0].key, limit)
    st.html(_STYLE)
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="right",
        gap="small",
        key="review_bar",
    ):
        with st.container(width="content"):
            done_line(here)
        st.button(
            words.PREVIOUS,
            key="review_previous",
            icon=":material/chevron_left:",
            disabled=not earlier,
            shortcut="p",
            on_click=_start_at,
            args=(here, ReviewPlace(earlier[0].key) if earlier else None),
        )
        st.button(
            words.NEXT,
            key="review_next",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=not has_next,
            shortcut="n",
            on_click=_start_at,
            args=(here, ReviewPlace(items[-1].key, inclusive=False)),
        )


def _start_at(here: Asked, place: ReviewPlace | None) -> None:
    here.start = place


def _nothing(task: TaskRow, here: Asked, show: Review, total: int) -> None:
    is_empty = state.workspace().images.counts(task.id)["all"] == 0
    if is_empty and task.is_shared:
        st.write(assigned.NONE_YET)
    elif is_empty:
        st.write(words.NOTHING_YET)
        st.page_link(shell.page("segment"), icon=":material/add_photo_alternate:")
    elif here.start is not None and total > 0:
        st.write(words.NOTHING_HERE.format(count=total))
        st.button(words.FROM_THE_START, on_click=_start_at, args=(here, None), type="primary")
    else:
        st.write(words.NOTHING[show])
