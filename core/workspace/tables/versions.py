"""Tables of models, and of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.workspace.tables.base import Table, utc_now


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
