"""Guesses of how good each version's masks are; `core.review.quality` makes them, this module remembers.

They can be made again from the predictions, but predicting ten thousand images takes an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

from sqlalchemy import Select, delete, func, insert, select

from core.workspace.rows import GuessRow
from core.workspace.sql.part import StorePart
from core.workspace.tables import ImageTable, QualityTable

GUESS_COLUMNS = [getattr(QualityTable, each.name) for each in fields(GuessRow)]


class Quality(StorePart):
    """The guesses of a workspace: one for each image and version that predicted it."""

    def put(self, guesses: Sequence[GuessRow]) -> None:
        """Keep guesses, in place of those that were there of the same images and version.

        Guesses of images that are gone by now are dropped.

        Raises:
            StoreError: The disk is full; nothing is half-written.
        """
        with self._database.writing() as session:
            ids = [each.image_id for each in guesses]
            there = set(session.scalars(select(ImageTable.id).where(ImageTable.id.in_(ids))))
            for version_id in {each.version_id for each in guesses}:
                same = (QualityTable.version_id == version_id) & QualityTable.image_id.in_(ids)
                session.execute(delete(QualityTable).where(same))
            kept = [asdict(each) for each in guesses if each.image_id in there]
            if kept:
                session.execute(insert(QualityTable), kept)

    def of_version(self, version_id: int) -> dict[int, GuessRow]:
        """The guesses of a version by image id, the least certain first."""
        query = select(*GUESS_COLUMNS).where(QualityTable.version_id == version_id)
        found = self._found(query.order_by(QualityTable.score, QualityTable.image_id))
        return {each[0]: GuessRow(*each) for each in found}

    def missing(self, task_id: int, version_id: int) -> list[int]:
        """The images of a task without a guess of that version, in order of arrival."""
        query = _without(select(ImageTable.id), task_id, version_id)
        return [*self._values(query.order_by(ImageTable.position))]

    def num_missing(self, task_id: int, version_id: int) -> int:
        """How many these are."""
        return self._number(_without(select(func.count()).select_from(ImageTable), task_id, version_id))


def _without(query: Select[int], task_id: int, version_id: int) -> Select[int]:
    has = (QualityTable.image_id == ImageTable.id) & (QualityTable.version_id == version_id)
    return query.where(ImageTable.task_id == task_id, ~select(QualityTable.id).where(has).exists())
