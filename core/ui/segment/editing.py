"""The current image in the mask editor, and its strokes on their way to the draft on disk.

The editor is a fragment: a stroke reruns nothing else, and asks the store for its own draft only. The page
runs again where a stroke changes what stands around it (the mark of unsaved changes) or a key asks for more.
The editor's messages say which image and version they belong to, so that a stroke that arrives after Next is
kept with the image it was drawn on. What is kept here may be lost: the draft on disk is the truth.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import AppError, StaleDraftError, StoreError
from core.imaging.decode import decode_image
from core.ui import state
from core.ui import words as shared
from core.ui.errors import plain_errors
from core.ui.mask_editor import (
    Acknowledgement,
    Action,
    ClickAnswer,
    ClickRequest,
    EditorClass,
    EditorImage,
    EditorMessage,
    EditorOptions,
    LayerInsert,
    carry_image,
    mask_editor,
)
from core.ui.segment import class_words, smart_click, words
from core.workflows.correct.open_image import OpenedImage, open_image
from core.workflows.correct.pictures import prefetch
from core.workflows.correct.save_mask import save_mask
from core.workflows.correct.second_reader import begin_blind
from core.workflows.correct.slices import geometry_of
from core.workspace import DraftContent, ImageRow, RevisionRow, Scope, TaskClass, TaskRow
from core.workspace.classes import reading_table
from core.workspace.drafts import SERVER

EDITOR_KEY = "mask_editor"
_MOST_AHEAD = 16


@dataclass
class _Tab:
    """What this tab knows of one image.

    Attributes:
        token: Changes when the editor has to take the draft anew, also after a restart of the server.
        base_revision: Revision of the draft that this tab has seen, None for no draft.
        seconds_before: Seconds of the draft when it was opened, less those of a save since.
        last_seconds: What the editor last said it took.
        shown: What the editor last said it shows, also where it was refused; None before its first message.
        client_id: Who the editor says it is, empty before its first message.
        conflict: Another tab wrote in between, and the person has not chosen yet.
        on_disk: Whose message was on disk when that was looked up last.
    """

    token: str = ""
    base_revision: int | None = None
    seconds_before: float = 0.0
    last_seconds: float = 0.0
    shown: DraftContent | None = None
    client_id: str = ""
    conflict: Acknowledgement | None = None
    on_disk: Acknowledgement | None = None


@dataclass
class _Session:
    """The open image and what this tab knows of it and of those before.

    Attributes:
        drawing: Image and version that are open, None where the draft has to be taken anew.
        opened: What is open.
        tabs: What this tab knows of each image.
        insert: Proposal to lay over the layer.
        steady: Further strokes change nothing around the editor.
        needs_page: What the page around the editor shows is no longer true.
        wanted: Image and the version that the person wants under its corrections, until that is done.
        name: Sets the tokens of this session apart from those of every other.
        num_tokens: Tokens given.
        action: What a button or a key asks for.
        ahead: Images that were made ready last.
        warmed: Version that was loaded ahead.
    """

    drawing: tuple[int, int | None] | None = None
    opened: OpenedImage | None = None
    tabs: dict[int, _Tab] = field(default_factory=dict)
    insert: LayerInsert | None = None
    steady: bool = False
    needs_page: bool = False
    wanted: tuple[int, int] | None = None
    name: str = field(default_factory=lambda: secrets.token_hex(4))
    num_tokens: int = 0
    action: Action = ""
    ahead: list[int] = field(default_factory=list)
    warmed: int | None = None


def _session() -> _Session:
    return st.session_state.setdefault("editing", _Session())  # type: ignore[no-any-return]


def opened(image: ImageRow) -> OpenedImage:
    """The image as it is open in this session; the draft is read anew only where image or version change.

    An image without a draft is predicted by the version chosen in the Model box; one with a draft keeps the
    version that it was begun on.
    """
    session = _session()
    workspace = state.workspace()
    _use_wanted_version(session, image)
    begin_blind(workspace, image, state.person())
    draft = workspace.drafts.get(image.id, state.person())
    current = workspace.versions.current(image.task_id)
    chosen = state.page_state().version_of_task.get(image.task_id, current.id if current else None)
    version_id = draft.version_id if draft is not None else chosen
    drawing = (image.id, version_id)
    classes = workspace.tasks.get_by_id(image.task_id).all_classes
    if session.opened is None or session.opened.classes != classes or session.drawing != drawing:
        with st.spinner(shared.PREDICTING):
            session.opened = open_image(
                workspace,
                image.id,
                state.predictors(),
                who=state.person(),
                version_id=version_id,
            )
        if session.drawing != drawing:
            _take_draft(session, session.opened)
        session.drawing = drawing
    return session.opened


def reopen() -> None:
    """Let the editor take the draft on disk anew: it was changed from outside."""
    _session().drawing = None


def ask_version(image_id: int, version_id: int) -> None:
    """Note which version's prediction the person wants; the page's body lays it under the newest strokes."""
    _session().wanted = (image_id, version_id)


def _use_wanted_version(session: _Session, image: ImageRow) -> None:
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
        content = DraftContent(draft.threshold, draft.layer_png, version_id, draft.seconds)
        workspace.drafts.start_from(image.id, content, who)
    session.drawing, session.wanted = None, None


def draw(image: OpenedImage, *, steady: bool) -> None:
    """Draw the editor with the open image.

    Args:
        image: What is open.
        steady: Further strokes change nothing around the editor: it is shown as an image with unsaved
            changes already, no labels follow its mask, and nothing is said of what the model found.
    """
    session = _session()
    session.steady, session.needs_page = steady, False
    shown = _editor_image(image)
    _editor(image, shown)
    # Outside of the fragment: a stroke does not send the image again.
    carry_image(shown, key=EDITOR_KEY, on_message=_keep)


@st.fragment
@plain_errors()
def _editor(image: OpenedImage, shown: EditorImage) -> None:
    session = _session()
    if session.action or session.drawing is None:
        st.rerun()
    tab = session.tabs[image.image.id]
    # While the store is away the editor stays, says why a stroke was refused, and sends it again.
    with suppress(StoreError):
        draft = state.workspace().drafts.get(image.image.id, state.person())
        tab.on_disk = Acknowledgement(draft.client_id, draft.sequence) if draft else None
    mask_editor(
        shown,
        key=EDITOR_KEY,
        threshold=image.threshold,
        layer_png=image.layer_png,
        draft_token=f"{shown.image_id}.{tab.token}",
        acknowledged=tab.conflict or tab.on_disk,
        on_message=_keep,
        on_clicks=_follow,
        insert=session.insert,
        options=EditorOptions(checked_only=scope_of(image) == "part"),
    )
    if session.needs_page:
        st.rerun()


def _editor_image(image: OpenedImage) -> EditorImage:
    return EditorImage(
        image_id=f"{image.image.id}.{_version_id(image) or 0}",
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
    geometry, facts = geometry_of(state.workspace(), image.image), image.image.facts
    if geometry is None:
        return None
    return geometry.pixel_mm2 * facts.height * facts.width / (image.height * image.width)


def warm_up(task: TaskRow) -> None:
    """Load the task's model in the background, while the person still looks for an image."""
    version_id = state.page_state().version_of_task.get(task.id, task.current_version_id)
    if version_id is None or _session().warmed == version_id:
        return
    _session().warmed = version_id
    workspace = state.workspace()
    folder = workspace.versions.open(workspace.versions.get(version_id))
    state.background().submit(state.predictors().get, folder)


