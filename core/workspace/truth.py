"""What the truth of an image is: training, comparison, export and experiments ask here and nowhere else.

The truth is pointed to: saving a mask points to the new revision.
"""

from __future__ import annotations

from sqlalchemy import select

from core.workspace.database import Database
from core.workspace.revision_rows import to_revision_row
from core.workspace.rows import RevisionRow
from core.workspace.tables import ImageTable, RevisionTable


class Truth:
    """The masks that count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, image_id: int) -> RevisionRow | None:
        """The mask of an image that counts, None before the first."""
        is_truth = RevisionTable.id == ImageTable.truth_revision_id
        query = select(RevisionTable).join(ImageTable, is_truth).where(ImageTable.id == image_id)
        with self._database.reading() as session:
            found = session.scalars(query).first()
            return None if found is None else to_revision_row(found)

    def of_task(self, task_id: int) -> dict[int, RevisionRow]:
        """The masks of a task that count, by image id, in one query."""
        is_truth = RevisionTable.id == ImageTable.truth_revision_id
        query = select(RevisionTable).join(ImageTable, is_truth).where(ImageTable.task_id == task_id)
        with self._database.reading() as session:
            return {each.image_id: to_revision_row(each) for each in session.scalars(query)}
