"""Images of a task: the bytes as they came, what decoding found out, and how far each one is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from core.workspace import audit
from core.workspace.assignments import reader_of_new
from core.workspace.files.blobs import sha256_of
from core.workspace.groups import drop_empty, new_single
from core.workspace.groups import existing_or_new as group_of_key
from core.workspace.image_rows import Show
from core.workspace.image_stacks import ImageStacks
from core.workspace.names import folded
from core.workspace.persons import existing_or_new, id_of
from core.workspace.presence import sign_in
from core.workspace.rows import ImageFacts, ImageRow
from core.workspace.seen import existing_image
from core.workspace.sql.existing import existing_task, no_image
from core.workspace.tables import (
    FILE_COLUMNS,
    ImageTable,
    LastLookTable,
    ReviewTable,
    RevisionTable,
    as_table,
    utc_now,
)


class Images(ImageStacks):
    """The images of a workspace."""

    def add(self, task_id: int, name: str, data: bytes, facts: ImageFacts, *, frame: int = 0) -> ImageRow:
        """The image's row; the same frame of the same bytes twice in a task is one row with its first name.

        Args:
            name: File name as it came.
            frame: Which picture of the file, 0 for the first or only one.

        Raises:
            StoreError: No such task, or the disk is full; nothing is half-written.
        """
        return self.add_frames(task_id, name, data, [(frame, facts)], stacked=False)[0]

    def add_frames(
        self,
        task_id: int,
        name: str,
        data: bytes,
        frames: Sequence[tuple[int, ImageFacts]],
        *,
        stacked: bool = True,
    ) -> list[ImageRow]:
        """The rows of pictures of one file, in one transaction.

        Args:
            name: File name as it came.
            frames: Number in the file and what decoding found out, in the order in which they belong.
            stacked: Whether they are slices of one stack and one group; else each is an image by itself.

        Raises:
            StoreError: As `add`.
        """
        sha256, extension = sha256_of(data), PurePath(name).suffix
        with self._database.plain_errors():
            self._blobs.put(data, extension)
        image_ids = []
        with self._database.writing() as session:
            task = existing_task(session, task_id)
            # Again, under the lock: a deletion of the same bytes may have been under way.
            file = self._blobs.put(data, extension)
            for frame, facts in frames:
                image_id = session.scalar(select(ImageTable.id).where(_same(task_id, sha256, frame)))
                if image_id is not None:
                    image_ids.append(image_id)
                    continue
                group = (
                    group_of_key(session, task_id, "volume", sha256, name)
                    if stacked
                    else new_single(session, task_id)
                )
                image = as_table(
                    ImageTable,
                    facts,
                    task_id=task_id,
                    group_id=group.id,
                    locked=group.locked,
                    reader_id=reader_of_new(session, task, group.id),
                    position=task.num_positions,
                    name=name,
                    name_key=folded(name),
                    sha256=sha256,
                    frame=frame,
                    stack=sha256 if stacked else None,
                    file=file,
                )
                task.num_positions += 1
                session.add(image)
                session.flush()
                image_ids.append(image.id)
            # Still in this session: whoever brings an image need not be who is given it.
            query = self._query().where(ImageTable.id.in_(image_ids))
            rows = {row.id: row for row in map(self._row, session.execute(query))}
        return [rows[image_id] for image_id in image_ids]

    def find(self, task_id: int, sha256: str, frame: int = 0) -> ImageRow | None:
        """The frame of these bytes in a task, None where it is not there yet."""
        return self._first(self._query().where(_same(task_id, sha256, frame)))

    def get(self, image_id: int) -> ImageRow:
        """One image.

        Raises:
            StoreError: There is none of that number.
        """
        found = self._first(self._query().where(ImageTable.id == image_id))
        if found is None:
            raise no_image(image_id)
        return found

    def of_group(self, group_id: int, limit: int) -> Sequence[ImageRow]:
        """The first images of a group, in order of arrival."""
        of_group = self._query().where(ImageTable.group_id == group_id)
        return self._rows(of_group.order_by(ImageTable.position).limit(limit))

    def list(self, task_id: int, show: Show = "all") -> list[ImageRow]:
        """All images of a task in order of arrival, for work that goes over the whole task.

        Args:
            show: "new" (not looked at), "draft" (unsaved changes, also of corrected ones), "corrected",
                "locked".
        """
        return self._rows(self._query(task_id, show).order_by(ImageTable.position))

    def mark_looked_at(self, image_id: int, who: str) -> None:
        """A person has opened it, and comes back to it; both are remembered in one short transaction."""
        with self._database.writing() as session:
            image = existing_image(session, image_id)
            image.looked_at = image.looked_at or utc_now()
            person = existing_or_new(session, who, is_known=False)
            sign_in(session, image, person.id, self._database.now(session))

    def last_looked_at(self, task_id: int, who: str) -> int | None:
        """The image that a person had open last in a task, None before the first."""
        nobodys = LastLookTable.person_id.is_(None)
        query = select(LastLookTable.image_id).where(LastLookTable.task_id == task_id)
        query = query.where((LastLookTable.person_id == id_of(who)) | nobodys).order_by(nobodys)
        return next(iter(self._values(query.limit(1))), None)

    def set_reference_mask(self, image_id: int, mask_png: bytes | None) -> None:
        """Keep a mask to compare with (PNG of class indices at the image's own size); None takes it away."""
        if mask_png is not None:
            with self._database.plain_errors():
                self._blobs.put(mask_png, ".png")
        with self._database.writing() as session:
            image = existing_image(session, image_id)
            before = image.reference_file
            image.reference_file = None if mask_png is None else self._blobs.put(mask_png, ".png")
        if before is not None:
            self._remove_unshared([before])

    def add_notes(self, image_id: int, notes: Sequence[str]) -> None:
        """Say more beside an image, once each."""
        with self._database.writing() as session:
            image = existing_image(session, image_id)
            image.notes = [*image.notes, *(note for note in notes if note not in image.notes)]

    def read_reference(self, image: ImageRow) -> bytes | None:
        """The PNG of the reference mask, None where none came along."""
        return None if image.reference_file is None else self._blobs.read(image.reference_file)

    def delete(self, image_id: int, who: str = "") -> None:
        """Take an image away with its drafts, revisions, reviews, labels, and the files nothing else uses.

        The one exception to "nothing is ever deleted"; the page asks twice. Its rank stays used up, and the
        audit keeps that it was there.

        Raises:
            StoreError: There is none of that number.
        """
        with self._database.writing(needs="delete") as session:
            image = existing_image(session, image_id)
            files = {image.file, image.reference_file}
            for column in (RevisionTable.mask_file, RevisionTable.layer_file, ReviewTable.mask_file):
                files.update(session.scalars(select(column).where(column.class_.image_id == image_id)))
            sha256, group_id = image.sha256, image.group_id
            facts = {"image": image_id, "sha256": sha256, "revisions": image.num_revisions}
            session.execute(delete(ImageTable).where(ImageTable.id == image_id))
            session.expunge(image)
            drop_empty(session, [group_id])
            audit.append(session, "image_deleted", facts, who=who, task_id=image.task_id)
        self._cache.forget(sha256)
        self._remove_unshared([name for name in files if name is not None])

    def unused_files(self) -> Sequence[str]:
        """The files that no row names: left by a crash, or by an upload that was broken off."""
        with self._database.reading() as session:
            return sorted(name for name in self._blobs.names() if not _is_used(session, name))

    def remove_unused(self, names: Sequence[str]) -> None:
        """Delete files, those that a row names by now excepted."""
        self._database.require("delete")
        self._remove_unshared(names)

    def _remove_unshared(self, names: Sequence[str]) -> None:
        # Under the write lock, so that nobody can begin to use one of them between the question and the
        # removal; what adds a row puts its file again under that lock.
        with self._database.writing() as session:
            for name in names:
                if not _is_used(session, name):
                    self._blobs.remove(name)


def _same(task_id: int, sha256: str, frame: int) -> ColumnElement[bool]:
    of_file = (ImageTable.task_id == task_id) & (ImageTable.sha256 == sha256)
    return of_file & (ImageTable.frame == frame)


def _is_used(session: Session, name: str) -> bool:
    queries = (select(column).where(column == name).limit(1) for column in FILE_COLUMNS)
    return any(session.scalar(query) is not None for query in queries)
