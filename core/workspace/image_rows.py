"""How image rows are asked for: one query, the filters over it, and the frozen row that it becomes."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, select

from core.workspace.rows import ImageFacts, ImageRow, ImageState
from core.workspace.tables import DraftTable, ImageTable
from core.workspace.tasks import is_not_looked_at

Show = Literal["all", "new", "draft", "corrected", "locked"]

_SHOW: dict[Show, ColumnElement[bool]] = {
    "new": is_not_looked_at(),
    "draft": DraftTable.has_unsaved_changes.is_(True),
    "corrected": ImageTable.corrected_rank.is_not(None),
    "locked": ImageTable.locked.is_(True),
}


def image_query(task_id: int | None = None, show: Show = "all") -> Select[Any]:
    """Images, as `to_image_row` takes them: of a task and a filter where these are given."""
    # Columns, not objects: ten thousand rows are listed at once.
    query = select(*ImageTable.__table__.columns, DraftTable.has_unsaved_changes).join(
        DraftTable, DraftTable.image_id == ImageTable.id, isouter=True
    )
    if task_id is not None:
        query = query.where(ImageTable.task_id == task_id)
    return query if show == "all" else query.where(_SHOW[show])


def to_image_row(found: Any) -> ImageRow:
    """A result of the query above as a frozen row."""
    unsaved = bool(found.has_unsaved_changes)
    state: ImageState = "corrected" if found.corrected_rank is not None else "draft" if unsaved else "new"
    return ImageRow(
        id=found.id,
        task_id=found.task_id,
        position=found.position,
        name=found.name,
        sha256=found.sha256,
        file=found.file,
        facts=ImageFacts(found.height, found.width, found.channels, found.kind, tuple(found.notes)),
        created_at=found.created_at,
        looked_at=found.looked_at,
        reference_file=found.reference_file,
        corrected_rank=found.corrected_rank,
        locked=found.locked,
        num_revisions=found.num_revisions,
        state=state,
        has_unsaved_changes=unsaved,
    )
