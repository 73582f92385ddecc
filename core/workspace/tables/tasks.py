"""Tables of tasks, people, what each looked at last, and settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.workspace.tables.base import Table, utc_now


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
    put_away_at: Mapped[datetime | None]


class PersonTable(Table):
    """See `PersonRow`; `key` is the name as compared, `password_hash` None for who has no password here."""

    __tablename__ = "persons"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    is_known: Mapped[bool] = mapped_column(default=True)
    role: Mapped[str] = mapped_column(default="reader")
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    removed_at: Mapped[datetime | None]


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


class SettingTable(Table):
    """Values of the workspace by name, as JSON."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
