"""The mask editor: image, mask and corrections at the image's own resolution, painted in the browser.

It serves the step *correct*: the page gives an image with its probability and the draft on disk, and gets the
correction layer back after each stroke. It knows neither the store nor the model.

Two things to know when calling it:

- A stroke is on the wire before a click on any button of the page. But where a busy server takes both
  together, callbacks of buttons run before those of components: let a callback only note what is wanted, and
  act in the script's body.
- In a fragment a stroke reruns the editor alone. Carry the image outside of it: where somebody presses a
  button right after a stroke, the carrier brings the stroke, with a run of the whole page that hears of both.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from typing import Any

from core.correction.corrections import decode_layer
from core.ui.component_data import without_frames
from core.ui.mask_editor import words
from core.ui.mask_editor.assets import components
from core.ui.mask_editor.clicking import ClickAnswer as ClickAnswer
from core.ui.mask_editor.clicking import ClickRequest as ClickRequest
from core.ui.mask_editor.clicking import OnClicks, answer_clicks
from core.ui.mask_editor.contract import Acknowledgement as Acknowledgement
from core.ui.mask_editor.contract import Action as Action
from core.ui.mask_editor.contract import EditorClass as EditorClass
from core.ui.mask_editor.contract import EditorImage as EditorImage
from core.ui.mask_editor.contract import EditorMessage as EditorMessage
from core.ui.mask_editor.contract import LayerInsert as LayerInsert
from core.ui.mask_editor.delivery import EditorSession, OnMessage, deliver_waiting, editor_session
from core.ui.mask_editor.messages import BadMessageError as BadMessageError


def mask_editor(
    image: EditorImage,
    *,
    key: str,
    threshold: float,
    layer_png: bytes | None,
    draft_token: str,
    on_message: OnMessage,
    on_clicks: OnClicks | None = None,
    acknowledged: Acknowledgement | None = None,
    insert: LayerInsert | None = None,
    height: int | None = None,
    checked_only: bool = False,
) -> None:
    """Draw the editor; `carry_image` brings what it shows.

    Args:
        key: Of the component, without "__"; the same for every image of a page, so that the editor stays.
        threshold: Of the draft on disk, in [0, 1]; looked at where the token is new.
        layer_png: Of the draft on disk, None for an empty layer; looked at where the token is new.
        draft_token: Changes only when the editor has to take threshold and layer anew: another image, a
            restored revision, the other tab's draft. While it stays, what the editor last showed wins, also
            after the person has been on another page.
        on_message: Called with each new message, before the script's body runs. An `AppError` that it raises
            is shown beside the status, and the editor sends again. Returning means that the draft is on disk,
            or that `acknowledged` tells of a conflict.
        on_clicks: Called with the clicks of "Smart click"; an `AppError` that it raises is shown in the tool.
            None leaves the tool out.
        acknowledged: Whose message the draft on disk is (from its row); None where there is no draft.
        insert: A proposal to lay over the layer as one undoable step; it may stay in place, it is taken once.
        height: Whole height in CSS pixels; None fills the window below the place where the editor stands.
        checked_only: Only what the person painted or framed counts; the rest is hatched.
    """
    session = editor_session(key)
    _, editor = components()
    if insert is not None:
        decode_layer(insert.png, (image.height, image.width), image.num_classes)
    latest = session.show(image, draft_token)
    if latest is not None:
        threshold, layer_png = latest.threshold, latest.layer_png
    editor(
        key=key,
        data=without_frames(
            {
                "image": {
                    "id": image.image_id,
                    "height": image.height,
                    "width": image.width,
                    "suggested_threshold": image.suggested_threshold,
                },
                "draft": {"token": draft_token, "threshold": threshold, "layer": _base64(layer_png)},
                "acknowledged": None if acknowledged is None else vars(acknowledged),
                "delivered": dict(session.handled),
                "refused": session.refused,
                "insert": _insert(insert, session),
                "smart_click": on_clicks is not None,
                "preview": session.preview,
                "height": height,
                "checked_only": checked_only,
                "classes": [vars(each) for each in image.classes],
                "pixel_mm2": image.pixel_mm2,
                "words": dict(words.WORDS),
            }
        ),
        on_message_change=lambda: deliver_waiting(key, on_message),
        on_clicks_change=lambda: answer_clicks(key, on_message, on_clicks),
    )


def carry_image(image: EditorImage, *, key: str, on_message: OnMessage) -> None:
    """Bring an image to the browser: the one that the editor of this key shows, or one that may come next."""
    editor_session(key).know(image)
    carrier, _ = components()
    carrier_key = f"{key}_carrier_{_digest(image.image_id)}"
    carrier(
        key=carrier_key,
        data=pack_image(image),
        on_message_change=lambda: deliver_waiting(key, on_message, sender=carrier_key),
    )


def pack_image(image: EditorImage) -> bytes:
    """The carrier's bytes: length of a JSON header (4 bytes, big endian), the header, the parts in order."""
    parts = {
        "picture": image.picture,
        "confidence": image.confidence,
        "proposed": image.proposed or b"",
        "reference": image.reference or b"",
        "levels": image.levels,
    }
    header = json.dumps(
        {
            "id": image.image_id,
            "height": image.height,
            "width": image.width,
            "parts": {name: len(content) for name, content in parts.items()},
        }
    ).encode()
    return struct.pack(">I", len(header)) + header + b"".join(parts.values())


def _digest(image_id: str) -> str:
    """A name for a key: Streamlit refuses some characters there ("__")."""
    return hashlib.sha256(image_id.encode()).hexdigest()[:16]


def _insert(insert: LayerInsert | None, session: EditorSession) -> dict[str, Any] | None:
    if insert is None or insert.token == session.inserted:
        return None
    return {"token": insert.token, "layer": _base64(insert.png), "has_classes": insert.has_classes}


def _base64(content: bytes | None) -> str:
    return base64.b64encode(content).decode("ascii") if content else ""
