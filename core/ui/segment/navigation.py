"""Which image is open: in the address, else the one that was open last; and which ones the strip shows."""

from __future__ import annotations

import streamlit as st

from core.errors import StoreError
from core.ui import state
from core.ui.assigned.queue import view
from core.ui.image_row import filter_control
from core.ui.segment import words
from core.ui.segment.seen import images_for
from core.ui.text import as_name
from core.workspace import ImageRow, Show, TaskRow, Workspace

FILTER = "filter"
_MOST_DIGITS = 18
"""Of an image's number; no database takes more than 19."""


def current_image(task: TaskRow) -> ImageRow | None:
    """The image of the address if it is of this task, else the task's last one, else its first, else None."""
    images = images_for(task, view(task))
    asked = st.query_params.get("image")
    found = image_of(task, number_of(asked))
    if asked is not None and found is None:
        st.toast(words.NO_SUCH_IMAGE.format(number=as_name(asked)), icon=":material/info:")
    found = found or image_of(task, images.last_looked_at(task.id, state.person())) or images.first(task.id)
    if found is not None and asked != str(found.id):
        go_to(found.id)
    return found


def number_of(asked: str | None) -> int | None:
    """The number of an image as an address has it, None for anything else."""
    is_number = asked is not None and asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS
    return int(asked or "") if is_number else None


def image_of(task: TaskRow, image_id: int | None) -> ImageRow | None:
    """The image of a number, None where the task has no such image for the person here."""
    if image_id is None:
        return None
    try:
        image = images_for(task).get(image_id)
    except StoreError:
        return None
    return image if image.task_id == task.id else None


def go_to(image_id: int) -> None:
    """Open another image in the next run."""
    st.query_params["image"] = str(image_id)


def forget_image() -> None:
    """Leave an image that is gone."""
    st.query_params.pop("image", None)
    st.rerun()


def chosen_filter() -> Show:
    """The filter above the strip as it was chosen last."""
    return st.session_state.get(FILTER) or "all"  # type: ignore[no-any-return]


def choose_filter(task: TaskRow, workspace: Workspace) -> Show:
    """The filter above the strip, with the number of images in each state."""
    return filter_control(images_for(task, workspace).counts(task.id), words.FILTER_NAMES, key=FILTER)
