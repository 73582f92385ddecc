"""What a reviewer flagged comes back to who drew it: a line above their images, and the reasons beside it."""

from __future__ import annotations

import streamlit as st

from core.ui import shell, state
from core.ui.image_row import open_image
from core.ui.review import words
from core.ui.review.comment import comment
from core.ui.review.telling import counting, said_by
from core.ui.segment.navigation import FILTER, chosen_filter, go_to
from core.ui.text import as_text
from core.workspace import ImageRow, TaskRow

_BACK = "back_to_review"


def go_to_edit(task: TaskRow, image_id: int) -> None:
    """Open an image that is being reviewed on the Segment page, with a way back."""
    st.session_state[_BACK] = image_id
    open_image(task, image_id)


def flagged_line(task: TaskRow) -> None:
    """How many of the person's own masks are flagged, with a button to them; nothing where none is."""
    count = state.workspace().reviews.num_flagged_of(task.id, state.person())
    # There in any case: the editor below would be made anew when it comes and goes.
    line = st.container(horizontal=True, vertical_alignment="center", gap="small")
    if count == 0 or chosen_filter() == "flagged":
        return
    said = words.YOURS_FLAGGED_ONE if count == 1 else words.YOURS_FLAGGED.format(count=count)
    with line:
        st.markdown(f":red[:material/flag:] {said}", width="content")
        st.button(words.LOOK_AT_FLAGGED, key="look_at_flagged", on_click=_show_flagged, args=(task,))


def back_to_review(task: TaskRow) -> None:
    """The way back for who came from the Review page."""
    image_id = st.session_state.get(_BACK)
    if image_id is None:
        return
    if st.button(words.BACK_TO_REVIEW, key="back_to_review_button", icon=":material/rate_review:"):
        del st.session_state[_BACK]
        st.switch_page(shell.page("review"), query_params={"task": task.slug, "image": str(image_id)})


def flag_of(row: ImageRow) -> None:
    """Who flagged the open image, for what and with which comment; nothing where it is not flagged."""
    if row.review != "flagged":
        return
    truth = state.workspace().truth.of(row.id)
    reviews = state.workspace().reviews.of_image(row.id)
    flag = counting(reviews, None if truth is None else truth.id)
    if flag is not None:
        st.warning(as_text(said_by(flag)), icon=":material/flag:")
        comment(flag.comment)


def _show_flagged(task: TaskRow) -> None:
    st.session_state[FILTER] = "flagged"
    first = state.workspace().images.first_flagged_of(task.id, state.person())
    if first is not None:
        go_to(first.id)
