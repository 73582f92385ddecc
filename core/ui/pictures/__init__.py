"""Pictures to click: the strip of thumbnails above the editor and the gallery of samples.

One Components v2 component without a build step. It shows what it is given and says which picture was
clicked; it knows nothing of the workspace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from core.ui.component_data import data_url, without_frames

_STRIP_HEIGHT = 92
_HERE = Path(__file__).parent
SHOWN_NAME = (_HERE / "name.js").read_text(encoding="utf-8")
_component = st.components.v2.component(
    "pictures",
    html='<div class="pictures" role="group"></div>',
    css=(_HERE / "pictures.css").read_text(encoding="utf-8"),
    js=SHOWN_NAME + (_HERE / "pictures.js").read_text(encoding="utf-8"),
)


Mark = Literal["", "new", "draft", "corrected", "flagged"]


@dataclass(frozen=True)
class Picture:
    """One picture to click.

    Attributes:
        id: What comes back when it is clicked.
        jpeg: JPEG bytes of the thumbnail, empty while it is not made yet.
        caption: Short text under it; the whole of it is the tooltip.
        mark: Its state, shown as a sign with its own shape and colour.
        locked: Kept for comparison.
        mark_word: The state in words, for the tooltip and screen readers.
    """

    id: str
    jpeg: bytes
    caption: str
    mark: Mark = ""
    locked: bool = False
    mark_word: str = ""


def pictures(
    items: Sequence[Picture],
    *,
    key: str,
    label: str,
    selected: str | None = None,
    layout: Literal["strip", "grid"] = "strip",
) -> str | None:
    """Show pictures; the id of the one clicked since the last run, else None.

    Args:
        key: Key of the component, unique on the page.
        label: Accessible name of the group.
        selected: Id of the picture shown as current; a strip scrolls to it.
        layout: "strip" scrolls sideways, "grid" wraps.
    """
    data = {
        "label": label,
        "layout": layout,
        "selected": selected,
        "items": [{**vars(item), "jpeg": data_url(item.jpeg)} for item in items],
    }
    result = _component(
        key=key,
        data=without_frames(data),
        height=_STRIP_HEIGHT if layout == "strip" else "content",
        on_clicked_change=lambda: None,
    )
    clicked: str | None = result.clicked
    return clicked
