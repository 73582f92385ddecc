"""Tasks: what is being segmented. Images, versions and counts belong to one and never cross over."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.workspace.database import Database
from core.workspace.rows import TaskCounts, TaskRow
from core.workspace.slugs import clean_title, make_slug, title_key
from core.workspace.tables import DraftTable, ImageTable, TaskTable, VersionTable

SHIPPED_TASKS = (
    ("lung_xray", "Lung X-ray"),
    ("lung_ct", "Lung CT"),
    ("skin_lesion", "Skin lesion"),
)
"""Slug (also the folder of the base model) and title of the tasks that every workspace begins with."""


class Tasks:
    """The tasks of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[TaskRow]:
        """All tasks, in the order in which they were made."""
        with self._database.reading() as session:
            return [_to_row(each) for each in session.execute(_query().order_by(TaskTable.id))]

    def get(self, slug: str) -> TaskRow:
        """The task of that slug.

        Raises:
            StoreError: There is none.
        """
        return self._one(TaskTable.slug == slug, f'There is no task "{slug}"; choose another one.')

    def get_by_id(self, task_id: int) -> TaskRow:
        """The task of that key.

        Raises:
            StoreError: There is none.
        """
        return self._one(TaskTable.id == task_id, f"There is no task number {task_id}; choose another one.")

    def create(self, title: str) -> TaskRow:
        """A new task that starts from empty masks.

        Raises:
            StoreError: The title is empty, too long or taken.
        """
        cleaned = clean_title(title)
        with self._database.writing() as session:
            if session.scalar(select(TaskTable.id).where(TaskTable.title_key == title_key(cleaned))):
                raise StoreError(f'There is a task "{cleaned}" already; choose another name.')
            slug = make_slug(cleaned, set(session.scalars(select(TaskTable.slug))))
            session.add(TaskTable(slug=slug, title=cleaned, title_key=title_key(cleaned), base_model=None))
        return self.get(slug)

    def counts(self, task_id: int) -> TaskCounts:
        """How many images are new, drawn on, corrected, locked."""
        corrected = ImageTable.corrected_rank.is_not(None)
        with self._database.reading() as session:
            row = session.execute(
                select(
                    func.count(ImageTable.id),
                    func.count(ImageTable.id).filter(is_not_looked_at()),
                    func.count(ImageTable.id).filter(DraftTable.has_unsaved_changes),
                    func.count(ImageTable.id).filter(corrected),
                    func.count(ImageTable.id).filter(ImageTable.locked),
                )
                .join(DraftTable, DraftTable.image_id == ImageTable.id, isouter=True)
                .where(ImageTable.task_id == task_id)
            ).one()
        return TaskCounts(*row)

    def _one(self, condition: ColumnElement[bool], message: str) -> TaskRow:
        with self._database.reading() as session:
            found = session.execute(_query().where(condition)).first()
        if found is None:
            raise StoreError(message)
        return _to_row(found)


def is_not_looked_at() -> ColumnElement[bool]:
    """Condition of the filter "not looked at": never opened, never saved, nothing drawn."""
    return (
        ImageTable.looked_at.is_(None)
        & ImageTable.corrected_rank.is_(None)
        & DraftTable.has_unsaved_changes.is_not(True)
    )


def seed_tasks(session: Session) -> None:
    """The tasks that every workspace begins with."""
    for slug, title in SHIPPED_TASKS:
        session.add(TaskTable(slug=slug, title=title, title_key=title_key(title), base_model=slug))
        session.flush()


def _query() -> Select[TaskTable, int]:
    in_use = (VersionTable.task_id == TaskTable.id) & (VersionTable.status == "current")
    segments = in_use & (VersionTable.purpose == "segment")
    return select(TaskTable, VersionTable.id).join(VersionTable, segments, isouter=True)


def _to_row(found: Row[TaskTable, int | None]) -> TaskRow:
    task, current_version_id = found
    return TaskRow(
        id=task.id,
        slug=task.slug,
        title=task.title,
        base_model=task.base_model,
        last_image_id=task.last_image_id,
        current_version_id=current_version_id,
        created_at=task.created_at,
    )
