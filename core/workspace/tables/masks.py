"""Tables of drafts, saved masks and labels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.workspace.tables.base import Table, utc_now


class DraftTable(Table):
    """See `DraftRow`; without a person it is what everybody begins from who has none of their own."""

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("image_id", "person_id"),
        Index(
            "uq_drafts_of_anybody",
            "image_id",
            unique=True,
            sqlite_where=text("person_id IS NULL"),
            postgresql_where=text("person_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    threshold: Mapped[float]
    layer_png: Mapped[bytes | None] = mapped_column(LargeBinary)
    client_id: Mapped[str]
    sequence: Mapped[int]
    revision: Mapped[int]
    seconds: Mapped[float]
    has_unsaved_changes: Mapped[bool]
    filled: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]


class RevisionTable(Table):
    """See `RevisionRow`."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("image_id", "number"),
        Index(None, "mask_file"),
        Index(None, "layer_file"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    number: Mapped[int]
    scope: Mapped[str] = mapped_column(default="whole")
    mask_file: Mapped[str]
    layer_file: Mapped[str | None]
    threshold: Mapped[float]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    who: Mapped[str]
    origin: Mapped[str]
    seconds: Mapped[float]
    foreground: Mapped[float]
    provenance: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class LabelTable(Table):
    """See `LabelRow`."""

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("image_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    number: Mapped[int]
    label: Mapped[str | None]
    who: Mapped[str]
    origin: Mapped[str]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    shown: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
