"""The drawing surface for prompts: boxes and scribbles over the picture, which can be moved afterwards.

Serves the step image -> mask. Wraps streamlit-drawable-canvas 0.13, remembers the drawing while the person is
elsewhere, and hands out prompts in image pixels. Knows nothing of how a mask is proposed from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from core.correction.prompts import Prompts
from core.ui.component_data import data_url
from core.ui.prompts.drawing import BACKGROUND_COLOUR, BOX_COLOUR, FOREGROUND_COLOUR, prompts_from_drawing

PromptMode = Literal["box", "foreground", "background", "move"]

BOX_LINE = 3
SCRIBBLE_LINE = 10
"""Widths in canvas pixels."""

# tool of the canvas, colour, width
_TOOLS: dict[str, tuple[str, str, int]] = {
    "box": ("rect", BOX_COLOUR, BOX_LINE),
    "foreground": ("freedraw", FOREGROUND_COLOUR, SCRIBBLE_LINE),
    "background": ("freedraw", BACKGROUND_COLOUR, SCRIBBLE_LINE),
    "move": ("edit", BOX_COLOUR, BOX_LINE),
}


@dataclass
class _Kept:
    """What a session remembers of one prompt canvas.

    Attributes:
        mounting: Counts how often the canvas was put up anew; part of its key.
        initial: The drawing that the canvas was put up with. Must not change while it is up: the canvas would
            load it and cut off the stroke under way.
        latest: The drawing as it came last.
    """

    mounting: int = 0
    initial: dict[str, Any] | None = None
    latest: dict[str, Any] | None = None


def prompt_canvas(picture: bytes, canvas_size: tuple[int, int], *, key: str, mode: PromptMode) -> None:
    """Draw the canvas; `drawn_prompts` says what is drawn on it.

    The drawing stays when the person goes to another page and comes back. Where the canvas goes up anew
    without a page change (a dialog that was closed and is opened again), call `reopen_canvas` first.

    Args:
        picture: PNG or JPEG behind the drawing, stretched over the canvas; another one leaves the drawing
            alone.
        canvas_size: (height, width) on the screen in CSS pixels.
        key: One for each image.
    """
    kept = _kept(key)
    mounted = _mounted_key(key, kept)
    if mounted not in st.session_state:
        kept.initial = kept.latest
    tool, colour, line = _TOOLS[mode]
    # Not `st_canvas`: it refuses the tool "edit", which its frontend has, so nothing could switch to moving.
    # Outside a running server the package cannot be imported: it registers its files with the server.
    from streamlit_drawable_canvas import out as mount_canvas

    mount_canvas(
        data={
            "drawingMode": tool,
            "strokeColor": colour,
            "strokeWidth": line,
            "fillColor": "rgba(0, 0, 0, 0)",
            "backgroundImageURL": data_url(picture),
            "backgroundImageFit": "stretch",
            "backgroundColor": "",
            "canvasHeight": canvas_size[0],
            "canvasWidth": canvas_size[1],
            "initialDrawing": {"objects": (kept.initial or {}).get("objects", []), "background": ""},
            "realtimeUpdateStreamlit": True,
            "returnImageData": False,
            "displayRadius": 3,
            "disabled": False,
            "maxDisplayHeight": None,
            "fontSize": 20,
            "label": "",
        },
        key=mounted,
        default={"drawing": None, "backgroundFit": None},
        on_drawing_change=lambda: _take_drawing(key, mounted),
        on_backgroundFit_change=lambda: None,
        width="content",
        height="content",
    )


def drawn_prompts(key: str, canvas_size: tuple[int, int], image_size: tuple[int, int]) -> Prompts:
    """What is drawn on a canvas, which need not be up, in pixels of an image of (height, width)."""
    return prompts_from_drawing(_kept(key).latest, canvas_size, image_size)


def is_drawn_on(key: str) -> bool:
    """Whether anything is on a canvas, also what is too small to be a prompt."""
    return bool((_kept(key).latest or {}).get("objects"))


def reopen_canvas(key: str) -> None:
    """Put the canvas up anew at its next run, with what was drawn on it."""
    _kept(key).mounting += 1


def clear_canvas(key: str) -> None:
    """Put the canvas up anew at its next run, empty."""
    kept = _kept(key)
    kept.latest = None
    kept.mounting += 1


def _kept(key: str) -> _Kept:
    return st.session_state.setdefault(f"{key}.canvas", _Kept())  # type: ignore[no-any-return]


def _mounted_key(key: str, kept: _Kept) -> str:
    return f"{key}.canvas.{kept.mounting}"


def _take_drawing(key: str, mounted: str) -> None:
    """Keep the drawing before the page runs; one from a canvas that is gone says nothing any more."""
    kept = _kept(key)
    if mounted != _mounted_key(key, kept):
        return
    drawing = (st.session_state.get(mounted) or {}).get("drawing")
    if drawing:
        kept.latest = drawing["raw"]
