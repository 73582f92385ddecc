"""A page of images at a time: the neighbourhood of one, a jump to a place, a search by name or number.

Rows are found from the place of the one that is open (keyset), never by listing a task, so that ten thousand
images cost a page no more than a hundred.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from core.workspace.image_rows import (
    NOTHING_UNREAD,
    SHOWN,
    Show,
    Unread,
    image_query,
    shows,
    to_image_row,
)
from core.workspace.names import folded
from core.workspace.order import in_order
from core.workspace.persons import id_of
from core.workspace.rows import Around, ImageRow
from core.workspace.sql.existing import no_image
from core.workspace.sql.part import StorePart, once
from core.workspace.tables import GroupTable, ImageTable

_COUNTED: tuple[Show, ...] = ("all", "new", "draft", "corrected", "flagged")
"""Filters of a page."""


class ImagePages(StorePart):
    """What pages ask of the images of a task; they come in order of arrival, or in a person's own."""

    _unread: Unread = NOTHING_UNREAD

    def with_unread(self, unread: Unread) -> Self:
        """The same images as a person sees them to whom some that have a mask look new."""
        seen = copy.copy(self)
        seen._unread = unread
        return seen

    def around(self, task_id: int, image_id: int, show: Show = "all", *, each_side: int = 1) -> Around:
        """The images before and after one within a filter, which may leave out the one itself.

        Args:
            each_side: Neighbours wanted on each side, at the most.

        Raises:
            StoreError: The task has no such image.
        """
        order = in_order(self._unread)
        with self._database.reading() as session:
            found = session.execute(self._query(task_id).where(ImageTable.id == image_id)).first()
            if found is None:
                raise no_image(image_id)
            at = tuple_(*session.execute(select(*order).where(ImageTable.id == image_id)).one())
            before, after = self._beside(session, self._query(task_id, show), at, each_side)
        return Around(self._row(found), tuple(before), tuple(after))

    def counts(self, task_id: int) -> dict[Show, int]:
        """How many images the filters of a page show, in order; each number is counted in an index."""
        counts = dict(zip(_COUNTED, self._counted(task_id), strict=True))
        counts["new"] += len(self._unread.unopened)
        counts["corrected"] -= len(self._unread.all)
        return counts

    @once
    def _counted(self, task_id: int) -> tuple[int, ...]:
        count = select(func.count()).select_from(ImageTable).where(ImageTable.task_id == task_id)
        numbers = [count.where(SHOWN[show]).scalar_subquery() for show in _COUNTED]
        return tuple(self._found(select(*numbers))[0])

    def _place(self, image: ImageRow, show: Show) -> tuple[int, int]:
        """Which of a filter an image is, from 1, and how many there are; it counts as one of them."""
        order, is_shown = in_order(self._unread), shows(unread=self._unread)[show]
        counts = self.counts(image.task_id)
        count = select(func.count()).where(ImageTable.task_id == image.task_id, is_shown)
        with self._database.reading() as session:
            *own, counted = session.execute(select(*order, is_shown).where(ImageTable.id == image.id)).one()
            total = (counts[show] if show in counts else session.scalar(count) or 0) + (not counted)
            # The shorter way to go over.
            if 2 * image.position < counts["all"]:
                return (session.scalar(count.where(tuple_(*order) < tuple_(*own))) or 0) + 1, total
            return total - (session.scalar(count.where(tuple_(*order) > tuple_(*own))) or 0), total

    def first(self, task_id: int, show: Show = "all") -> ImageRow | None:
        """The first image of a filter, None where there is none."""
        return self.at(task_id, 1, show)

    def first_flagged_of(self, task_id: int, who: str) -> ImageRow | None:
        """The first image of a task whose mask somebody drew and a reviewer flagged; None for none."""
        theirs = self._query(task_id, "flagged").where(ImageTable.truth_person_id == id_of(who))
        return self._first(theirs.order_by(ImageTable.position).limit(1))

    def at(self, task_id: int, place: int, show: Show = "all") -> ImageRow | None:
        """The image at a place of a filter, 1 for the first; None where there is no such place."""
        if place < 1:
            return None
        # Counted off in an index; only the one that is there is read whole.
        shown = select(ImageTable.id).where(ImageTable.task_id == task_id, *self._shown([show]))
        there = shown.order_by(*in_order(self._unread)).offset(place - 1).limit(1).scalar_subquery()
        return self._first(self._query(task_id).where(ImageTable.id == there))

    def count(self, task_id: int, *show: Show) -> int:
        """How many images all of these filters show."""
        return self._number(select(func.count()).where(ImageTable.task_id == task_id, *self._shown(show)))

    def newest(self, task_id: int, *show: Show, limit: int) -> list[ImageRow]:
        """The images that all of these filters show, those first whose group was first corrected last."""
        query = self._query(task_id).where(*self._shown(show), GroupTable.corrected_rank.is_not(None))
        return self._rows(query.order_by(GroupTable.corrected_rank.desc(), ImageTable.position).limit(limit))

    def search(self, task_id: int, text: str, *, limit: int = 20) -> list[ImageRow]:
        """The images whose name holds a text, in any case; a number finds the image at that place first."""
        text = text.strip()
        if not text:
            return []
        query = self._query(task_id).where(ImageTable.name_key.contains(folded(text), autoescape=True))
        named = self._rows(query.order_by(*in_order(self._unread)).limit(limit))
        numbered = self.at(task_id, int(text)) if text.isdecimal() and len(text) < 10 else None
        if numbered is None:
            return named
        return [numbered, *(each for each in named if each.id != numbered.id)][:limit]

    def _query(self, task_id: int | None = None, show: Show = "all") -> Select[Any]:
        return image_query(task_id, show, self._unread)

    def _shown(self, show: Sequence[Show]) -> list[ColumnElement[bool]]:
        return [shows(unread=self._unread)[each] for each in show]

    def _row(self, found: Any) -> ImageRow:
        return to_image_row(found, self._unread)

    def _rows(self, query: Select[Any]) -> list[ImageRow]:
        return [self._row(each) for each in self._found(query)]

    def _first(self, query: Select[Any]) -> ImageRow | None:
        return next(iter(self._rows(query)), None)

    def _beside(
        self, session: Session, query: Select[Any], at: Any, each_side: int
    ) -> tuple[list[ImageRow], list[ImageRow]]:
        """The images of a query that come before a place in the order, and those after it."""
        order = in_order(self._unread)
        falling = [each.desc() for each in order]
        before = session.execute(query.where(tuple_(*order) < at).order_by(*falling).limit(each_side)).all()
        after = session.execute(query.where(tuple_(*order) > at).order_by(*order).limit(each_side))
        return [self._row(each) for each in reversed(before)], [self._row(each) for each in after]
