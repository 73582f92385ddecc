"""Tables of verdicts, planted errors, adjudicators, guesses and the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.workspace.tables.base import Table, utc_now


class ReviewTable(Table):
    """See `ReviewRow`; append only."""

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "image_id", "id"), Index(None, "revision_id"), Index(None, "mask_file"))

    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id", ondelete="CASCADE"))
    mask_file: Mapped[str | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    who: Mapped[str]
    verdict: Mapped[str]
    reasons: Mapped[list[str]]
    comment: Mapped[str] = mapped_column(default="")
    # No foreign key: a label is never deleted but with its image, and so is this.
    label_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class PlantedTable(Table):
    """See `PlantedRow`; append only, apart from reviews: nothing here ever counts for an image."""

    __tablename__ = "planted"
    __table_args__ = (Index(None, "image_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    key: Mapped[str]
    kind: Mapped[str]
    verdict: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class AdjudicatorTable(Table):
    """Who has seen the readings of an image that differ, to settle it."""

    __tablename__ = "adjudicators"
    __table_args__ = (Index(None, "person_id"),)

    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)


class QualityTable(Table):
    """See `GuessRow`; what is least certain, that of the lowest score, comes from an index."""

    __tablename__ = "quality"
    __table_args__ = (
        UniqueConstraint("image_id", "version_id"),
        Index(None, "version_id", "score", "image_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    score: Mapped[float]
    unsure: Mapped[float]
    guess: Mapped[float]
    low: Mapped[float | None]
    high: Mapped[float | None]
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    foreground: Mapped[float | None]


class AuditTable(Table):
    """See `AuditRow`; append only, each row sealed with the one before."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int | None]
    who: Mapped[str]
    action: Mapped[str]
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seal: Mapped[str]
