"""Clicks of "Smart click" from the browser to the page, and the page's answer back as a small picture.

What the browser sends is checked first. An answer says which request it is of; the browser asks again where
none comes, so a request that a busy server drops is slower but never lost.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.correction.click_crop import Click, Framed
from core.errors import AppError
from core.imaging.masks import encode_png
from core.ui.mask_editor.delivery import OnMessage, deliver_waiting, editor_session
from core.ui.mask_editor.messages import BadMessageError, LayerKind

MOST_STROKES = 400
MOST_POINTS = 16
"""Of a stroke: a click has one, a scribble a few along its way."""

Stroke = tuple[Click, ...] | Framed


@dataclass(frozen=True)
class ClickRequest:
    """What a person has clicked on one object so far.

    Attributes:
        number: Rises within a tab.
        chosen: Value of the class that is to be filled.
        strokes: Clicks, scribbles and boxes in order, all inside the image; at least one.
    """

    image_id: str
    number: int
    chosen: int
    strokes: tuple[Stroke, ...]


ClickAnswer = tuple[int, int, NDArray[np.uint8]]
"""Where the mask changes: first row and column of a crop of the image, and the crop, (h, w) uint8: 0 stays,
1 becomes background, 2 becomes the chosen class."""
OnClicks = Callable[[ClickRequest], ClickAnswer]


def answer_clicks(key: str, on_message: OnMessage, on_clicks: OnClicks | None) -> None:
    """Take the clicks that have come; strokes of brushes that were sent before them are kept first."""
    deliver_waiting(key, on_message)
    value = st.session_state.get(key)
    payload = value.get("clicks") if isinstance(value, Mapping) else None
    if payload is None or on_clicks is None:
        return
    session = editor_session(key)
    number = payload.get("number") if isinstance(payload, dict) else None
    try:
        request = parse_clicks(payload, session.layers)
        session.preview = _told(request, on_clicks(request))
    except AppError as error:
        session.preview = {"number": number, "problem": str(error)}


def parse_clicks(payload: Any, layers: Mapping[str, LayerKind]) -> ClickRequest:
    """The request in what the browser sent.

    Args:
        payload: Decoded JSON of any kind.
        layers: The images that this session showed, by image id.

    Raises:
        BadMessageError: Not such a request, an image never shown, or a place outside of it.
    """
    fields = payload if isinstance(payload, dict) else {}
    image_id, strokes = fields.get("image_id"), fields.get("strokes")
    kind = layers.get(image_id) if isinstance(image_id, str) else None
    if kind is None or not isinstance(image_id, str):
        raise BadMessageError("The editor sent clicks on an image that is not open; reload the page.")
    if not isinstance(strokes, list) or not 0 < len(strokes) <= MOST_STROKES:
        raise BadMessageError(
            "The editor sent no list of 1 to {most} clicks; accept what you have.", most=MOST_STROKES
        )
    number, chosen = (_whole(fields.get(name), 2**53) for name in ("number", "chosen"))
    if not 1 <= chosen <= kind.num_classes:
        raise BadMessageError("The editor sent clicks for a class that is not there; reload the page.")
    return ClickRequest(image_id, number, chosen, tuple(_stroke(each, kind.shape) for each in strokes))


def _stroke(fields: Any, shape: tuple[int, int]) -> Stroke:
    points = fields.get("points") if isinstance(fields, dict) else None
    points = points if isinstance(points, list) else []
    are_places = all(isinstance(each, list) and len(each) == 2 for each in points)
    if not are_places or not 0 < len(points) <= MOST_POINTS:
        raise BadMessageError("The editor sent a click without a place; reload the page.")
    include = fields.get("include") is True
    clicks = [Click(_whole(row, shape[0]), _whole(col, shape[1]), include) for row, col in points]
    if fields.get("box") is not True:
        return tuple(clicks)
    rows, cols = [click.row for click in clicks], [click.col for click in clicks]
    return Framed(min(rows), min(cols), max(rows) + 1, max(cols) + 1)


def _whole(value: Any, limit: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < limit:
        raise BadMessageError("The editor sent a click outside of the image; reload the page.")
    return value


def _told(request: ClickRequest, answer: ClickAnswer) -> dict[str, Any]:
    top, left, values = answer
    height, width = values.shape
    return {
        "number": request.number,
        "image_id": request.image_id,
        "top": top,
        "left": left,
        "height": height,
        "width": width,
        "values": base64.b64encode(encode_png(values)).decode("ascii") if height and width else "",
    }
