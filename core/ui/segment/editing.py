"""The current image in the mask editor, from opening it to saving its mask.

The editor is a fragment: a stroke reruns nothing else, and asks the store for its own draft only. The page
runs again where a stroke changes what stands around it (the mark of unsaved changes) or a key asks for more.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import streamlit as st

from core.errors import StoreError
from core.ui import state
from core.ui import words as shared
from core.ui.errors import plain_errors
from core.ui.mask_editor import (
    Acknowledgement,
    EditorClass,
    EditorImage,
    LayerInsert,
    carry_image,
    mask_editor,
)
from core.ui.segment import words
from core.ui.segment.editing_session import EditedImage, EditingSession, editing_session
from core.ui.segment.scope import scope_of
from core.ui.segment.strokes import follow, keep
from core.ui.text import as_name
from core.workflows.correct.blind import reads_blind
from core.workflows.correct.open_image import OpenedImage, open_image
from core.workflows.correct.pictures import prefetch
from core.workflows.correct.save_mask import save_mask
from core.workflows.correct.second_reader import begin_blind, history_for
from core.workflows.correct.slices import pixel_size
from core.workspace import DraftContent, DraftRow, ImageRow, RevisionRow, TaskClass, TaskRow
from core.workspace.classes import reading_table
from core.workspace.drafts import SERVER

EDITOR_KEY = "mask_editor"
_MOST_AHEAD = 16


def opened(image: ImageRow) -> OpenedImage:
    """The image as it is open in this session; the draft is read anew only where it is another drawing.

    An image without a draft is predicted by the version chosen in the Model box; one with a draft keeps the
    version that it was begun on.
    """
    session = editing_session()
    workspace, who = state.workspace(), state.person()
    if session.opened is not None and session.opened.who != who:
        _change_person(session.opened, session)
    session.is_named = bool(state.given_name())
    _use_wanted_version(session, image)
    begin_blind(workspace, image, who)
    draft = workspace.drafts.get(image.id, who)
    current = workspace.versions.current(image.task_id)
    chosen = state.page_state().version_of_task.get(image.task_id, current.id if current else None)
    version_id = draft.version_id if draft is not None else chosen
    drawing = (image.id, version_id, who)
    if _is_another(draft, session.tabs.get(image.id)):
        session.drawing = None
    classes = workspace.tasks.get_by_id(image.task_id).all_classes
    found, reference = session.opened, image.reference_file
    if (
        found is None
        or (found.classes, found.image.reference_file) != (classes, reference)
        or session.drawing != drawing
    ):
        with st.spinner(shared.PREDICTING):
            found = session.opened = open_image(
                workspace,
                image.id,
                state.predictors(),
                who=who,
                version_id=version_id,
            )
        if session.drawing != drawing:
            session.take_draft(found)
        session.drawing = drawing
    return found


def _is_another(draft: DraftRow | None, tab: EditedImage | None) -> bool:
    """Whether the draft on disk is not what an untouched editor shows: masks came, or another tab drew."""
    if draft is None or tab is None or tab.shown is not None or tab.given is None:
        return False
    return (draft.threshold, draft.layer_png) != (tab.given.threshold, tab.given.layer_png)


def _change_person(before: OpenedImage, session: EditingSession) -> None:
    """Another name was given than who has drawn here; what stays with them is told."""
    drafts, who = state.workspace().drafts, state.person()
    if before.who == state.name_of_workspace() and not session.is_named:
        # Who draws first and gives their name then is no other person.
        drafts.hand_over({image_id: tab.client_id for image_id, tab in session.tabs.items()}, before.who, who)
    left = drafts.get(before.image.id, before.who)
    if left is not None and left.who == before.who and left.has_unsaved_changes:
        st.info(words.DRAWN_BEFORE.format(who=as_name(before.who)))


def reopen() -> None:
    """Let the editor take the draft on disk anew: it was changed from outside."""
    editing_session().drawing = None


def ask_version(image_id: int, version_id: int) -> None:
    """Note which version's prediction the person wants; the page's body lays it under the newest strokes."""
    editing_session().wanted = (image_id, version_id)


def _use_wanted_version(session: EditingSession, image: ImageRow) -> None:
    if session.wanted is None or session.wanted[0] != image.id:
        return
    workspace, who, (_, version_id) = state.workspace(), state.person(), session.wanted
    chosen = state.page_state().version_of_task
    tab = session.tabs.get(image.id)
    if tab is not None and tab.conflict is not None:
        session.wanted = None
        st.warning(words.CHOOSE_DRAFT_FIRST)
        return
    current = workspace.versions.current(image.task_id)
    if current is not None and current.id == version_id:
        chosen.pop(image.task_id, None)
    else:
        chosen[image.task_id] = version_id
    draft = workspace.drafts.get(image.id, who)
    if draft is not None:
        workspace.drafts.start_from(image.id, replace(draft, version_id=version_id), who)
    session.drawing, session.wanted = None, None


def draw(image: OpenedImage, *, steady: bool) -> None:
    """Draw the editor with the open image.

    Args:
        steady: Further strokes change nothing around the editor: it is shown as an image with unsaved
            changes already, no labels follow its mask, and nothing is said of how it came about.
    """
    session = editing_session()
    session.steady, session.needs_page = steady, False
    shown = _editor_image(image)
    _editor(image, shown)
    # Outside of the fragment: a stroke does not send the image again.
    carry_image(shown, key=EDITOR_KEY, on_message=keep)


@st.fragment
@plain_errors()
def _editor(image: OpenedImage, shown: EditorImage) -> None:
    session = editing_session()
    if session.action or session.drawing is None:
        st.rerun()
    tab = session.tabs[image.image.id]
    # While the store is away the editor stays, says why a stroke was refused, and sends it again.
    with suppress(StoreError):
        draft = state.workspace().drafts.get(image.image.id, state.person())
        tab.on_disk = (
            None
            if draft is None or _is_bare(image, draft)
            else Acknowledgement(draft.client_id, draft.sequence)
        )
    mask_editor(
        shown,
        key=EDITOR_KEY,
        threshold=image.threshold,
        layer_png=image.layer_png,
        draft_token=f"{shown.image_id}.{tab.token}",
        acknowledged=tab.conflict or tab.on_disk,
        on_message=keep,
        on_clicks=follow,
        insert=session.insert,
        checked_only=scope_of(image) == "part",
    )
    if session.needs_page:
        st.rerun()


def _is_bare(image: OpenedImage, draft: DraftRow) -> bool:
    """Whether it is what a blind reading begins with: an image without a draft, as it looks."""
    if not image.hidden or draft.client_id != SERVER or draft.has_unsaved_changes:
        return False
    reading = reads_blind(state.workspace(), image.image, image.who)
    if reading is not None and reading.is_due:
        return True
    return not history_for(state.workspace(), image.image.id, image.hidden, image.who)


def _editor_image(image: OpenedImage) -> EditorImage:
    return EditorImage(
        image_id=f"{image.image.id}.{image.version_id or 0}",
        height=image.height,
        width=image.width,
        picture=image.picture,
        levels=image.levels,
        classes=_editor_classes(image.classes),
        proposed=image.proposal.proposed_png,
        confidence=image.proposal.confidence_png,
        reference=image.reference_png,
        suggested_threshold=image.suggested_threshold,
        pixel_mm2=_pixel_mm2(image),
    )


def _editor_classes(classes: tuple[TaskClass, ...]) -> tuple[EditorClass, ...]:
    read_as = reading_table(classes)
    return tuple(
        EditorClass(each.value, int(read_as[each.value]), each.name, each.colour, each.key)
        for each in classes
    )


def _pixel_mm2(image: OpenedImage) -> float | None:
    """Area of a pixel of the editor, which may show a scaled copy."""
    size, facts = pixel_size(state.workspace(), image.image), image.image.facts
    if size is None:
        return None
    return size.pixel_mm2 * facts.height * facts.width / (image.height * image.width)


def warm_up(task: TaskRow) -> None:
    """Load the task's model in the background, while the person still looks for an image."""
    version_id = state.page_state().version_of_task.get(task.id, task.current_version_id)
    if version_id is None or editing_session().warmed == version_id:
        return
    editing_session().warmed = version_id
    workspace = state.workspace()
    folder = workspace.versions.open(workspace.versions.get(version_id))
    state.background().submit(state.predictors().get, folder)


