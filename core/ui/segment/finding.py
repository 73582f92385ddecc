"""Finding one image among thousands: by a part of its name, or by its place in the task."""

from __future__ import annotations

import streamlit as st

from core.ui import state, words
from core.ui.pictures import pictures
from core.ui.segment.strip import picture_of
from core.ui.text import as_name
from core.workspace import TaskRow

_FINDS = "finds"
_MOST_FOUND = 20


def find_image(task: TaskRow) -> int | None:
    """The popover with the search box; the id of the image that was asked for."""
    # A popover of another key is a closed one.
    round_ = st.session_state.setdefault(_FINDS, 0)
    with st.popover(words.FIND, icon=":material/search:", key=f"find_{round_}"):
        text = st.text_input(
            words.FIND_WHAT, key=f"find_text_{round_}", placeholder=words.FIND_EXAMPLE, max_chars=255
        ).strip()
        found = _asked_for(task, text) if text else None
    if found is not None:
        st.session_state[_FINDS] += 1
    return found


def _asked_for(task: TaskRow, text: str) -> int | None:
    images = state.workspace().images.search(task.id, text, limit=_MOST_FOUND)
    # A place is meant as such, also where names hold the same digits.
    if len(images) == 1 or (images and text.isdecimal()):
        return images[0].id
    if not images:
        st.caption(words.FOUND_NONE.format(text=as_name(text)))
        return None
    clicked = pictures(
        [picture_of(state.workspace(), image) for image in images],
        key="found",
        label=words.FIND,
        layout="grid",
    )
    if len(images) == _MOST_FOUND:
        st.caption(words.FOUND_MANY.format(count=_MOST_FOUND))
    return None if clicked is None else int(clicked)
