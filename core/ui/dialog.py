"""A dialog whose title is in the language of whoever opens it; Streamlit's own takes it once, at import."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal

import streamlit as st


def dialog(
    title: Callable[[], str], width: Literal["small", "medium", "large"] = "small"
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """As `st.dialog`, with a function that gives the title."""

    def decorate(draw: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(draw)
        def open_it(*args: Any) -> None:
            st.dialog(title(), width=width)(draw)(*args)

        return open_it

    return decorate
