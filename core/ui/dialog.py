"""Dialogs. What would draw the page by itself waits until they are closed: it would close them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

_OPEN = "dialog_open"


def show_dialog(
    title: str,
    draw: Callable[..., None],
    *args: Any,
    width: Literal["small", "medium", "large"] = "small",
    on_dismiss: Callable[[], None] = lambda: None,
) -> None:
    """Open a dialog; the page is drawn anew once a person closes it.

    Args:
        draw: Called with `args` to fill it; `st.rerun` there closes it.
    """

    def dismissed() -> None:
        page_begins()
        on_dismiss()

    st.session_state[_OPEN] = True
    st.dialog(title, width=width, on_dismiss=dismissed)(draw)(*args)


def page_begins() -> None:
    """No dialog is open until one is shown."""
    st.session_state.pop(_OPEN, None)


def redraw_page() -> None:
    """Draw the whole page anew from a fragment, which asks again later where a dialog is open."""
    if _OPEN not in st.session_state:
        st.rerun(scope="app")
