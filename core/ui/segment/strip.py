"""The strip of thumbnails with its filter, and Previous / Next.

Only the neighbourhood of the current image is sent to the browser, so that ten thousand images cost no more
than fifty. The current image is always in the strip, also when the filter would leave it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import streamlit as st

from core.errors import BadFileError, StoreError
from core.ui import state
from core.ui.pictures import Mark, Picture, pictures
from core.ui.segment import words
from core.ui.segment.editing_session import request
from core.ui.text import shortened
from core.workflows.correct.pictures import thumbnail_jpeg
from core.workspace import Around, ImageRow, Show, StackRow, Workspace
from core.workspace.images import Images

EACH_SIDE = 14
"""Neighbours that are sent, on each side."""


def mark_of(row: ImageRow) -> Mark:
    """The sign on a thumbnail; unsaved changes show even where a mask was saved before."""
    if row.has_unsaved_changes:
        return "draft"
    if row.review == "flagged":
        return "flagged"
    if row.state == "corrected":
        return "corrected"
    return "new" if row.looked_at is None else ""


def strip(
    workspace: Workspace,
    images: Images,
    around: Around,
    show: Show,
    go_to: Callable[[int], None],
    *,
    with_keys: bool,
) -> None:
    """Draw the strip around the image that is open; a stack is one thumbnail.

    Args:
        images: Its images as the person sees them.
        around: The open image with those before and after it, slices counted one by one.
        with_keys: Previous and Next have the keys that are the editor's where there is one.
    """
    current = around.image
    stacks, place, total = images.stacks_around(around, show, each_side=EACH_SIDE)
    selected = next(
        each.image.id
        for each in stacks
        if each.image.id == current.id or (current.stack is not None and each.image.stack == current.stack)
    )
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.button(
            words.PREVIOUS,
            key="previous",
            icon=":material/chevron_left:",
            disabled=around.previous_id is None,
            shortcut="shift+n" if with_keys else None,
            on_click=request,
            args=("previous", current.id),
        )
        clicked = pictures(
            [picture_of_stack(workspace, each) for each in stacks],
            key="strip",
            label=words.STRIP_LABEL,
            selected=str(selected),
        )
        if clicked is not None and int(clicked) != selected:
            go_to(int(clicked))
            st.rerun()
        count = images.counts(current.task_id)[show]
        position = words.POSITION if total >= count else words.POSITION_OF_STACKS
        st.caption(position.format(position=place, total=total, images=count), width="content")
        st.button(
            words.NEXT,
            key="next",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=around.next_id is None,
            shortcut="n" if with_keys else None,
            on_click=request,
            args=("next", current.id),
        )


def _thumbnail(workspace: Workspace, row: ImageRow) -> bytes:
    """Nothing where the file is gone or damaged: the image says so when it is opened, the others stay."""
    try:
        return thumbnail_jpeg(workspace, row)
    except (BadFileError, StoreError):
        return b""


def picture_of_stack(workspace: Workspace, stack: StackRow) -> Picture:
    """A stack as one thumbnail, with its number of slices; an image that is no slice as itself."""
    if stack.num_slices == 1:
        return _picture_of(workspace, stack.image)
    mark: Mark = ""
    if stack.num_unsaved:
        mark = "draft"
    elif stack.num_corrected == stack.num_slices:
        mark = "corrected"
    caption = words.STACK_CAPTION.format(name=shortened(stack.image.name), count=stack.num_slices)
    said = words.STACK_CORRECTED.format(done=stack.num_corrected, total=stack.num_slices)
    return _picture(stack.image, _thumbnail(workspace, stack.middle), caption, mark, said)


def image_pictures(
    images: Iterable[ImageRow], *, key: str, label: str, layout: Literal["strip", "grid"] = "strip"
) -> int | None:
    """Show images; the id of the one clicked since the last run, else None. Arguments as for `pictures`."""
    workspace = state.workspace()
    shown = [_picture_of(workspace, image) for image in images]
    clicked = pictures(shown, key=key, label=label, layout=layout)
    return None if clicked is None else int(clicked)


def _picture_of(workspace: Workspace, row: ImageRow) -> Picture:
    """An image as a thumbnail with its state."""
    mark = mark_of(row)
    said = words.MARK_WORDS[mark] if mark else ""
    return _picture(row, _thumbnail(workspace, row), shortened(row.name), mark, said)


def _picture(row: ImageRow, jpeg: bytes, caption: str, mark: Mark, said: str) -> Picture:
    told = ", ".join(filter(None, (said, words.LOCKED_WORD if row.locked else "")))
    return Picture(str(row.id), jpeg, caption, mark, row.locked, told)
