"""The editor's Python side: what the browser sends is believed only after it was checked, and taken once."""

import base64
import json
import re
import struct
import threading

import numpy as np
import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import RerunData, RerunException

from core.correction.corrections import encode_layer
from core.errors import AppError, StoreError
from core.ui.mask_editor import BadMessageError, EditorImage, pack_image
from core.ui.mask_editor.assets import FRONTEND, SCRIPTS
from core.ui.mask_editor.delivery import deliver_waiting, editor_session
from core.ui.mask_editor.messages import MAX_MESSAGES, LayerKind, parse_envelope
from core.ui.mask_editor.words import WORDS

LAYERS = {"a": LayerKind((2, 3)), "of three classes": LayerKind((2, 3), 3)}
LAYER = np.array([[0, 1, 2], [2, 0, 0]], np.uint8)
PNG = encode_layer(LAYER)


def message(**changes):
    fields = {
        "image_id": "a",
        "client_id": "tab",
        "sequence": 1,
        "threshold": 0.5,
        "layer_png": base64.b64encode(PNG).decode(),
        "seconds": 2.5,
        "action": "",
        "action_number": 0,
        "presses": 1,
        "take_over": False,
        "draft_token": "t",
        "continues_client": "",
        "continues_sequence": 0,
        "insert_token": "",
    }
    return {**fields, **changes}


def envelope(*messages):
    return {"messages": list(messages)}


def test_a_good_message_arrives_whole():
    (got,) = parse_envelope(envelope(message(action="save", action_number=3, take_over=True)), LAYERS)
    assert (got.image_id, got.client_id, got.sequence, got.threshold) == ("a", "tab", 1, 0.5)
    assert (got.layer_png, got.seconds, got.action, got.take_over) == (PNG, 2.5, "save", True)
    assert (got.draft_token, got.insert_token, got.action_number) == ("t", "", 3)


def test_messages_come_in_the_order_in_which_they_were_sent():
    received = parse_envelope(envelope(message(sequence=9), message(sequence=4)), LAYERS)
    assert [each.sequence for each in received] == [4, 9]


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "messages",
        7,
        {},
        {"messages": None},
        {"messages": []},
        {"messages": [message()] * (MAX_MESSAGES + 1)},
        {"messages": ["text"]},
        envelope(message(image_id="b")),
        envelope(message(image_id=["a"])),
        envelope(message(client_id="x" * 500)),
        envelope(message(client_id=None)),
        envelope(message(sequence=-1)),
        envelope(message(sequence=1.5)),
        envelope(message(sequence=True)),
        envelope(message(sequence=2**60)),
        envelope(message(threshold=1.01)),
        envelope(message(threshold=-0.01)),
        envelope(message(threshold=float("nan"))),
        envelope(message(threshold="0.5")),
        envelope(message(seconds=float("inf"))),
        envelope(message(action="delete everything")),
        envelope(message(action=["save"])),
        envelope(message(action_number="3")),
        envelope(message(draft_token=3)),
        envelope(message(continues_sequence=None)),
        envelope(message(layer_png=None)),
        envelope(message(layer_png="%%%")),
        envelope(message(layer_png="ümlaut")),
    ],
)
def test_what_no_editor_sends_is_refused(payload):
    with pytest.raises(BadMessageError, match="reload the page"):
        parse_envelope(payload, LAYERS)


@pytest.mark.parametrize(
    "layer",
    ["", base64.b64encode(b"not a png").decode(), base64.b64encode(encode_layer(LAYER.T.copy())).decode()],
)
def test_layers_are_checked_by_size_and_kind(layer):
    with pytest.raises(AppError, match="correction layer"):
        parse_envelope(envelope(message(layer_png=layer)), LAYERS)


def test_a_layer_has_the_classes_of_its_image():
    png = base64.b64encode(encode_layer(LAYER * 2)).decode()
    (received,) = parse_envelope(envelope(message(image_id="of three classes", layer_png=png)), LAYERS)
    assert received.layer_png == encode_layer(LAYER * 2)
    with pytest.raises(AppError, match="up to 2"):
        parse_envelope(envelope(message(layer_png=png)), LAYERS)


def test_an_image_is_packed_with_its_lengths():
    packed = pack_image(EditorImage("a", 2, 3, picture=b"PIC", confidence=b"CONF", proposed=b"CLASS"))
    (length,) = struct.unpack(">I", packed[:4])
    header = json.loads(packed[4 : 4 + length])
    assert header == {
        "id": "a",
        "height": 2,
        "width": 3,
        "parts": {"picture": 3, "confidence": 4, "proposed": 5, "reference": 0, "levels": 0},
    }
    assert packed[4 + length :] == b"PICCONFCLASS"


@pytest.fixture
def sent(monkeypatch):
    """Puts an envelope where Streamlit would, and gives what the page got."""
    store = {}
    monkeypatch.setattr(st, "session_state", store)
    editor_session("editor").know(EditorImage("a", 2, 3, b"", b""))

    def send(*messages, on_message=None):
        got = []
        store["editor"] = {"message": envelope(*messages)}
        deliver_waiting("editor", on_message or got.append)
        return got

    send.session = editor_session("editor")
    return send


