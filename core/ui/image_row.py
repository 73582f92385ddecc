"""The row above pictures, the same on every page of the loop: which are shown, and one by name or place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from core.ui import shell, words
from core.ui.segment.seen import images_for
from core.ui.segment.strip import image_pictures
from core.ui.text import as_name
from core.workspace import TaskRow

_FINDS = "finds"
_MOST_FOUND = 20

Kind = TypeVar("Kind", bound=str)


def filter_control(
    counts: Mapping[Kind, int],
    names: Mapping[str, str],
    *,
    key: str,
    first: Kind | None = None,
    on_change: Callable[[], None] | None = None,
) -> Kind:
    """The filter: what is shown, with the number of images of each kind.

    Args:
        counts: Number of images by kind, in order.
        names: What people read, by kind.
        key: Of the control; it is remembered while the person is on other pages.
        first: What is shown at first, None for the first kind.
        on_change: Called before the page is drawn with another filter.
    """
    kinds = list(counts)
    st.segmented_control(
        words.FILTER,
        kinds,
        default=first or kinds[0],
        required=True,
        format_func=lambda kind: f"{names[kind]} {counts[kind]}",
        key=key,
        label_visibility="collapsed",
        persist_state="session",
        on_change=on_change,
    )
    return st.session_state.get(key) or first or kinds[0]


def open_image(task: TaskRow, image_id: int) -> None:
    """Leave the page for an image on the Segment page."""
    st.switch_page(shell.page("segment"), query_params={"task": task.slug, "image": str(image_id)})


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
    images = images_for(task).search(task.id, text, limit=_MOST_FOUND)
    # A place is meant as such, also where names hold the same digits.
    if len(images) == 1 or (images and text.isdecimal()):
        return images[0].id
    if not images:
        st.caption(words.FOUND_NONE.format(text=as_name(text)))
        return None
    clicked = image_pictures(images, key="found", label=words.FIND, layout="grid")
    if len(images) == _MOST_FOUND:
        st.caption(words.FOUND_MANY.format(count=_MOST_FOUND))
    return clicked