def get_ready(next_id: int | None) -> None:
    """Decode and predict an image that may come next in the background, so that Next is quick."""
    ahead = editing_session().ahead
    if next_id is None or next_id in ahead:
        return
    ahead[:] = [*ahead[1 - _MOST_AHEAD :], next_id]
    workspace = state.workspace()
    image = workspace.images.get(next_id)
    chosen = state.page_state().version_of_task.get(image.task_id)
    version = workspace.versions.get(chosen) if chosen else workspace.versions.current(image.task_id)
    state.background().submit(prefetch, workspace, next_id, version, state.predictors())


def insert_layer(png: bytes, *, has_classes: bool = False) -> None:
    """Lay a proposal over the layer as one step that undo takes back; see `LayerInsert`."""
    session = editing_session()
    session.num_tokens += 1
    session.insert = LayerInsert(f"insert-{session.name}.{session.num_tokens}", png, has_classes)


def set_threshold(image: OpenedImage, threshold: float) -> None:
    """Let the editor go on with another threshold; the layer stays."""
    workspace, who = state.workspace(), state.person()
    before = workspace.drafts.get(image.image.id, who) or DraftContent(threshold, None, None)
    content = replace(before, threshold=threshold, version_id=image.version_id)
    workspace.drafts.start_from(image.image.id, content, who)
    reopen()


def save(image: OpenedImage) -> RevisionRow:
    """Keep what this tab's editor shows as a new revision, also while another tab's draft is on disk."""
    session, workspace, who = editing_session(), state.workspace(), state.person()
    tab = session.tabs[image.image.id]
    content = tab.shown or replace(image.content, seconds=tab.seconds_before)
    revision = save_mask(
        workspace,
        image.image.id,
        state.predictors(),
        content=content,
        who=who,
        scope=scope_of(image),
        client_id=tab.client_id or SERVER,
    )
    # At once: a rerun may interrupt at the next call of Streamlit, and would save a second time.
    session.has_saved()
    # The seconds of the next revision begin here.
    tab.seconds_before = -tab.last_seconds
    draft = workspace.drafts.get(image.image.id, who)
    if draft is not None and tab.conflict is None:
        tab.base_revision = draft.revision
    return revision
