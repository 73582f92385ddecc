"""Tables of images and their groups."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.workspace.tables.base import Table, utc_now


def _of_task_where(name: str, condition: str, postgresql: str = "") -> Index:
    """An index over the images of a filter, in order: it answers how many there are and which are near."""
    return Index(
        f"ix_images_{name}",
        "task_id",
        "position",
        sqlite_where=text(condition),
        postgresql_where=text(postgresql or condition),
    )


class GroupTable(Table):
    """See `GroupRow`; `key` is the salted hash of what names it, None for a group of one."""

    __tablename__ = "groups"
    __table_args__ = (
        UniqueConstraint("task_id", "kind", "key"),
        UniqueConstraint("task_id", "corrected_rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    key: Mapped[str | None]
    corrected_rank: Mapped[int | None]
    locked: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class ImageTable(Table):
    """See `ImageRow`.

    `locked` is a copy of its group's, `has_unsaved_changes` of its drafts', `review` of the verdicts on its
    truth and `truth_person_id` of who drew that, so that filters and counts come from an index; `name_key` is
    the name as it is searched. `reader_id` is the person it was given to, None for everybody's.
    """

    __tablename__ = "images"
    __table_args__ = (
        UniqueConstraint("task_id", "sha256", "frame"),
        UniqueConstraint("task_id", "position"),
        Index(None, "file"),
        Index(None, "reference_file"),
        Index(None, "group_id"),
        Index(None, "task_id", "stack"),
        _of_task_where(
            "new",
            "looked_at IS NULL AND truth_revision_id IS NULL AND has_unsaved_changes = 0",
            "looked_at IS NULL AND truth_revision_id IS NULL AND has_unsaved_changes = false",
        ),
        _of_task_where("unsaved", "has_unsaved_changes = 1", "has_unsaved_changes = true"),
        _of_task_where("corrected", "truth_revision_id IS NOT NULL"),
        _of_task_where("locked", "locked = 1", "locked = true"),
        Index("ix_images_review", "task_id", "review", "position"),
        Index("ix_images_reader", "task_id", "reader_id", "position"),
        Index(None, "task_id", "gold_revision_id"),
        # A deleted image's number is never given to another one: it stands in people's URLs.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    position: Mapped[int]
    name: Mapped[str]
    name_key: Mapped[str]
    sha256: Mapped[str]
    frame: Mapped[int] = mapped_column(default=0)
    stack: Mapped[str | None]
    file: Mapped[str]
    height: Mapped[int]
    width: Mapped[int]
    channels: Mapped[int]
    kind: Mapped[str]
    notes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    looked_at: Mapped[datetime | None]
    reference_file: Mapped[str | None]
    locked: Mapped[bool] = mapped_column(default=False)
    num_revisions: Mapped[int] = mapped_column(default=0)
    # No foreign key: revisions refer to images already, and go with them.
    truth_revision_id: Mapped[int | None]
    truth_person_id: Mapped[int | None]
    review: Mapped[str] = mapped_column(default="open", server_default="open")
    reader_id: Mapped[int | None]
    gold_revision_id: Mapped[int | None]
    has_unsaved_changes: Mapped[bool] = mapped_column(default=False)
