"""Stacks: images that are slices of one file or of one series, in order.

A stack is no group: groups are joined when files turn out to be of one patient, a stack stays what it is. Its
slices follow each other by position.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, func, select, tuple_
from sqlalchemy.orm import aliased

from core.errors import StoreError
from core.workspace.image_pages import ImagePages
from core.workspace.image_rows import Show, shows
from core.workspace.order import in_order
from core.workspace.rows import Around, ImageRow, StackRow
from core.workspace.tables import ImageTable


class ImageStacks(ImagePages):
    """What is asked of slices together."""

    def of_stack(self, image: ImageRow) -> list[ImageRow]:
        """The slices of an image's stack in order; the image alone where it is no slice."""
        if image.stack is None:
            return [image]
        same = (ImageTable.task_id == image.task_id) & (ImageTable.stack == image.stack)
        return self._rows(self._query().where(same).order_by(ImageTable.position))

    def places_in_stacks(self, images: Sequence[ImageRow]) -> dict[int, tuple[int, int]]:
        """Of images of one task, for those that are slices: which slice of how many, from 1; in one query."""
        keys = {image.stack for image in images if image.stack is not None}
        if not keys:
            return {}
        placed = _placed((ImageTable.task_id == images[0].task_id) & ImageTable.stack.in_(keys))
        query = select(placed).where(placed.c.id.in_([image.id for image in images]))
        return {row.id: (row.place, row.size) for row in self._found(query)}

    def of_file(self, task_id: int, sha256: str) -> list[ImageRow]:
        """The images of a task that are of one file, in order."""
        same = (ImageTable.task_id == task_id) & (ImageTable.sha256 == sha256)
        return self._rows(self._query().where(same).order_by(ImageTable.position))

    def put_in_order(self, image_ids: Sequence[int], stack: str) -> None:
        """Make images of one task a stack; they share the positions that they had, in the order given.

        Raises:
            StoreError: One is gone, or they are of several tasks.
        """
        with self._database.writing() as session:
            found = {
                image.id: image
                for image in session.scalars(select(ImageTable).where(ImageTable.id.in_(image_ids)))
            }
            if len(found) != len(image_ids) or len({image.task_id for image in found.values()}) > 1:
                raise StoreError("A slice of the stack is gone, or of another task; look at the task again.")
            positions = sorted(image.position for image in found.values())
            # No two images of a task may have one position, not even on the way.
            for place, image_id in enumerate(image_ids):
                found[image_id].position = -1 - place
            session.flush()
            for position, image_id in zip(positions, image_ids, strict=True):
                found[image_id].position, found[image_id].stack = position, stack

    def stacks_around(
        self, around: Around, show: Show = "all", *, each_side: int
    ) -> tuple[list[StackRow], int, int]:
        """The neighbourhood of an image with every stack as one.

        Args:
            around: The open image with as many others on each side, slices counted one by one.
            show: Its filter; a stack is shown where one of its slices is.
            each_side: Neighbours wanted on each side, at the most.

        Returns:
            The stacks and single images in order, that of the open image among them; which of all it is,
            from 1; and how many there are.
        """
        task_id = around.image.task_id
        of_stacks = (ImageTable.task_id == task_id) & ImageTable.stack.is_not(None)
        with self._database.reading() as session:
            has_stacks = session.scalar(select(ImageTable.id).where(of_stacks).limit(1)) is not None
        if not has_stacks:
            rows = [*around.before, around.image, *around.after]
            return self._with_counts(task_id, rows), *self._place(around.image, show)
        images = self.of_stack(around.image)
        own = images[0]
        not_own = ImageTable.stack.is_distinct_from(own.stack) if own.stack else ImageTable.id != own.id
        heads = (
            (ImageTable.task_id == task_id) & shows(unread=self._unread)[show] & self._is_head(show) & not_own
        )
        order = in_order(self._unread)
        count = select(func.count()).select_from(ImageTable).where(heads)
        with self._database.reading() as session:
            at = tuple_(*session.execute(select(*order).where(ImageTable.id == own.id)).one())
            before, after = self._beside(session, self._query().where(heads), at, each_side)
            num_before = session.scalar(count.where(tuple_(*order) < at)) or 0
            total = (session.scalar(count) or 0) + 1
        return self._with_counts(task_id, [*before, own, *after]), num_before + 1, total

    def _with_counts(self, task_id: int, heads: Sequence[ImageRow]) -> list[StackRow]:
        keys = [head.stack for head in heads if head.stack is not None]
        found, middle = self._of_stacks(task_id, keys) if keys else ({}, {})
        return [
            StackRow(head, middle.get(head.stack or "", head), *found[head.stack])
            if head.stack in found
            else StackRow(head, head, 1, int(head.state == "corrected"), int(head.has_unsaved_changes))
            for head in heads
        ]

    def _of_stacks(
        self, task_id: int, keys: Sequence[str]
    ) -> tuple[dict[str | None, tuple[int, int, int]], dict[str | None, ImageRow]]:
        """How many slices, corrected and unsaved ones each stack has, and its middle slice."""
        corrected = func.count().filter(shows(unread=self._unread)["corrected"])
        unsaved = func.count().filter(ImageTable.has_unsaved_changes)
        of_stacks = (ImageTable.task_id == task_id) & ImageTable.stack.in_(keys)
        counts = (
            select(ImageTable.stack, func.count(), corrected, unsaved)
            .where(of_stacks)
            .group_by(ImageTable.stack)
        )
        placed = _placed(of_stacks)
        middles = self._query().join(placed, placed.c.id == ImageTable.id)
        middles = middles.where(placed.c.place == placed.c.size // 2 + 1)
        with self._database.reading() as session:
            found = {row[0]: row[1:] for row in session.execute(counts)}
            return found, {row.stack: self._row(row) for row in session.execute(middles)}

    def _is_head(self, show: Show) -> ColumnElement[bool]:
        """Whether no earlier slice of its stack passes the filter."""
        earlier = aliased(ImageTable)
        same = (earlier.task_id == ImageTable.task_id) & (earlier.stack == ImageTable.stack)
        passes = shows(earlier, self._unread)[show]
        before = select(earlier.id).where(same, earlier.position < ImageTable.position, passes)
        return ImageTable.stack.is_(None) | ~before.exists()


def _placed(of_stacks: ColumnElement[bool]) -> Subquery:
    """Id, place from 1 and size of the stack of each slice."""
    place = func.row_number().over(partition_by=ImageTable.stack, order_by=ImageTable.position)
    size = func.count().over(partition_by=ImageTable.stack)
    return select(ImageTable.id, place.label("place"), size.label("size")).where(of_stacks).subquery()