def get_ready(next_id: int | None) -> None:
    """Decode and predict an image that may come next in the background, so that Next is quick."""
    ahead = _session().ahead
    if next_id is None or next_id in ahead:
        return
    ahead[:] = [*ahead[1 - _MOST_AHEAD :], next_id]
    workspace = state.workspace()
    image = workspace.images.get(next_id)
    chosen = state.page_state().version_of_task.get(image.task_id)
    version = workspace.versions.get(chosen) if chosen else workspace.versions.current(image.task_id)
    state.background().submit(prefetch, workspace, next_id, version, state.predictors())


def request(action: Action) -> None:
    """Note what a button or a key asks for, until the page has done it, whatever interrupts."""
    _session().action = action


def requested() -> Action:
    """What was asked for and is not done yet."""
    return _session().action


def done() -> None:
    """What was asked for is done."""
    _session().action = ""


def insert_layer(png: bytes) -> None:
    """Lay a proposal over the layer as one step that undo takes back."""
    session = _session()
    session.num_tokens += 1
    session.insert = LayerInsert(f"insert-{session.name}.{session.num_tokens}", png)


def set_threshold(image: OpenedImage, threshold: float) -> None:
    """Let the editor go on with another threshold; the layer stays."""
    workspace, who = state.workspace(), state.person()
    draft = workspace.drafts.get(image.image.id, who)
    content = DraftContent(
        threshold,
        None if draft is None else draft.layer_png,
        _version_id(image),
        0.0 if draft is None else draft.seconds,
    )
    workspace.drafts.start_from(image.image.id, content, who)
    reopen()


def save(image: OpenedImage) -> RevisionRow:
    """Keep what this tab's editor shows as a new revision, also while another tab's draft is on disk.

    Of "save and next" only the "next" is left to do then.
    """
    session, workspace, predictors, who = _session(), state.workspace(), state.predictors(), state.person()
    tab = session.tabs[image.image.id]
    content = tab.shown or DraftContent(
        threshold=image.threshold,
        layer_png=image.layer_png,
        version_id=_version_id(image),
        seconds=tab.seconds_before,
    )
    revision = save_mask(
        workspace,
        image.image.id,
        predictors,
        content=content,
        who=who,
        scope=scope_of(image),
        client_id=tab.client_id or SERVER,
    )
    # At once: a rerun may interrupt at the next call of Streamlit, and would save a second time.
    session.action = "next" if session.action == "save_next" else ""
    # The seconds of the next revision begin here.
    tab.seconds_before = -tab.last_seconds
    draft = workspace.drafts.get(image.image.id, state.person())
    if draft is not None and tab.conflict is None:
        tab.base_revision = draft.revision
    return revision


