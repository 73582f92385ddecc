"""How large a pixel is, given by a person for images whose files do not say it."""

from __future__ import annotations

import streamlit as st

from core.ui import state
from core.ui.segment import words
from core.workflows.correct.slices import geometry_of, keep_pixel_size, kept_pixel_size
from core.workspace import ImageRow

_UM = 1000
"""Micrometres in a millimetre."""
_SMALLEST, _LARGEST = 1e-4, 1e5


def pixel_size_box(image: ImageRow) -> None:
    """The popover with the side of a pixel; nothing where the file says it."""
    workspace = state.workspace()
    if geometry_of(workspace, image) is not None:
        return
    said = kept_pixel_size(workspace, image.task_id)
    key = f"pixel_size_{image.task_id}"
    # Micrometres as they were typed, of which the store has a thousandth.
    state.show_kept(key, None if said is None else round(said * _UM, 7))
    with st.popover(words.PIXEL_SIZE, icon=":material/straighten:", width="stretch"):
        st.number_input(
            words.PIXEL_SIZE_SIDE,
            min_value=_SMALLEST,
            max_value=_LARGEST,
            value=None,  # a box that began with a number could not be emptied
            format="%g",
            placeholder=words.PIXEL_SIZE_NONE,
            disabled=not workspace.may("task"),
            key=key,
            on_change=_keep,
            args=(image.task_id, key),
        )
        st.caption(words.PIXEL_SIZE_HELP)


def _keep(task_id: int, key: str) -> None:
    with state.keeping(key) as side:
        keep_pixel_size(state.workspace(), task_id, None if side is None else side / _UM)
