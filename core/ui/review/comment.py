"""A reviewer's comment: a long one scrolls in a box of its own, so that what is under it stays in reach."""

from __future__ import annotations

import streamlit as st

from core.ui.text import as_text

_LONG = 300
_HEIGHT = 180
"""Of the box in pixels of the page."""


def comment(text: str) -> None:
    """The comment as it was typed; nothing where there is none."""
    if text:
        with st.container(height=_HEIGHT if len(text) > _LONG else "content", border=len(text) > _LONG):
            st.caption(as_text(text))
