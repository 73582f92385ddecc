"""From the browser to the page: each message once, each key press once, never cut off half-way.

Streamlit may interrupt a callback wherever it touches the session's state: a click that follows a stroke
closely would end the callback that is writing the stroke. So an interrupted hand-over is begun again, and the
interruption takes place afterwards. It may also begin the next run while the last one is still in its
callback, in another thread, so hand-overs of a session wait for each other: an older layer must never be
written after a newer one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, get_script_run_ctx

from core.errors import AppError
from core.ui.mask_editor.contract import EditorImage, EditorMessage
from core.ui.mask_editor.messages import LayerKind, parse_envelope

OnMessage = Callable[[EditorMessage], None]

_MAX_REMEMBERED = 64


@dataclass
class EditorSession:
    """What one browser session's editor remembers between reruns; all of it may be lost.

    Attributes:
        layers: What layers the images that were shown may have, by image id.
        tokens: Draft token that each image was last shown with.
        handled: Sequence of the last message that the page took, by client.
        actions: Number of the last key press that the page took, by client.
        latest: The last message that the page took, by image.
        inserted: Token of the last insert that is in the layer.
        refused: Why the last message was not taken, empty if it was.
        preview: What the last clicks of "Smart click" lead to, as the browser is told; None before the first.
        turn: Held by the run that hands over.
    """

    layers: dict[str, LayerKind] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    handled: dict[str, int] = field(default_factory=dict)
    actions: dict[str, int] = field(default_factory=dict)
    latest: dict[str, EditorMessage] = field(default_factory=dict)
    inserted: str = ""
    refused: str = ""
    preview: dict[str, Any] | None = None
    turn: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def show(self, image: EditorImage, draft_token: str) -> EditorMessage | None:
        """Note what is shown now; gives the last message where the draft that it was painted on stays."""
        self.know(image)
        remember(self.tokens, image.image_id, draft_token)
        latest = self.latest.get(image.image_id)
        return latest if latest is not None and latest.draft_token == draft_token else None

    def know(self, image: EditorImage) -> None:
        """Note an image whose strokes may come."""
        remember(self.layers, image.image_id, LayerKind((image.height, image.width), image.num_classes))


def editor_session(key: str) -> EditorSession:
    """What is remembered for the editor of this key."""
    return st.session_state.setdefault(f"{key}_editor_session", EditorSession())  # type: ignore[no-any-return]


def remember(memory: dict[str, Any], name: str, value: Any) -> None:
    """Keep a value as the newest, and forget the oldest beyond the limit."""
    memory.pop(name, None)
    memory[name] = value
    while len(memory) > _MAX_REMEMBERED:
        memory.pop(next(iter(memory)))


def deliver_waiting(key: str, on_message: OnMessage, *, sender: str = "") -> None:
    """Hand over what the editor has sent and nobody has taken yet.

    Args:
        on_message: As given to `mask_editor`. Where it was interrupted it is called with the message again.
        sender: Key of the carrier that brings it, empty for the editor itself.
    """
    interruptions: list[RerunException] = []
    while True:
        try:
            _deliver(key, on_message, sender or key)
            break
        except RerunException as interruption:
            interruptions.append(interruption)
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and context.script_requests is not None:
        for each in interruptions:
            context.script_requests.request_rerun(each.rerun_data)


def _deliver(key: str, on_message: OnMessage, sender: str) -> None:
    value = st.session_state.get(sender)
    payload = value.get("message") if isinstance(value, Mapping) else None
    if payload is None:
        return
    session = editor_session(key)
    with session.turn:
        try:
            for message in parse_envelope(payload, session.layers):
                _hand_over(message, session, on_message)
        except AppError as error:
            session.refused = str(error)
        else:
            session.refused = ""


def _hand_over(message: EditorMessage, session: EditorSession, on_message: OnMessage) -> None:
    if message.sequence <= session.handled.get(message.client_id, -1):
        return
    if message.draft_token != session.tokens.get(message.image_id, message.draft_token):
        # Painted on a draft that has been replaced since; the editor decides when it hears of the new one.
        return
    done = session.actions.get(message.client_id, 0)
    presses = min(message.presses, message.action_number - done)
    action = message.action if presses > 0 else ""
    save_number = message.save_number if message.save_number > done else 0
    try:
        on_message(replace(message, action=action, presses=presses, save_number=save_number))
    except AppError:
        # The stroke is sent again, the key press is not: the person sees the error and presses again.
        remember(session.actions, message.client_id, message.action_number)
        raise
    remember(session.actions, message.client_id, message.action_number)
    remember(session.handled, message.client_id, message.sequence)
    session.inserted = message.insert_token or session.inserted
    if message.action != "reload":
        remember(session.latest, message.image_id, message)
