"""Revisions: saved masks with their provenance, append only; and the ranks that lock images."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.workspace.blobs import BlobStore
from core.workspace.database import Database
from core.workspace.drafts import SERVER, DraftContent, holds, write_draft
from core.workspace.rows import ImageRow, Origin, RevisionRow
from core.workspace.tables import DraftTable, ImageTable, RevisionTable, TaskTable, VersionTable


@dataclass(frozen=True)
class NewRevision:
    """A mask to be saved.

    Attributes:
        mask_png: PNG of class indices at the image's own size.
        layer_png: Correction layer at the image's own size, None for an empty one.
        threshold: In [0, 1].
        version_id: Model version under the layer, None for no model.
        who: Name of the person.
        seconds: Time spent since the save before.
        foreground: Part of the pixels that is not background, in [0, 1].
        origin: "person", "imported" or "restored"; an imported mask makes no image corrected.
        provenance: Anything else that says where it came from.
        shown: What the editor shows of it, None to leave the draft alone. An equal draft is no longer
            unsaved; a missing one is laid down; one that was drawn on meanwhile stays unsaved.
        client_id: Tab that saves.
        replace_draft: Lay `shown` down whatever the draft holds.
    """

    mask_png: bytes
    layer_png: bytes | None
    threshold: float
    version_id: int | None
    who: str
    seconds: float
    foreground: float
    origin: Origin = "person"
    provenance: dict[str, Any] = field(default_factory=dict)
    shown: DraftContent | None = None
    client_id: str = SERVER
    replace_draft: bool = False


def is_locked_rank(rank: int) -> bool:
    """True for the 2nd, 7th, 12th, 17th ... corrected image of a task: kept from training for good."""
    return rank % 5 == 2


class Masks:
    """The saved masks of a workspace."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    def save(self, image_id: int, new: NewRevision) -> RevisionRow:
        """Keep a mask as the image's next revision: files first, rows last, in one transaction.

        Raises:
            StoreError: The image is gone or the disk is full; nothing is half-written.
            ValueError: A threshold or a foreground outside [0, 1], or no name.
        """
        if not 0.0 <= new.threshold <= 1.0 or not 0.0 <= new.foreground <= 1.0:
            raise ValueError(
                f"threshold and foreground must lie in [0, 1], got {new.threshold}, {new.foreground}"
            )
        if not new.who.strip():
            raise ValueError("a revision needs the name of the person who saves it")
        with self._database.plain_errors():
            self._put_files(new)
        with self._database.writing() as session:
            image = session.get(ImageTable, image_id)
            if image is None:
                raise StoreError(f"There is no image number {image_id}; it may have been deleted.")
            if new.version_id is not None and session.get(VersionTable, new.version_id) is None:
                raise StoreError(f"There is no version number {new.version_id}; choose another model.")
            # Again, under the lock: a deletion of the same content may have been under way.
            mask_file, layer_file = self._put_files(new)
            image.num_revisions += 1
            revision = RevisionTable(
                image_id=image_id,
                number=image.num_revisions,
                mask_file=mask_file,
                layer_file=layer_file,
                threshold=new.threshold,
                version_id=new.version_id,
                who=new.who.strip(),
                origin=new.origin,
                seconds=new.seconds,
                foreground=new.foreground,
                provenance=new.provenance,
            )
            session.add(revision)
            if new.origin != "imported":
                _give_rank(session, image)
            _settle_draft(session, image_id, new)
            session.flush()
            return _to_row(revision)

    def history(self, image_id: int) -> list[RevisionRow]:
        """All revisions of an image, the newest first."""
        query = select(RevisionTable).where(RevisionTable.image_id == image_id)
        with self._database.reading() as session:
            found = session.scalars(query.order_by(RevisionTable.number.desc()))
            return [_to_row(each) for each in found]

    def latest(self, image_id: int) -> RevisionRow | None:
        """The newest revision of an image, None before the first."""
        history = self.history(image_id)
        return history[0] if history else None

    def get(self, revision_id: int) -> RevisionRow:
        """One revision.

        Raises:
            StoreError: There is none of that number.
        """
        with self._database.reading() as session:
            found = session.get(RevisionTable, revision_id)
            if found is None:
                raise StoreError(
                    f"There is no revision number {revision_id}; its image may have been deleted."
                )
            return _to_row(found)

    def latest_of_task(self, task_id: int) -> dict[int, RevisionRow]:
        """The newest revision of every image of a task that has one, by image id, in one query."""
        query = (
            select(RevisionTable)
            .join(ImageTable, ImageTable.id == RevisionTable.image_id)
            .where(ImageTable.task_id == task_id, RevisionTable.number == ImageTable.num_revisions)
        )
        with self._database.reading() as session:
            return {each.image_id: _to_row(each) for each in session.scalars(query)}

    def read_mask_png(self, revision: RevisionRow) -> bytes:
        """The mask as PNG of class indices."""
        return self._blobs.read(revision.mask_file)

    def read_layer_png(self, revision: RevisionRow) -> bytes | None:
        """The correction layer as PNG at the image's own size, None for an empty one."""
        return None if revision.layer_file is None else self._blobs.read(revision.layer_file)

    def _put_files(self, new: NewRevision) -> tuple[str, str | None]:
        mask_file = self._blobs.put(new.mask_png, ".png")
        return mask_file, None if new.layer_png is None else self._blobs.put(new.layer_png, ".png")


def is_trainable(image: ImageRow) -> bool:
    """True for an image that fine-tuning may learn from: corrected by a person and not locked."""
    return image.corrected_rank is not None and not image.locked


def _give_rank(session: Session, image: ImageTable) -> None:
    if image.corrected_rank is not None:
        return
    task = session.get_one(TaskTable, image.task_id)
    task.num_ranked += 1
    image.corrected_rank = task.num_ranked
    image.locked = is_locked_rank(task.num_ranked)


def _settle_draft(session: Session, image_id: int, new: NewRevision) -> None:
    if new.shown is None:
        return
    draft = session.get(DraftTable, image_id)
    if draft is None or draft.is_cleared or new.replace_draft:
        sequence = draft.sequence if draft is not None and draft.client_id == new.client_id else 0
        draft = write_draft(session, image_id, new.shown, new.client_id, sequence)
    if holds(draft, new.shown):
        draft.has_unsaved_changes = False
        draft.seconds = 0.0


def _to_row(revision: RevisionTable) -> RevisionRow:
    return RevisionRow(
        id=revision.id,
        image_id=revision.image_id,
        number=revision.number,
        mask_file=revision.mask_file,
        layer_file=revision.layer_file,
        threshold=revision.threshold,
        version_id=revision.version_id,
        who=revision.who,
        origin=revision.origin,  # type: ignore[arg-type]
        seconds=revision.seconds,
        foreground=revision.foreground,
        provenance=revision.provenance,
        created_at=revision.created_at,
    )
