"""The tables of the store. Nothing here that PostgreSQL could not hold; changes go through `migrations/`.

Only the modules of this package see these classes; everybody else gets the frozen rows of
`core.workspace.rows`.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Frozen = TypeVar("Frozen")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC, also on databases that keep no time zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time in UTC, without its zone, as it is kept."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time with its zone again."""
        return None if value is None else value.replace(tzinfo=UTC)


def utc_now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


class Table(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[dict[str, Any]]: JSON,
        list[str]: JSON,
        str: Text,
    }


def as_row(kind: type[Frozen], found: object, **others: Any) -> Frozen:
    """What is handed out of a row: its columns of the same names, and what is given besides."""
    names = [each.name for each in fields(kind) if each.name not in others]  # type: ignore[arg-type]
    return kind(**{name: getattr(found, name) for name in names}, **others)


class TaskTable(Table):
    """See `TaskRow`; `title_key` is the title as compared, `num_ranked` the last corrected rank given.

    `shares` says how its images are given to persons, as `Shares` in JSON; None where they are everybody's.
    """

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(unique=True)
    base_model: Mapped[str | None]
    classes: Mapped[list[dict[str, Any]]]
    group_rule: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    review_rules: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    shares: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    num_positions: Mapped[int] = mapped_column(default=0)
    num_ranked: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class PersonTable(Table):
    """See `PersonRow`; `key` is the name as compared, `password_hash` None for who has no password here."""

    __tablename__ = "persons"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(default="reader")
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    removed_at: Mapped[datetime | None]


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


def _of_task_where(name: str, condition: str, postgresql: str = "") -> Index:
    """An index over the images of a filter, in order: it answers how many there are and which are near."""
    return Index(
        f"ix_images_{name}",
        "task_id",
        "position",
        sqlite_where=text(condition),
        postgresql_where=text(postgresql or condition),
    )


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


class LastLookTable(Table):
    """Image of a task that a person had open last; without a person, what those see who looked at none."""

    __tablename__ = "last_looks"
    __table_args__ = (UniqueConstraint("task_id", "person_id"), Index(None, "image_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"))
    since: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]


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


class VersionTable(Table):
    """See `VersionRow`; numbers are given within the task, whatever the purpose."""

    __tablename__ = "versions"
    __table_args__ = (
        UniqueConstraint("task_id", "number"),
        Index(
            "uq_versions_one_current",
            "task_id",
            "purpose",
            unique=True,
            sqlite_where=text("status = 'current'"),
            postgresql_where=text("status = 'current'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    purpose: Mapped[str] = mapped_column(default="segment", server_default="segment")
    number: Mapped[int]
    title: Mapped[str]
    folder: Mapped[str] = mapped_column(unique=True)
    weights_sha256: Mapped[str]
    status: Mapped[str]
    origin: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    job_id: Mapped[int | None]
    who: Mapped[str]
    comparison: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class VersionEventTable(Table):
    """See `VersionEvent`."""

    __tablename__ = "version_events"
    __table_args__ = (Index(None, "task_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    action: Mapped[str]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    who: Mapped[str]
    why_code: Mapped[str]
    why_facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class JobTable(Table):
    """See `JobRow`."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"))
    kind: Mapped[str]
    settings: Mapped[dict[str, Any]]
    status: Mapped[str]
    reason_code: Mapped[str] = mapped_column(default="")
    reason_facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    who: Mapped[str]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    stop_requested: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    pid: Mapped[int | None]
    process_created: Mapped[float | None]
    retry_of: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]


class JobProgressTable(Table):
    """One report of a job."""

    __tablename__ = "job_progress"
    __table_args__ = (Index(None, "job_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    report: Mapped[dict[str, Any]]


class SettingTable(Table):
    """Values of the workspace by name, as JSON."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
