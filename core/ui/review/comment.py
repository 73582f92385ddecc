"""A reviewer's comment: a long one scrolls in a box of its own, so that what is under it stays in reach."""

from __future__ import annotations

import streamlit as st

from core.ui.text import as_text

_LONG, _MANY_LINES = 300, 6
_HEIGHT = 180
"""Of the box in pixels of the page."""


def comment(text: str) -> None:
    """The comment as it was typed; nothing where there is none."""
    lines = text.splitlines()
    is_long = len(text) > _LONG or len(lines) > _MANY_LINES
    if text:
        with st.container(height=_HEIGHT if is_long else "content", border=is_long):
            st.caption("  \n".join(map(as_text, lines)))
