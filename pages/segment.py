"""Segment: upload, look at the predicted mask, slide the threshold, correct, save, go on."""

import streamlit as st

from core.errors import BadFileError, LostFileError
from core.ui import shell, state
from core.ui.assigned import words
from core.ui.assigned.queue import mine_toggle, view
from core.ui.image_row import find_image
from core.ui.mask_editor import Action
from core.ui.review.tabs.predicting import predict_all_button
from core.ui.segment import editing, keeping
from core.ui.segment.arrive import adding
from core.ui.segment.editing_session import done, editing_session, is_save_of, path_from, requested, steps
from core.ui.segment.flagged import back_to_review, flag_of, flagged_line
from core.ui.segment.found_nothing import finds_nothing, found_nothing
from core.ui.segment.grouping import groups_box
from core.ui.segment.labelling import labels_follow, labels_panel
from core.ui.segment.navigation import choose_filter, chosen_filter, current_image, forget_image, go_to
from core.ui.segment.reading import next_reading, note_next_reading
from core.ui.segment.seen import images_for
from core.ui.segment.stack import (
    do_wished,
    get_ready,
    neighbour,
    shows_filled,
    slice_slider,
    stack_tools,
)
from core.ui.segment.strip import EACH_SIDE, strip
from core.ui.segment.taken import look_only, taken_by
from core.ui.segment.words import NOTHING_FURTHER, OF_IMAGE
from core.ui.text import as_name, as_text
from core.workflows.correct.open_image import OpenedImage
from core.workspace import Around, ImageRow, TaskRow
from core.workspace.images import Images


def page() -> None:
    task = shell.enter()
    state.show_messages()
    current = current_image(task)
    if current is None:
        if task.is_shared:
            st.info(words.NONE_YET)
        show_first(adding.first_images(task))
        # Once the page is there: both want the same cores.
        editing.warm_up(task)
        return
    editing.warm_up(task)
    current = act(task, current)
    mine = view(task, current)
    images = images_for(task, mine)
    with st.container(horizontal=True, vertical_alignment="center", key="above_strip"):
        mine_toggle(task)
        show = choose_filter(task, mine)
        # Together, also where they go on in the next line.
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            show_first(find_image(task))
            show_first(adding.more_images(task))
            show_first(groups_box(task, current))
            predict_all_button(task)
            back_to_review(task)
    flagged_line(task)
    around = images.around(task.id, current.id, show, each_side=EACH_SIDE)
    holder = taken_by(current)
    has_editor = holder is None and editing_session().not_opened != current.id
    strip(mine, images, around, show, go_to, with_keys=not has_editor)
    if holder is None:
        correct(around)
    else:
        flag_of(current)
        look_only(task, current, holder)
    state.thumbnails_ahead(task.id)


def correct(around: Around) -> None:
    """The editor with its column."""
    current = around.image
    left, right = st.columns([4.1, 1], gap="small")
    with left:
        slice_slider(current)
        image = opened_or_told(current)
    if image is None:
        with right:
            keeping.delete_box(current, current.num_revisions, after_delete=forget_image)
        return
    with left:
        nothing = finds_nothing(image, current)
        follows = labels_follow(current) or shows_filled(current) or nothing
        steady = current.has_unsaved_changes and not follows
        editing.draw(image, steady=steady)
    with right:
        flag_of(current)
        keeping.choose_model(image)
        if nothing:
            found_nothing(image)
        keeping.save_buttons(image)
        keeping.saved_line(image, current)
        stack_tools(image)
        labels_panel(image)
        keeping.rarely_needed(image, after_delete=forget_image)
    get_ready(current, around.next_id)


def opened_or_told(current: ImageRow) -> OpenedImage | None:
    """The image for the editor; None, and a sentence in its place, where the file is gone or damaged."""
    session = editing_session()
    before, image, refusal = session.not_opened, None, ""
    try:
        image = editing.opened(current)
    except (BadFileError, LostFileError) as error:
        refusal = as_text(str(error))
    session.not_opened = current.id if refusal else None
    if session.not_opened != before:
        # Without an editor its keys are those of the buttons beside the strip.
        st.rerun()
    if refusal:
        st.error(OF_IMAGE.format(name=as_name(current.name), said=refusal))
    return image


def act(task: TaskRow, current: ImageRow) -> ImageRow:
    """Do what a button or a key of the editor asked for; gives the image that is open after it."""
    images = images_for(task, view(task, current))
    do_wished(current)
    if is_save_of(current.id):
        image = editing.opened(current)
        if requested() == "save_next":
            note_next_reading(task, current)
        keeping.tell_saved(image, editing.save(image), current)
    moves, path = requested(), path_from(current.id)
    target: int | None = path[-1]
    for _ in range(steps()):
        target = further(images, images.get(path[-1]), moves)
        if target is None:
            break
        path.append(target)
    done(path)
    if path[-1] != current.id:
        go_to(path[-1])
        current = images.get(path[-1])
    editing_session().arrived = True
    if target is None:
        end = moves.removeprefix("slice_") if current.stack is None else moves
        st.toast(NOTHING_FURTHER[end], icon=":material/info:")
    return current


def further(images: Images, current: ImageRow, moves: Action) -> int | None:
    """The image or slice that a key leads to; in what is no stack a key for slices goes along the strip."""
    forward = moves in ("next", "slice_next")
    target = neighbour(current, 1 if forward else -1) if moves.startswith("slice") else next_reading()
    if target is None and (moves in ("next", "previous") or current.stack is None):
        around = images.around(current.task_id, current.id, chosen_filter())
        target = around.next_id if forward else around.previous_id
    return target


def show_first(image_id: int | None) -> None:
    """Go to an image that has just come in."""
    if image_id is not None:
        go_to(image_id)
        st.rerun()


with shell.plain_errors():
    page()
