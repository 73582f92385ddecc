"""One mask, large and read-only: zoom, outline, opacity, hide, and what it is compared with, each by one key.

One Components v2 component. Where the picture lies is the mask editor's own code; the words and the pictures
come from the page, and nothing goes back.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.ui.mask_editor.assets import FRONTEND
from core.ui.review import words

_HERE = Path(__file__).parent


@functools.cache
def _component() -> Any:
    code = (FRONTEND / "view.js").read_text(encoding="utf-8") + (_HERE / "look.js").read_text(
        encoding="utf-8"
    )
    return st.components.v2.component(
        "review_look",
        html='<div class="look"></div>',
        css=(_HERE / "look.css").read_text(encoding="utf-8"),
        js=code,
    )


def look(
    *,
    key: str,
    image_id: str,
    picture: bytes,
    picture_type: str,
    mask: bytes,
    compared: bytes | None,
    colours: Sequence[tuple[int, int, int]],
) -> None:
    """Draw it.

    Args:
        key: Of the component.
        image_id: Changes with what is shown.
        picture: The image.
        picture_type: "image/png" or "image/jpeg".
        mask: PNG of class indices.
        compared: Another mask of that image, None for none.
        colours: Of the classes, in order.
    """
    _component()(
        key=key,
        data={
            "id": image_id,
            "picture": _url(picture, picture_type),
            "mask": _url(mask, "image/png"),
            "compared": "" if compared is None else _url(compared, "image/png"),
            "colours": [list(each) for each in colours],
            "words": dict(words.LOOK),
        },
    )


def _url(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
