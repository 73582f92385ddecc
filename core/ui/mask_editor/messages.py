"""What the browser sends, checked before anybody believes it.

One envelope holds the newest state of every drawing that is not yet acknowledged, oldest first, so that a
message lost on the way, or folded into the next one by a busy server, costs nothing.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.correction.corrections import decode_layer
from core.errors import AppError
from core.ui.mask_editor.contract import ACTIONS, EditorMessage

MAX_MESSAGES = 16
_MAX_TEXT = 400
_MAX_SEQUENCE = 2**53


class BadMessageError(AppError):
    """A message that no editor of ours sends."""


@dataclass(frozen=True)
class LayerKind:
    """What a layer of an image may be.

    Attributes:
        shape: (height, width).
        num_classes: Foreground classes that a person can choose from.
    """

    shape: tuple[int, int]
    num_classes: int = 1


def parse_envelope(payload: Any, layers: Mapping[str, LayerKind]) -> list[EditorMessage]:
    """The messages of an envelope in the order in which they were sent.

    Args:
        payload: What the browser sent, decoded JSON of any kind.
        layers: What may come for each image that this session showed, by image id.

    Raises:
        BadMessageError: Not an envelope, a field of the wrong kind or range, or an image never shown.
        BadFileError: A layer that is none.
    """
    messages = payload.get("messages") if isinstance(payload, dict) else None
    if not isinstance(messages, list) or not 0 < len(messages) <= MAX_MESSAGES:
        raise BadMessageError(
            "The editor sent no list of 1 to {max_messages} messages; reload the page.",
            max_messages=MAX_MESSAGES,
        )
    received = [_parse_message(message, layers) for message in messages]
    return sorted(received, key=lambda each: each.sequence)


def _parse_message(fields: Any, layers: Mapping[str, LayerKind]) -> EditorMessage:
    if not isinstance(fields, dict):
        raise BadMessageError("The editor sent a message that is no object; reload the page.")
    image_id = _text(fields, "image_id")
    kind = layers.get(image_id)
    if kind is None:
        raise BadMessageError(
            "The editor sent strokes for {image_id!r}, which is not open; reload the page.", image_id=image_id
        )
    layer_png = _layer_bytes(fields)
    decode_layer(layer_png, kind.shape, kind.num_classes)
    action = fields.get("action", "")
    if action not in ACTIONS:
        raise BadMessageError(
            "The editor asked for {action!r}, which it cannot; reload the page.", action=action
        )
    return EditorMessage(
        image_id=image_id,
        client_id=_text(fields, "client_id"),
        sequence=_whole(fields, "sequence"),
        threshold=_number(fields, "threshold", 1.0),
        layer_png=layer_png,
        seconds=_number(fields, "seconds", 1e7),
        action=action,
        take_over=fields.get("take_over") is True,
        draft_token=_text(fields, "draft_token"),
        continues_client=_text(fields, "continues_client"),
        continues_sequence=_whole(fields, "continues_sequence"),
        insert_token=_text(fields, "insert_token"),
        action_number=_whole(fields, "action_number"),
        presses=_whole(fields, "presses"),
        save_number=_whole({"save_number": 0, **fields}, "save_number"),
    )


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise BadMessageError("The editor sent {name} that is no short text; reload the page.", name=name)
    return value


def _whole(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MAX_SEQUENCE:
        raise BadMessageError("The editor sent {name} that is no whole number; reload the page.", name=name)
    return value


def _number(fields: dict[str, Any], name: str, largest: float) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadMessageError("The editor sent {name} that is no number; reload the page.", name=name)
    if not 0 <= value <= largest:
        raise BadMessageError(
            "The editor sent {name} {value:g}, expected 0 to {largest:g}; reload the page.",
            name=name,
            value=value,
            largest=largest,
        )
    return float(value)


def _layer_bytes(fields: dict[str, Any]) -> bytes:
    text = fields.get("layer_png")
    if not isinstance(text, str):
        raise BadMessageError("The editor sent no layer; reload the page.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadMessageError("The editor sent a layer that is not base64; reload the page.") from None
