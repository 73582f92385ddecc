"""Segment: upload, look at the predicted mask, slide the threshold, correct, save, go on."""

import streamlit as st

from core.ui import shell, state
from core.ui.mask_editor import Action
from core.ui.segment import adding, editing, keeping
from core.ui.segment.labelling import labels_panel
from core.ui.segment.navigation import choose_filter, current_image, forget_image, go_to
from core.ui.segment.strip import strip, with_current
from core.workflows.correct.open_image import OpenedImage
from core.workspace import ImageRow


def page() -> None:
    here = shell.enter("segment")
    state.show_messages()
    task = here.task
    editing.warm_up(task)
    if here.workspace.tasks.counts(task.id).images == 0:
        show_first(adding.first_images(task))
        return
    current = current_image(task)
    filters, more = st.columns([1.1, 1])
    with filters:
        show = choose_filter(task)
    with more:
        show_first(adding.more_images(task))
    rows = here.workspace.images.list(task.id, show)
    around = strip(here.workspace, with_current(rows, current), current, go_to)
    correct(current, around.next_id, around.previous_id)


def correct(current: ImageRow, next_id: int | None, previous_id: int | None) -> None:
    """The editor with its column; saves and moves on when asked to."""
    left, right = st.columns([4.1, 1], gap="small")
    with left:
        image = editing.opened(current, window=keeping.window_for(current))
        editing.draw(image)
    with right:
        keeping.choose_model(image)
        keeping.save_buttons()
        status = st.container()
        fill_labels = labels_panel(image)
        keeping.rarely_needed(image, after_delete=forget_image)
    act(image, editing.requested(), next_id, previous_id)
    with status:
        keeping.saved_line(image)
    editing.get_ready(next_id)
    if fill_labels is not None:
        # Last, since it may wait for the classifier.
        fill_labels()


def act(image: OpenedImage, action: Action, next_id: int | None, previous_id: int | None) -> None:
    """Do what a button or a key of the editor asked for."""
    if action in ("save", "save_next"):
        keeping.tell_saved(image, editing.save(image))
    target = {"save_next": next_id, "next": next_id, "previous": previous_id}.get(action)
    if target is not None:
        go_to(target)
    if action:
        editing.done()
        st.rerun()


def show_first(image_id: int | None) -> None:
    """Go to an image that has just come in."""
    if image_id is not None:
        go_to(image_id)
        st.rerun()


with shell.plain_errors():
    page()