def test_nothing_waiting_calls_nobody(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    deliver_waiting("editor", lambda message: pytest.fail("called"))


def test_each_message_is_taken_once(sent):
    assert [got.sequence for got in sent(message(sequence=1))] == [1]
    assert sent(message(sequence=1)) == []
    assert [got.sequence for got in sent(message(sequence=1), message(sequence=2))] == [2]
    assert sent.session.handled == {"tab": 2}


def test_tabs_count_by_themselves(sent):
    sent(message(sequence=5))
    assert [got.client_id for got in sent(message(sequence=1, client_id="other"))] == ["other"]


def test_a_key_press_counts_once_also_when_it_is_sent_again(sent):
    assert [got.action for got in sent(message(sequence=1, action="save", action_number=1))] == ["save"]
    assert [got.action for got in sent(message(sequence=2, action="save", action_number=1))] == [""]
    assert [got.action for got in sent(message(sequence=3, action="save", action_number=2))] == ["save"]


def test_a_save_whose_message_was_lost_comes_with_the_move_and_is_done_once(sent):
    def saves(sequence, number):
        fields = {"action": "next", "action_number": number, "save_number": 1}
        return [got.save_number for got in sent(message(sequence=sequence, **fields))]

    assert saves(1, number=2) == [1]
    assert saves(2, number=3) == [0]


def test_quick_presses_count_one_by_one_also_where_a_message_was_lost(sent):
    def steps(sequence, number, presses):
        return [
            (got.action, got.presses)
            for got in sent(
                message(sequence=sequence, action="slice_next", action_number=number, presses=presses)
            )
        ]

    assert steps(1, number=1, presses=1) == [("slice_next", 1)]
    # The one with two presses never came.
    assert steps(3, number=3, presses=3) == [("slice_next", 2)]
    # After a restart of the server the browser counts on.
    sent.session.actions.clear()
    assert steps(4, number=9, presses=1) == [("slice_next", 1)]


def test_an_error_of_the_store_is_told_and_the_stroke_stays_wanted(sent):
    def full(message):
        raise StoreError("The disk is full.")

    sent(message(sequence=1, action="save", action_number=1), on_message=full)
    assert sent.session.refused == "The disk is full."
    assert sent.session.handled == {}
    (got,) = sent(message(sequence=2, action="save", action_number=1))
    assert (got.sequence, got.action) == (2, "")
    assert sent.session.refused == ""


def test_a_broken_message_is_told_and_calls_nobody(sent):
    assert sent(message(threshold=7)) == []
    assert "threshold 7" in sent.session.refused


def test_an_interrupted_hand_over_is_begun_again(sent):
    calls = []

    def interrupted_once(message):
        calls.append(message.action)
        if len(calls) == 1:
            raise RerunException(RerunData())

    sent(message(action="save", action_number=1), on_message=interrupted_once)
    assert calls == ["save", "save"]
    assert sent.session.handled == {"tab": 1}


def test_a_run_that_comes_while_another_hands_over_waits_for_its_end(sent):
    written = []
    begun, go_on = threading.Event(), threading.Event()

    def slowly(message):
        begun.set()
        go_on.wait(120)
        written.append(message.sequence)

    older = threading.Thread(target=sent, args=(message(sequence=1),), kwargs={"on_message": slowly})
    older.start()
    assert begun.wait(120)
    newer = threading.Thread(
        target=sent,
        args=(message(sequence=2),),
        kwargs={"on_message": lambda message: written.append(message.sequence)},
    )
    newer.start()
    newer.join(0.3)
    go_on.set()
    older.join(120)
    newer.join(120)
    assert written == [1, 2]
    assert sent.session.handled == {"tab": 2}


def test_strokes_on_a_replaced_draft_are_not_taken(sent):
    image = EditorImage("a", 2, 3, b"", b"")
    sent.session.show(image, "new")
    assert sent(message(draft_token="old")) == []
    assert sent.session.handled == {}
    assert len(sent(message(draft_token="new"))) == 1


def test_the_last_message_is_what_an_editor_begins_with_while_the_token_stays(sent):
    image = EditorImage("a", 2, 3, b"", b"")
    assert sent.session.show(image, "t") is None
    sent(message(threshold=0.25))
    assert sent.session.show(image, "t").threshold == 0.25
    assert sent.session.show(image, "t2") is None


def test_every_script_is_there_and_none_is_forgotten():
    on_disk = {path.name for path in FRONTEND.glob("*.js")}
    assert on_disk == {*SCRIPTS, "mount.js", "shortcuts.js"}


def test_words_are_all_there():
    html = (FRONTEND / "editor.html").read_text()
    used = set(re.findall(r'data-(?:word|label)="(\w+)"', html))
    assert used <= set(WORDS)
