"""What all tables share: their base, times in UTC, and the way between rows of tables and frozen ones."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import JSON, DateTime, Dialect, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

Frozen = TypeVar("Frozen")
Written = TypeVar("Written", bound="Table")


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


def as_table(kind: type[Written], new: Any, **others: Any) -> Written:
    """The way back: what is new as a row of a table, by fields and columns of the same names."""
    same = {each.name for each in fields(new)}.intersection(kind.__table__.columns.keys())
    return kind(**{**{name: getattr(new, name) for name in same}, **others})
