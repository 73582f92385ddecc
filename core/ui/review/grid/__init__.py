"""Tiles to judge at a glance: a click marks what is wrong, one key approves the others.

One Components v2 component without a build step. It shows what it is given, and says what was marked and what
was shown; it knows nothing of the workspace. What it says it says again until it hears that it was taken, so
that a server that is killed in between loses no decision that it has acknowledged, and doubles none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.ui.component_data import data_url, without_frames
from core.ui.mask_editor.assets import FRONTEND
from core.ui.pictures import SHOWN_NAME
from core.ui.review import words
from core.workflows.review.judging import reasons_for

_KEY = "review_grid"
_HERE = Path(__file__).parent
_KEYS = "".join((FRONTEND / name).read_text(encoding="utf-8") for name in ("key_of.js", "shortcuts.js"))
_component = st.components.v2.component(
    "review_grid",
    html='<div class="review-grid"></div>',
    css=(_HERE / "grid.css").read_text(encoding="utf-8"),
    js=_KEYS + SHOWN_NAME + (_HERE / "grid.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Tile:
    """One mask to judge.

    Attributes:
        look: What is seen, as it comes back with the verdict.
        jpeg: The picture with the outline, empty where it cannot be shown.
        why: Why it is here, or what was said of it.
        said: Verdicts before, "" for none.
        label: What the image was labelled, which is judged with the mask; "" for none.
        is_coming: The picture is being made.
    """

    look: str
    jpeg: bytes
    name: str
    why: str
    said: str = ""
    label: str = ""
    is_coming: bool = False


@dataclass(frozen=True)
class GridMessage:
    """What the browser says of the grid.

    Attributes:
        client: Who says it: one for each time a grid is opened.
        number: Rises within a client.
        action: "decide": what is marked is wrong, the rest is right; "open": show the first of `looks` alone.
        looks: What was shown and could be judged.
        marked: What was marked of these as wrong, each with the codes of why.
    """

    client: str
    number: int
    action: str
    looks: tuple[str, ...]
    marked: Mapping[str, tuple[str, ...]]


def review_grid(
    tiles: Sequence[Tile],
    *,
    can_judge: bool,
    handled: dict[str, int],
    on_message: Callable[[], None],
) -> None:
    """Draw the tiles.

    Args:
        can_judge: A click marks; else it opens.
        handled: Number of the last message that was taken, by client.
        on_message: Called where there is a message, before the page is drawn.
    """
    items = [{**vars(tile), "jpeg": data_url(tile.jpeg)} for tile in tiles]
    reasons = reasons_for(labelled=any(tile.label for tile in tiles))
    said = {
        "label": words.GRID_LABEL,
        "approve": words.APPROVE_OTHERS,
        "marked": words.MARKED,
        "why": words.REASONS_LABEL,
        "reasons": [(code, words.REASONS[code]) for code in reasons],
        "keys": words.GRID_KEYS.format(last=len(reasons)) if can_judge else words.LOOK_KEYS,
    }
    _component(
        key=_KEY,
        data=without_frames({"items": items, "canJudge": can_judge, "handled": dict(handled), "words": said}),
        on_message_change=on_message,
        on_columns_change=lambda: None,
    )


def columns() -> int | None:
    """How many tiles fit side by side, None before the browser has said it."""
    number = (st.session_state.get(_KEY) or {}).get("columns")
    return min(6, max(1, int(number))) if isinstance(number, int | float) else None


def message() -> GridMessage | None:
    """What the browser has just said, None for nothing or for what is no message."""
    payload = (st.session_state.get(_KEY) or {}).get("message")
    try:
        return None if payload is None else _parse(payload)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _parse(payload: dict[str, Any]) -> GridMessage:
    return GridMessage(
        client=str(payload["client"])[:64],
        number=int(payload["number"]),
        action=str(payload["action"]),
        looks=tuple(str(each) for each in payload["looks"]),
        marked={str(look): tuple(map(str, why)) for look, why in payload["marked"].items()},
    )
