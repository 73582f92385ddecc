"""The strip of thumbnails with its filter, and Previous / Next.

Only the neighbourhood of the current image is sent to the browser, so that ten thousand images cost no more
than fifty. The current image is always in the strip, also when the filter would leave it out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from core.errors import BadFileError, StoreError
from core.ui import words
from core.ui.pictures import Picture, pictures
from core.ui.text import shortened
from core.workflows.correct.pictures import thumbnail_jpeg
from core.workspace import Around, ImageRow, Workspace

EACH_SIDE = 14
"""Neighbours that are sent, on each side."""


def mark_of(row: ImageRow) -> Literal["", "new", "draft", "corrected", "flagged"]:
    """The sign on a thumbnail; unsaved changes show even where a mask was saved before."""
    if row.has_unsaved_changes:
        return "draft"
    if row.review == "flagged":
        return "flagged"
    if row.state == "corrected":
        return "corrected"
    return "new" if row.looked_at is None else ""


def strip(workspace: Workspace, around: Around, go_to: Callable[[int], None]) -> None:
    """Draw the strip around the image that is open."""
    current = around.image
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.button(
            words.PREVIOUS,
            key="previous",
            icon=":material/chevron_left:",
            disabled=around.previous_id is None,
            on_click=go_to,
            args=(around.previous_id,),
        )
        clicked = pictures(
            [picture_of(workspace, row) for row in (*around.before, current, *around.after)],
            key="strip",
            label=words.STRIP_LABEL,
            selected=str(current.id),
        )
        if clicked is not None and int(clicked) != current.id:
            go_to(int(clicked))
            st.rerun()
        st.caption(words.POSITION.format(position=around.place, total=around.total), width="content")
        st.button(
            words.NEXT,
            key="next",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=around.next_id is None,
            on_click=go_to,
            args=(around.next_id,),
        )


def _thumbnail(workspace: Workspace, row: ImageRow) -> bytes:
    """Nothing where the file is gone or damaged: the image says so when it is opened, the others stay."""
    try:
        return thumbnail_jpeg(workspace, row)
    except (BadFileError, StoreError):
        return b""


def picture_of(workspace: Workspace, row: ImageRow) -> Picture:
    """An image as a thumbnail with its state."""
    mark = mark_of(row)
    state_words = [words.MARK_WORDS[mark]] if mark else []
    return Picture(
        id=str(row.id),
        jpeg=_thumbnail(workspace, row),
        caption=shortened(row.name),
        mark=mark,
        locked=row.locked,
        mark_word=", ".join([*state_words, *([words.LOCKED_WORD] if row.locked else [])]),
    )
