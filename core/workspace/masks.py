"""Revisions: saved masks with their provenance, append only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.imaging.decode import read_png
from core.imaging.masks import encode_png
from core.workspace import audit
from core.workspace.classes import reading_table
from core.workspace.drafts import (
    SERVER,
    draft_of,
    go_on_from,
    has_been_saved,
    holds,
    mark_unsaved,
    new_draft,
    write_draft,
)
from core.workspace.files.blobs import BlobStore
from core.workspace.groups import give_rank
from core.workspace.persons import existing_or_new, id_of
from core.workspace.rows import DraftContent, ImageRow, Origin, RevisionRow, Scope
from core.workspace.seen import existing_image
from core.workspace.sql.existing import existing_version
from core.workspace.sql.part import StorePart
from core.workspace.tables import ImageTable, RevisionTable, TaskTable, as_row, as_table
from core.workspace.tasks import classes_of
from core.workspace.truth import point_to


@dataclass(frozen=True)
class NewRevision:
    """A mask to be saved.

    Attributes:
        mask_png: PNG of class indices at the image's own size; 255 is undecided or not checked.
        layer_png: Correction layer at the image's own size, None for an empty one.
        threshold: In [0, 1].
        version_id: Model version under the layer, None for no model.
        seconds: Time spent since the save before.
        foreground: Part of the pixels that is not background, in [0, 1].
        scope: "whole", or "part" where only what was checked counts.
        provenance: Anything else that says where it came from.
        shown: What the editor shows of it, None to leave the person's draft alone. An equal draft is no
            longer unsaved; a missing one is laid down; one that was drawn on meanwhile stays unsaved.
        replace_draft: Lay `shown` down whatever the draft holds.
        counts: It becomes the mask that counts, and what others begin from; a second reading does not.
    """

    mask_png: bytes
    layer_png: bytes | None
    threshold: float
    version_id: int | None
    who: str
    seconds: float
    foreground: float
    origin: Origin = "person"
    scope: Scope = "whole"
    provenance: dict[str, Any] = field(default_factory=dict)
    shown: DraftContent | None = None
    client_id: str = SERVER
    replace_draft: bool = False
    counts: bool = True


class Masks(StorePart):
    """The saved masks of a workspace."""

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
        # Before the lock, too: nobody waits for it while files are slow, or cannot be written at all.
        with self._database.plain_errors():
            _put_files(self._blobs, new)
        with self._database.writing() as session:
            return as_row(RevisionRow, save_in(session, self._blobs, image_id, new))

    def history(self, image_id: int) -> list[RevisionRow]:
        """All revisions of an image, the newest first."""
        query = select(RevisionTable).where(RevisionTable.image_id == image_id)
        return self._all(RevisionRow, query.order_by(RevisionTable.number.desc()))

    def get(self, revision_id: int) -> RevisionRow:
        """One revision.

        Raises:
            StoreError: There is none of that number.
        """
        with self._database.reading() as session:
            found = session.get(RevisionTable, revision_id)
            if found is None:
                raise StoreError(
                    "There is no revision number {revision_id}; its image may have been deleted.",
                    revision_id=revision_id,
                )
            return as_row(RevisionRow, found)

    def of_task(self, task_id: int) -> list[RevisionRow]:
        """All revisions of a task, the oldest first."""
        of_image = select(RevisionTable).join(ImageTable, ImageTable.id == RevisionTable.image_id)
        return self._all(
            RevisionRow, of_image.where(ImageTable.task_id == task_id).order_by(RevisionTable.id)
        )

    def naming(self, task_id: int, key: str) -> list[RevisionRow]:
        """The revisions of a task whose provenance names another one under a key, and those; oldest first."""
        named = RevisionTable.provenance[key].as_integer()
        of_task = select(RevisionTable.id, named).join(ImageTable, ImageTable.id == RevisionTable.image_id)
        pairs = self._found(of_task.where(ImageTable.task_id == task_id, named.is_not(None)))
        ids = {each for pair in pairs for each in pair}
        return self.get_all(ids) if ids else []

    def last_of(self, image_id: int, who: str) -> tuple[RevisionRow, timedelta] | None:
        """The last mask that a person saved of an image, with its age by the database's clock."""
        with self._database.reading() as session:
            own = RevisionTable.person_id == id_of(who)
            query = select(RevisionTable).where(RevisionTable.image_id == image_id, own)
            found = session.scalars(query.order_by(RevisionTable.id.desc()).limit(1)).first()
            if found is None:
                return None
            return as_row(RevisionRow, found), self._database.now(session) - found.created_at

    def last_before(self, task_id: int, who: str, age: timedelta) -> dict[int, int]:
        """The last mask that a person saved of each image of a task, where it is so old and not flagged.

        Returns:
            Keys of revisions by image id, in the order in which they were saved.
        """
        last = func.max(RevisionTable.id)
        query = select(RevisionTable.image_id, last).join(ImageTable, ImageTable.id == RevisionTable.image_id)
        with self._database.reading() as session:
            own = RevisionTable.person_id == id_of(who)
            is_old = func.max(RevisionTable.created_at) <= self._database.now(session) - age
            query = query.where(ImageTable.task_id == task_id, ImageTable.review != "flagged", own)
            grouped = query.group_by(RevisionTable.image_id).having(is_old).order_by(last)
            return {image_id: revision_id for image_id, revision_id in session.execute(grouped)}

    def get_all(self, revision_ids: Collection[int]) -> list[RevisionRow]:
        """Revisions by key, the oldest first."""
        query = select(RevisionTable).where(RevisionTable.id.in_(revision_ids))
        return self._all(RevisionRow, query.order_by(RevisionTable.id))

    def files(self) -> dict[int, str]:
        """The file of every mask of the workspace, by revision id."""
        found = self._found(select(RevisionTable.id, RevisionTable.mask_file))
        return {revision_id: mask_file for revision_id, mask_file in found}

    def image_ids(self, revision_ids: Collection[int]) -> set[int]:
        """The images that these revisions are of; one that is gone is left out."""
        return {*self._values(select(RevisionTable.image_id).where(RevisionTable.id.in_(revision_ids)))}

    def point_back(self, revision_id: int, to_id: int, *, shown: DraftContent, who: str) -> None:
        """Let an older revision of the image count again in place of an agreed one, which stays.

        Args:
            revision_id: The agreed one.
            to_id: The older one.
            shown: What the editor shows of the older one.

        Raises:
            StoreError: One of them is gone, or another mask counts by now.
        """
        with self._database.writing(needs="judge") as session:
            agreed, older = session.get(RevisionTable, revision_id), session.get(RevisionTable, to_id)
            image = None if agreed is None else existing_image(session, agreed.image_id)
            if image is None or older is None or older.image_id != image.id:
                raise StoreError(
                    "Revision {to_id} is no older mask of this image; look at it again.", to_id=to_id
                )
            if image.truth_revision_id != revision_id:
                raise StoreError("The agreed mask counts no longer; another one was saved meanwhile.")
            point_to(session, image, older)
            go_on_from(session, image, shown)
            mark_unsaved(session, image)
            facts = {"image": image.id, "revision": revision_id, "back_to": to_id}
            audit.append(session, "agreement_undone", facts, who=who, task_id=image.task_id)

    def num_locked(self, revision_ids: Collection[int]) -> int:
        """How many images with one of these revisions are locked."""
        query = select(func.count(func.distinct(ImageTable.id))).join(
            RevisionTable, RevisionTable.image_id == ImageTable.id
        )
        return self._number(query.where(RevisionTable.id.in_(revision_ids), ImageTable.locked.is_(True)))

    def read_mask_png(self, revision: RevisionRow) -> bytes:
        """The mask as PNG of class values, as they are read now: 255 is undecided or not checked.

        `core.workspace.classes` says what becomes of classes that were merged or deleted since.
        """
        png = self._blobs.read(revision.mask_file)
        with self._database.reading() as session:
            query = select(TaskTable).join(ImageTable, ImageTable.task_id == TaskTable.id)
            task = session.scalars(query.where(ImageTable.id == revision.image_id)).first()
            classes = () if task is None else classes_of(task)
        if all(each.becomes is None for each in classes):
            return png
        return encode_png(reading_table(classes)[read_png(png, "mask")])

    def read_layer_png(self, revision: RevisionRow) -> bytes | None:
        """The correction layer as PNG at the image's own size, None for an empty one."""
        return None if revision.layer_file is None else self._blobs.read(revision.layer_file)


