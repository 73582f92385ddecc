"""One mask, large and read-only: zoom, outline, opacity, hide, and what it is compared with, each by one key.

One Components v2 component. Where the picture lies and how light it is are the mask editor's own code; the
words and the pictures come from the page, and nothing goes back but a number that was pressed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.ui.component_data import data_url, without_frames
from core.ui.mask_editor import words as editor_words
from core.ui.mask_editor.assets import FRONTEND
from core.ui.review import words
from core.workflows.review.looking import Full

_HERE = Path(__file__).parent


@functools.cache
def _component() -> Any:
    shared = [FRONTEND / name for name in ("view.js", "bitmap.js", "display.js", "key_of.js", "shortcuts.js")]
    code, css = (
        "\n".join(path.read_text(encoding="utf-8") for path in paths)
        for paths in ([*shared, _HERE / "look.js"], [_HERE / "look.css", FRONTEND / "display.css"])
    )
    return st.components.v2.component(
        "review_look",
        html='<div class="look"></div>',
        css=css,
        js=code,
    )


def look(
    *,
    key: str,
    image_id: str,
    full: Full,
    compared: bytes | None,
    colours: Sequence[tuple[int, int, int]],
    num_reasons: int = 0,
    on_reason: Callable[[], None] = lambda: None,
) -> None:
    """Draw it.

    Args:
        image_id: Changes with what is shown.
        full: The image and its mask.
        compared: Another mask of that image, None for none.
        colours: Of the class values, from 1.
        num_reasons: Numbers from 1 that say why the mask is wrong.
        on_reason: Called where one of them was pressed, see `reason_of`.
    """
    _component()(
        key=key,
        data=without_frames(
            {
                "id": image_id,
                "picture": data_url(full.picture, full.picture_type),
                "levels": data_url(full.levels, "application/octet-stream"),
                "mask": data_url(full.mask, "image/png"),
                "compared": data_url(compared or b"", "image/png"),
                "colours": [list(each) for each in colours],
                "numReasons": num_reasons,
                "words": {**editor_words.WORDS, **words.LOOK},
            }
        ),
        on_reason_change=on_reason,
    )


def reason_of(key: str) -> int:
    """The number that was just pressed, 0 for none."""
    number = (st.session_state.get(key) or {}).get("reason")
    return number if isinstance(number, int) else 0
