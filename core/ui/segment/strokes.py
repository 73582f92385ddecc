"""Strokes and clicks of the editor, on their way to the draft on disk and to the network.

The editor's messages say which image and version they belong to, so that a stroke that arrives after Next is
kept with the image it was drawn on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.errors import AppError, StaleDraftError
from core.imaging.decode import read_png
from core.ui import state
from core.ui.mask_editor import Acknowledgement, ClickAnswer, ClickRequest, EditorMessage
from core.ui.segment import smart_click
from core.ui.segment.editing_session import EditedImage, editing_session, request
from core.workspace import DraftContent


def keep(message: EditorMessage) -> None:
    """Put a stroke on disk; runs before the page, so that whatever the page does next sees it."""
    session = editing_session()
    image_id, version_id = _parse_drawing(message.image_id)
    shown = session.opened
    is_open = shown is not None and shown.image.id == image_id and session.drawing is not None
    if shown is not None and is_open and shown.version_id != version_id:
        # Painted while another version was being laid under the layer: kept with that one, and shown on it.
        version_id = shown.version_id
        session.drawing = None
    tab = session.tabs.setdefault(image_id, EditedImage())
    if message.action == "reload":
        session.forget()
        tab.conflict = None
        session.drawing = None
        return
    seconds = max(0.0, tab.seconds_before + message.seconds)
    tab.last_seconds, tab.client_id = message.seconds, message.client_id
    tab.shown = DraftContent(message.threshold, message.layer_png, version_id, seconds)
    if message.continues_client:
        _see_continued(tab, image_id, message)
    # A press that was done already is said again where the answer was late.
    is_of_key = bool(message.action) or message.action_number > 0
    if is_of_key and tab.conflict is None and _is_kept(tab, image_id, version_id, message):
        _request(message, image_id)
        return
    try:
        draft = state.workspace().drafts.put(
            image_id,
            who=state.person(),
            version_id=version_id,
            threshold=message.threshold,
            layer_png=message.layer_png,
            client_id=message.client_id,
            sequence=message.sequence,
            seconds=seconds,
            base_revision=tab.base_revision,
            take_over=message.take_over,
        )
    except StaleDraftError:
        tab.conflict = Acknowledgement(message.client_id, message.sequence, saved=False, conflict=True)
        session.forget()
        return
    tab.base_revision = draft.revision
    tab.conflict, tab.given = None, tab.shown
    session.needs_page = session.needs_page or (
        draft.has_unsaved_changes and not (is_open and session.steady)
    )
    _request(message, image_id)


def _request(message: EditorMessage, image_id: int) -> None:
    """Note what keys ask for; last, since a hand-over that is interrupted begins again."""
    if message.save_number:
        request("save", image_id)
    if message.action:
        request(message.action, image_id, presses=message.presses)


def follow(request: ClickRequest) -> ClickAnswer:
    """What the clicks of "Smart click" change of the mask that the editor shows."""
    session = editing_session()
    image_id, _ = _parse_drawing(request.image_id)
    image, tab = session.opened, session.tabs.get(image_id, EditedImage())
    shown = tab.shown or tab.given
    if image is None or image.image.id != image_id or shown is None:
        raise AppError("The image that was clicked is not open any more; click on the one that is shown.")
    return smart_click.answer(image, shown, request)


def _is_kept(tab: EditedImage, image_id: int, version_id: int | None, message: EditorMessage) -> bool:
    """Whether a key press brings nothing new, to the pixel: an image that is only looked at gets no draft.

    Nor is a draft that was filled in called drawn by that. The editor may say it again when the next image is
    open already.
    """
    draft = state.workspace().drafts.get(image_id, state.person())
    known: list[DraftContent | None] = [tab.given]
    if draft is not None:
        # Who only goes on keeps nothing, also where another tab has drawn since; a save is asked about.
        is_save = message.action.startswith("save") or message.save_number
        known = [draft] if is_save else [draft, tab.given]
    pixels = read_png(message.layer_png, "layer")
    return any(each is not None and _is_same(each, pixels, message.threshold, version_id) for each in known)


def _is_same(
    content: DraftContent, pixels: NDArray[np.uint8], threshold: float, version_id: int | None
) -> bool:
    same = (
        np.array_equal(read_png(content.layer_png, "layer"), pixels)
        if content.layer_png
        else not pixels.any()
    )
    return same and (content.threshold, content.version_id) == (threshold, version_id)


def _see_continued(tab: EditedImage, image_id: int, message: EditorMessage) -> None:
    """Count the draft as seen that was still on its way when the tab before this one was reloaded."""
    draft = state.workspace().drafts.get(image_id, state.person())
    if draft is None or draft.client_id != message.continues_client:
        return
    if draft.sequence <= message.continues_sequence:
        tab.base_revision = draft.revision


def _parse_drawing(image_id: str) -> tuple[int, int | None]:
    """Image and version of an `EditorImage`."""
    image, version = image_id.split(".")
    return int(image), int(version) or None
