"""How much of an image a saved mask says something about: all of it, or what was checked."""

from __future__ import annotations

import streamlit as st

from core.ui.segment import class_words
from core.workflows.correct.open_image import OpenedImage
from core.workspace import Scope


def scope_of(image: OpenedImage) -> Scope:
    """What of the open image counts: what the person chose, else as it was saved last."""
    chosen: Scope | None = st.session_state.get(_scope_key(image))
    return chosen or image.scope


def choose_scope(image: OpenedImage) -> None:
    """Whether the whole image counts or only what was checked."""
    st.session_state.setdefault(_scope_key(image), image.scope)
    st.radio(
        class_words.WHAT_COUNTS,
        ["whole", "part"],
        format_func={"whole": class_words.WHOLE_IMAGE, "part": class_words.ONLY_CHECKED}.__getitem__,
        key=_scope_key(image),
        help=class_words.WHAT_COUNTS_HELP,
    )


def _scope_key(image: OpenedImage) -> str:
    return f"scope_{image.image.id}"
