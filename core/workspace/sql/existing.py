"""Rows that must be there, inside the caller's transaction, and what is said where one is not."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.errors import StoreError
from core.workspace.tables import TaskTable, VersionTable


def no_image(image_id: int) -> StoreError:
    """What is told where there is no image of that number, or none that may be seen."""
    return StoreError("There is no image number {image_id}; it may have been deleted.", image_id=image_id)


def existing_task(session: Session, task_id: int) -> TaskTable:
    """The task of that key.

    Raises:
        StoreError: There is none.
    """
    task = session.get(TaskTable, task_id)
    if task is None:
        raise StoreError("There is no task number {task_id}; choose another one.", task_id=task_id)
    return task


def existing_version(session: Session, version_id: int) -> VersionTable:
    """The version of that key.

    Raises:
        StoreError: There is none.
    """
    version = session.get(VersionTable, version_id)
    if version is None:
        raise StoreError(
            "There is no version number {version_id}; choose another model.", version_id=version_id
        )
    return version
