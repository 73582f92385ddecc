"""The dialog in which a box or a few scribbles become a proposed mask."""

from __future__ import annotations

import streamlit as st

from core.correction.corrections import encode_layer
from core.imaging.decode import read_png
from core.ui import state
from core.ui.dialog import show_dialog
from core.ui.prompts.canvas import reopen_canvas
from core.ui.prompts.panel import prompt_panel
from core.ui.segment import editing, words
from core.workflows.correct.open_image import OpenedImage
from core.workflows.correct.smart_click import network_of

_PICTURE = (600, 920)
"""Largest height and width of the picture in CSS pixels: what the dialog holds at 1440x900."""


def propose_button(image: OpenedImage) -> None:
    """The button that opens the dialog."""
    if st.button(words.PROMPTS, icon=":material/highlight_alt:", help=words.PROMPTS_HELP, width="stretch"):
        reopen_canvas(_key(image))
        show_dialog(words.PROMPTS, _propose, image, width="large")


def _propose(image: OpenedImage) -> None:
    display = read_png(image.picture, image.image.name)
    accepted = prompt_panel(
        display,
        lambda: network_of(state.workspace(), image.image.task_id),
        key=_key(image),
        max_height=_PICTURE[0],
        max_width=_PICTURE[1],
    )
    if accepted is not None:
        editing.insert_layer(encode_layer(accepted))
        st.rerun()


def _key(image: OpenedImage) -> str:
    return f"prompts_{image.image.id}"
