"""Segment: upload, look at the predicted mask, slide the threshold, correct, save, go on."""

import streamlit as st

from core.ui import shell, state
from core.ui.segment import adding, editing, keeping
from core.ui.segment.navigation import choose_filter, current_image, forget_image, go_to
from core.ui.segment.strip import strip, with_current
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
        image = editing.opened(current, window=keeping.window())
        editing.draw(image)
    with right:
        keeping.choose_model(image)
        save, save_and_next = keeping.save_buttons()
        status = st.container()
        keeping.rarely_needed(image, after_delete=forget_image)
    action = editing.take_action()
    if save or save_and_next or action in ("save", "save_next"):
        revision = editing.save(image)
        keeping.tell_saved(image, revision)
        if (save_and_next or action == "save_next") and next_id is not None:
            go_to(next_id)
        st.rerun()
    if action in ("next", "previous"):
        target = next_id if action == "next" else previous_id
        if target is not None:
            go_to(target)
            st.rerun()
    with status:
        keeping.saved_line(image)
    editing.get_ready(next_id)


def show_first(image_id: int | None) -> None:
    """Go to an image that has just come in."""
    if image_id is not None:
        go_to(image_id)
        st.rerun()


with shell.plain_errors():
    page()