def save_in(session: Session, blobs: BlobStore, image_id: int, new: NewRevision) -> RevisionTable:
    """`Masks.save` inside the caller's transaction.

    Raises:
        StoreError: The image or the version is gone.
    """
    image = existing_image(session, image_id)
    if new.version_id is not None:
        existing_version(session, new.version_id)
    # Again, under the lock: a deletion of the same content may have been under way.
    mask_file, layer_file = _put_files(blobs, new)
    person = existing_or_new(session, new.who)
    image.num_revisions += 1
    revision = as_table(
        RevisionTable,
        new,
        image_id=image_id,
        number=image.num_revisions,
        mask_file=mask_file,
        layer_file=layer_file,
        person_id=person.id,
        who=person.name,
    )
    session.add(revision)
    session.flush()
    if new.counts:
        point_to(session, image, revision)
        give_rank(session, image)
    _settle_drafts(session, image, person.id, new)
    facts = {"image": image_id, "revision": revision.id, "mask": mask_file, "origin": new.origin}
    if not new.counts:
        facts["counts"] = False
    audit.append(session, "mask_saved", facts, who=person.name, task_id=image.task_id)
    return revision


def _put_files(blobs: BlobStore, new: NewRevision) -> tuple[str, str | None]:
    mask_file = blobs.put(new.mask_png, ".png")
    return mask_file, None if new.layer_png is None else blobs.put(new.layer_png, ".png")


def is_trainable(image: ImageRow) -> bool:
    """True for an image that fine-tuning may learn from: corrected by a person, not locked, and no gold."""
    return image.state == "corrected" and not image.locked and image.gold_revision_id is None


def _settle_drafts(session: Session, image: ImageTable, person_id: int, new: NewRevision) -> None:
    if new.shown is not None:
        draft = draft_of(session, image.id, person_id)
        if draft is None or new.replace_draft:
            sequence = draft.sequence if draft is not None and draft.client_id == new.client_id else 0
            draft = draft or new_draft(session, image.id, person_id)
            write_draft(session, image, draft, new.shown, client_id=new.client_id, sequence=sequence)
        if holds(draft, new.shown):
            has_been_saved(draft)
        if new.counts:
            go_on_from(session, image, new.shown)
    mark_unsaved(session, image)
