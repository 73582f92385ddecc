"""Drafts: what the editor shows of each image, on disk before it is acknowledged.

Two rules keep tabs from harming each other. A message of the tab that wrote last is taken if its sequence
number is higher than the last one (else it came late and changes nothing). A message of another tab is taken
if that tab had seen the newest revision of the draft (`base_revision`), else the person is asked which of
the two goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.errors import StaleDraftError, StoreError
from core.workspace.database import Database
from core.workspace.rows import DraftRow
from core.workspace.tables import DraftTable, ImageTable, VersionTable, utc_now

SERVER = "server"
"""Client that stands for the program itself (starting points, restored revisions); no tab is called so."""


@dataclass(frozen=True)
class DraftContent:
    """What a draft holds.

    Attributes:
        threshold: In [0, 1].
        layer_png: Correction layer as PNG bytes, None for an empty one.
        version_id: Model version under the layer, None for no model.
        seconds: Time spent since the last save.
    """

    threshold: float
    layer_png: bytes | None
    version_id: int | None
    seconds: float = 0.0


class Drafts:
    """The drafts of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, image_id: int) -> DraftRow | None:
        """The image's draft, None where there is none."""
        with self._database.reading() as session:
            draft = session.get(DraftTable, image_id)
            return None if draft is None or draft.is_cleared else _to_row(draft)

    def put(
        self,
        image_id: int,
        *,
        version_id: int | None,
        threshold: float,
        layer_png: bytes | None,
        client_id: str,
        sequence: int,
        seconds: float,
        base_revision: int | None = None,
        take_over: bool = False,
    ) -> DraftRow:
        """The draft as it is on disk after this message; a late message leaves it as it is.

        Args:
            image_id: The image that is drawn on.
            version_id: Model version under the layer.
            threshold: In [0, 1].
            layer_png: Correction layer, checked by the caller; None for an empty one.
            client_id: Which tab writes.
            sequence: Number of the message, rising within a tab.
            seconds: Time spent since the last save.
            base_revision: Revision of the draft that the tab had seen when it opened the image, None for
                none.
            take_over: The person chose this tab.

        Raises:
            StaleDraftError: Another tab has written what this one has not seen; nothing is changed.
            StoreError: The image is gone, or the disk is full; the draft before is untouched.
            ValueError: A threshold outside [0, 1].
        """
        content = DraftContent(threshold, layer_png, version_id, seconds)
        with self._database.writing() as session:
            draft = session.get(DraftTable, image_id)
            if draft is not None and draft.client_id == client_id and sequence <= draft.sequence:
                return _to_row(draft)
            if draft is not None and _is_foreign(draft, client_id, base_revision) and not take_over:
                raise StaleDraftError(
                    "This image has been drawn on in another tab since you opened it here; choose "
                    "which of the two goes on."
                )
            return _to_row(write_draft(session, image_id, content, client_id, sequence))

    def start_from(self, image_id: int, content: DraftContent) -> DraftRow:
        """Lay a draft down from outside any tab; tabs open on the image are told at their next stroke."""
        with self._database.writing() as session:
            return _to_row(write_draft(session, image_id, content, SERVER, 0))

    def clear(self, image_id: int) -> None:
        """Forget the draft; saved revisions stay."""
        with self._database.writing() as session:
            draft = session.get(DraftTable, image_id)
            if draft is not None:
                draft.is_cleared = True
                draft.has_unsaved_changes = False
                draft.layer_png = None
                draft.seconds = 0.0
                draft.revision += 1


def write_draft(
    session: Session, image_id: int, content: DraftContent, client_id: str, sequence: int
) -> DraftTable:
    """Put a draft into its row, inside the caller's transaction; an equal one is not called changed."""
    if not 0.0 <= content.threshold <= 1.0:
        raise ValueError(f"threshold must lie in [0, 1], got {content.threshold}")
    if session.get(ImageTable, image_id) is None:
        raise StoreError(f"There is no image number {image_id}; it may have been deleted.")
    if content.version_id is not None and session.get(VersionTable, content.version_id) is None:
        raise StoreError(f"There is no version number {content.version_id}; choose another model.")
    draft = session.get(DraftTable, image_id)
    if draft is None:
        draft = DraftTable(image_id=image_id, revision=0, has_unsaved_changes=False, is_cleared=True)
        session.add(draft)
    if draft.is_cleared or not holds(draft, content):
        draft.has_unsaved_changes = True
    draft.threshold, draft.layer_png, draft.version_id = (
        content.threshold,
        content.layer_png,
        content.version_id,
    )
    draft.client_id, draft.sequence, draft.seconds = client_id, sequence, content.seconds
    draft.revision += 1
    draft.is_cleared = False
    draft.updated_at = utc_now()
    return draft


def holds(draft: DraftTable, content: DraftContent) -> bool:
    """True where the draft shows exactly this, whatever the time spent."""
    held = (draft.threshold, draft.layer_png, draft.version_id)
    return held == (content.threshold, content.layer_png, content.version_id)


def _is_foreign(draft: DraftTable, client_id: str, base_revision: int | None) -> bool:
    if draft.is_cleared or draft.client_id == client_id:
        return False
    return base_revision != draft.revision


def _to_row(draft: DraftTable) -> DraftRow:
    return DraftRow(
        image_id=draft.image_id,
        version_id=draft.version_id,
        threshold=draft.threshold,
        layer_png=draft.layer_png,
        client_id=draft.client_id,
        sequence=draft.sequence,
        revision=draft.revision,
        seconds=draft.seconds,
        has_unsaved_changes=draft.has_unsaved_changes,
        updated_at=draft.updated_at,
    )
