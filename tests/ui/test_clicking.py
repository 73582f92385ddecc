"""Clicks from the browser: believed only after they were checked, and answered with what changes."""

import base64

import numpy as np
import pytest
import streamlit as st

from core.correction.click_crop import Click, Framed
from core.errors import AppError
from core.imaging.decode import decode_image
from core.ui.mask_editor import BadMessageError
from core.ui.mask_editor.clicking import MOST_POINTS, MOST_STROKES, answer_clicks, parse_clicks
from core.ui.mask_editor.delivery import editor_session
from core.ui.mask_editor.messages import LayerKind

LAYERS = {"a": LayerKind((20, 30), 2)}


def sent(**changes):
    strokes = [{"include": True, "points": [[3, 4]]}, {"include": False, "points": [[19, 29], [0, 0]]}]
    return {"image_id": "a", "number": 7, "chosen": 2, "strokes": strokes, **changes}


def test_clicks_arrive_whole():
    request = parse_clicks(sent(), LAYERS)
    assert (request.image_id, request.number, request.chosen) == ("a", 7, 2)
    assert request.strokes == (
        (Click(3, 4, True),),
        (Click(19, 29, False), Click(0, 0, False)),
    )


def test_a_box_arrives_as_the_pixels_that_it_frames():
    stroke = {"include": True, "box": True, "points": [[9, 4], [3, 20]]}
    assert parse_clicks(sent(strokes=[stroke]), LAYERS).strokes == (Framed(3, 4, 10, 21),)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        sent(image_id="never shown"),
        sent(image_id=["a"]),
        sent(number=-1),
        sent(number="7"),
        sent(chosen=3),
        sent(chosen=0),
        sent(strokes=[]),
        sent(strokes=[{"include": True, "points": [[1, 1]]}] * (MOST_STROKES + 1)),
        sent(strokes=[{"include": True, "points": []}]),
        sent(strokes=[{"include": True, "points": [[1, 1]] * (MOST_POINTS + 1)}]),
        sent(strokes=[{"include": True, "points": [[20, 1]]}]),
        sent(strokes=[{"include": True, "points": [[1, 30]]}]),
        sent(strokes=[{"include": True, "points": [[1, -1]]}]),
        sent(strokes=[{"include": True, "points": [[1.5, 1]]}]),
        sent(strokes=[{"include": True, "points": [[1]]}]),
        sent(strokes=[{"include": True, "points": "ab"}]),
        sent(strokes=["click"]),
    ],
)
def test_what_no_editor_sends_is_refused(payload):
    with pytest.raises(BadMessageError):
        parse_clicks(payload, LAYERS)


@pytest.fixture
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {"editor": {"clicks": sent()}})
    session = editor_session("editor")
    session.layers.update(LAYERS)
    return session


def test_the_answer_goes_back_as_a_picture_of_what_changes(session):
    values = np.array([[0, 1, 2]], np.uint8)
    answer_clicks("editor", lambda message: None, lambda request: (5, 6, values))
    told = session.preview
    assert (told["number"], told["image_id"], told["top"], told["left"]) == (7, "a", 5, 6)
    assert (told["height"], told["width"]) == (1, 3)
    assert decode_image(base64.b64decode(told["values"]), "crop").values.tolist() == [[0, 1, 2]]


def test_nothing_to_change_is_an_answer_too(session):
    nothing = (0, 0, np.zeros((0, 0), np.uint8))
    answer_clicks("editor", lambda message: None, lambda request: nothing)
    assert session.preview["values"] == "" and session.preview["number"] == 7


def test_a_network_that_is_missing_is_said_in_the_tool(session):
    def refuse(request):
        raise AppError("Smart click needs models/smart_click.")

    answer_clicks("editor", lambda message: None, refuse)
    assert session.preview == {"number": 7, "problem": "Smart click needs models/smart_click."}
