"""The strip of thumbnails with its filter, and Previous / Next.

Only the neighbourhood of the current image is sent to the browser, so that ten thousand images cost no more
than fifty. The current image is always in the strip, also when the filter would leave it out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.ui import words
from core.ui.pictures import Picture, pictures
from core.ui.text import shortened
from core.workflows.correct.pictures import thumbnail_jpeg
from core.workspace import ImageRow, Workspace

_SHOWN_EACH_SIDE = 14


@dataclass(frozen=True)
class Neighbours:
    """Where one can go from the current image, within the filter.

    Attributes:
        position: 1 for the first image of the filter.
        total: Images in the filter.
        previous_id: Image before, None at the beginning.
        next_id: Image after, None at the end.
    """

    position: int
    total: int
    previous_id: int | None
    next_id: int | None


def with_current(rows: Sequence[ImageRow], current: ImageRow) -> list[ImageRow]:
    """The rows of a filter with the current image put in where it belongs."""
    if any(row.id == current.id for row in rows):
        return list(rows)
    return sorted([*rows, current], key=lambda row: row.position)


def neighbours(rows: Sequence[ImageRow], current_id: int) -> Neighbours:
    """Where one can go from an image that is among the rows."""
    ids = [row.id for row in rows]
    index = ids.index(current_id)
    return Neighbours(
        position=index + 1,
        total=len(ids),
        previous_id=ids[index - 1] if index > 0 else None,
        next_id=ids[index + 1] if index + 1 < len(ids) else None,
    )


def mark_of(row: ImageRow) -> Literal["", "new", "draft", "corrected"]:
    """The sign on a thumbnail; unsaved changes show even where a mask was saved before."""
    if row.has_unsaved_changes:
        return "draft"
    if row.state == "corrected":
        return "corrected"
    return "new" if row.looked_at is None else ""


def strip(
    workspace: Workspace, rows: Sequence[ImageRow], current: ImageRow, go_to: Callable[[int], None]
) -> Neighbours:
    """Draw the strip; says where one can go from here."""
    around = neighbours(rows, current.id)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.button(
            words.PREVIOUS,
            key="previous",
            icon=":material/chevron_left:",
            disabled=around.previous_id is None,
            on_click=go_to,
            args=(around.previous_id,),
        )
        start = max(0, around.position - 1 - _SHOWN_EACH_SIDE)
        shown = rows[start : around.position + _SHOWN_EACH_SIDE]
        clicked = pictures(
            [picture_of(workspace, row) for row in shown],
            key="strip",
            label=words.STRIP_LABEL,
            selected=str(current.id),
        )
        if clicked is not None and int(clicked) != current.id:
            go_to(int(clicked))
            st.rerun()
        st.caption(words.POSITION.format(position=around.position, total=around.total), width="content")
        st.button(
            words.NEXT,
            key="next",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=around.next_id is None,
            on_click=go_to,
            args=(around.next_id,),
        )
    return around


def picture_of(workspace: Workspace, row: ImageRow) -> Picture:
    """An image as a thumbnail with its state."""
    mark = mark_of(row)
    state_words = [words.MARK_WORDS[mark]] if mark else []
    return Picture(
        id=str(row.id),
        jpeg=thumbnail_jpeg(workspace, row),
        caption=shortened(row.name),
        mark=mark,
        locked=row.locked,
        mark_word=", ".join([*state_words, *([words.LOCKED_WORD] if row.locked else [])]),
    )