def scope_of(image: OpenedImage) -> Scope:
    """What of the open image counts: what the person chose, else as it was saved last."""
    chosen: Scope | None = st.session_state.get(_scope_key(image))
    return chosen or image.scope


def choose_scope(image: OpenedImage) -> None:
    """Whether the whole image counts or only what was checked."""
    st.session_state.setdefault(_scope_key(image), image.scope)
    st.radio(
        class_words.WHAT_COUNTS,
        ["whole", "part"],
        format_func={"whole": class_words.WHOLE_IMAGE, "part": class_words.ONLY_CHECKED}.__getitem__,
        key=_scope_key(image),
        help=class_words.WHAT_COUNTS_HELP,
    )


def _scope_key(image: OpenedImage) -> str:
    return f"scope_{image.image.id}"


def _keep(message: EditorMessage) -> None:
    """Put a stroke on disk; runs before the page, so that whatever the page does next sees it."""
    session = _session()
    image_id, version_id = _parse_drawing(message.image_id)
    shown = session.opened
    is_open = shown is not None and shown.image.id == image_id and session.drawing is not None
    if shown is not None and is_open and _version_id(shown) != version_id:
        # Painted while another version was being laid under the layer: kept with that one, and shown on it.
        version_id = _version_id(shown)
        session.drawing = None
    tab = session.tabs.setdefault(image_id, _Tab())
    session.action = message.action or session.action
    if message.action == "reload":
        session.action = ""
        tab.conflict = None
        session.drawing = None
        return
    seconds = max(0.0, tab.seconds_before + message.seconds)
    tab.last_seconds, tab.client_id = message.seconds, message.client_id
    tab.shown = DraftContent(message.threshold, message.layer_png, version_id, seconds)
    if message.continues_client:
        _see_continued(tab, image_id, message)
    try:
        draft = state.workspace().drafts.put(
            image_id,
            who=state.person(),
            version_id=version_id,
            threshold=message.threshold,
            layer_png=_as_on_disk(image_id, message),
            client_id=message.client_id,
            sequence=message.sequence,
            seconds=seconds,
            base_revision=tab.base_revision,
            take_over=message.take_over,
        )
    except StaleDraftError:
        tab.conflict = Acknowledgement(message.client_id, message.sequence, saved=False, conflict=True)
        session.action = ""
        return
    tab.base_revision = draft.revision
    tab.conflict = None
    session.needs_page = session.needs_page or (
        draft.has_unsaved_changes and not (is_open and session.steady)
    )


def _follow(request: ClickRequest) -> ClickAnswer:
    """What the clicks of "Smart click" change of the mask that the editor shows."""
    session = _session()
    image_id, _ = _parse_drawing(request.image_id)
    image = session.opened
    if image is None or image.image.id != image_id:
        raise AppError("The image that was clicked is not open any more; click on the one that is shown.")
    tab = session.tabs.get(image_id)
    return smart_click.answer(image, (tab and tab.shown) or _as_opened(image), request)


def _as_opened(image: OpenedImage) -> DraftContent:
    """What the editor shows before it has said anything."""
    return DraftContent(image.threshold, image.layer_png, _version_id(image), 0.0)


def _as_on_disk(image_id: int, message: EditorMessage) -> bytes:
    """The message's layer; of a filled slice that was only looked at, the file that is there already."""
    draft = state.workspace().drafts.get(image_id, state.person())
    if draft is None or not draft.filled or draft.layer_png is None:
        return message.layer_png
    same = np.array_equal(_pixels(draft.layer_png), _pixels(message.layer_png))
    return draft.layer_png if same else message.layer_png


def _pixels(layer_png: bytes) -> NDArray[np.uint8]:
    return np.asarray(decode_image(layer_png, "layer").values, np.uint8)


def _see_continued(tab: _Tab, image_id: int, message: EditorMessage) -> None:
    """Count the draft as seen that was still on its way when the tab before this one was reloaded."""
    draft = state.workspace().drafts.get(image_id, state.person())
    if draft is None or draft.client_id != message.continues_client:
        return
    if draft.sequence <= message.continues_sequence:
        tab.base_revision = draft.revision


def _take_draft(session: _Session, image: OpenedImage) -> None:
    session.num_tokens += 1
    session.insert = None
    session.tabs[image.image.id] = _Tab(
        token=f"{session.name}.{session.num_tokens}",
        base_revision=image.draft_revision,
        seconds_before=image.draft.seconds if image.draft else 0.0,
    )


def _version_id(image: OpenedImage) -> int | None:
    return None if image.version is None else image.version.id


def _parse_drawing(image_id: str) -> tuple[int, int | None]:
    """Image and version of an `EditorImage`."""
    image, version = image_id.split(".")
    return int(image), int(version) or None
