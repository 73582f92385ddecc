"""What a browser tab knows of the images it has open in the editor, and what its person asks for.

What is kept here may be lost: the draft on disk is the truth.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import streamlit as st

from core.ui.mask_editor import Acknowledgement, Action, LayerInsert
from core.ui.mask_editor.contract import MOVES
from core.workflows.correct.open_image import OpenedImage
from core.workspace import DraftContent

_MOST_OF_A_PATH = 64


@dataclass
class EditedImage:
    """What this tab knows of one image.

    Attributes:
        token: Changes when the editor has to take the draft anew, also after a restart of the server.
        base_revision: Revision of the draft that this tab has seen, None for no draft.
        seconds_before: Seconds of the draft when it was opened, less those of a save since.
        last_seconds: What the editor last said it took.
        given: What the editor was given to show, or has put on disk; None for an image that this session
            has not opened.
        shown: What the editor last said it shows, also where it was refused; None before its first message.
        client_id: Who the editor says it is, empty before its first message.
        conflict: Another tab wrote in between, and the person has not chosen yet.
        on_disk: Whose message was on disk when that was looked up last.
    """

    token: str = ""
    base_revision: int | None = None
    seconds_before: float = 0.0
    last_seconds: float = 0.0
    given: DraftContent | None = None
    shown: DraftContent | None = None
    client_id: str = ""
    conflict: Acknowledgement | None = None
    on_disk: Acknowledgement | None = None


@dataclass
class EditingSession:
    """The open image and what this tab knows of it and of those before.

    Attributes:
        drawing: Image, version and person whose drawing is open, None where the draft has to be taken anew.
        is_named: Its person has given a name.
        tabs: What this tab knows of each image.
        insert: Proposal to lay over the layer.
        steady: Further strokes change nothing around the editor.
        needs_page: What the page around the editor shows is no longer true.
        wanted: Image and the version that the person wants under its corrections, until that is done.
        name: Sets the tokens of this session apart from those of every other.
        action: What a button or a key asks for.
        action_on: The image that was open where it was asked for.
        saves: The image that is to be saved before that.
        presses: How often in a row.
        path: The images that keys led over.
        arrived: The last one of them was opened.
        not_opened: The image that could not be opened.
        ahead: Images that were made ready last.
        warmed: Version that was loaded ahead.
    """

    drawing: tuple[int, int | None, str] | None = None
    opened: OpenedImage | None = None
    is_named: bool = False
    tabs: dict[int, EditedImage] = field(default_factory=dict)
    insert: LayerInsert | None = None
    steady: bool = False
    needs_page: bool = False
    wanted: tuple[int, int] | None = None
    name: str = field(default_factory=lambda: secrets.token_hex(4))
    num_tokens: int = 0
    action: Action = ""
    action_on: int | None = None
    saves: int | None = None
    presses: int = 0
    path: list[int] = field(default_factory=list)
    arrived: bool = True
    not_opened: int | None = None
    ahead: list[int] = field(default_factory=list)
    warmed: int | None = None

    def forget(self) -> None:
        """Leave undone what was asked for."""
        self.action, self.saves = "", None

    def has_saved(self) -> None:
        """Of what was asked for only the move is left: of "save and next" the "next"."""
        self.saves = None
        if self.action not in MOVES:
            self.action, self.presses = ("next" if self.action == "save_next" else ""), 1

    def take_draft(self, image: OpenedImage) -> None:
        """Have the editor take the draft on disk anew."""
        self.num_tokens += 1
        self.insert = None
        self.tabs[image.image.id] = EditedImage(
            token=f"{self.name}.{self.num_tokens}",
            base_revision=image.draft.revision if image.draft else None,
            seconds_before=image.draft.seconds if image.draft else 0.0,
            given=image.content,
        )


def editing_session() -> EditingSession:
    """What this tab knows."""
    return st.session_state.setdefault("editing", EditingSession())  # type: ignore[no-any-return]


def request(action: Action, image_id: int, *, presses: int = 1) -> None:
    """Note what a button or a key asks for on an image, until the page has done it, whatever interrupts."""
    session = editing_session()
    is_repeated = session.action == action or (session.action, action) == ("save_next", "next")
    session.presses = presses + (session.presses if is_repeated else 0)
    session.action, session.action_on = action, image_id
    if action.startswith("save"):
        session.saves = image_id


def requested() -> Action:
    """What was asked for and is not done yet."""
    return editing_session().action


def steps() -> int:
    """How many images or slices further on it leads; each press counts, also where they come together."""
    session = editing_session()
    return session.presses if session.action in MOVES else 0


def path_from(current_id: int) -> list[int]:
    """The images that keys have led over; they go on from the last one.

    What a browser asks for while it waits for an image comes with the address of one before it.

    Args:
        current_id: The image of the address.
    """
    session = editing_session()
    path = session.path
    if steps():
        is_late = session.action_on in path[:-1] and current_id in path
    else:
        is_late = current_id in path[-1:] or (current_id in path and not session.arrived)
    return list(path) if is_late else [current_id]


def is_save_of(image_id: int) -> bool:
    """Whether that is to save this image: the one that it was asked on may be gone since."""
    return editing_session().saves == image_id


def done(path: list[int]) -> None:
    """What was asked for is done, but for the last image of the path, which is to be opened."""
    session = editing_session()
    session.forget()
    session.path, session.arrived = path[-_MOST_OF_A_PATH:], False
