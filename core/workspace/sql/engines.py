"""Connections to the rows, a file of SQLite or a PostgreSQL server, and their errors in plain words."""

from __future__ import annotations

import json
import os
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from core.errors import StoreError, UnreachableError
from core.language.sentence import Sentence, from_plain, to_plain

BUSY_TIMEOUT_SECONDS = 20
_ASKED_AFTER_SECONDS = 1.0
"""A connection that was not used for so long is asked whether it is still there; a page uses dozens."""
_LAST_USED = "last_used"


def _sqlite_address(path: Path) -> str:
    """How to open the file; in a folder that cannot be written it can be read all the same."""
    if os.access(path.parent, os.W_OK) or not path.exists():
        return f"sqlite:///{path}"
    # Without anything left in the log nobody writes there, and SQLite need not lay down its own files.
    log = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    return f"sqlite:///file:{quote(str(path))}?{mode}&uri=true"


_EVERY: dict[str, Any] = {
    "pool_size": 5,
    "max_overflow": 30,
    "pool_timeout": BUSY_TIMEOUT_SECONDS,
    # No language is written into a row: sentences in JSON are templates with their facts.
    "json_serializer": lambda value: json.dumps(to_plain(value)),
    "json_deserializer": lambda text: from_plain(json.loads(text)),
}


def server_engine(address: str) -> Engine:
    """Connections to a PostgreSQL server.

    Raises:
        StoreError: The address is not one of PostgreSQL, or its driver is missing.
    """
    try:
        url = make_url(address)
        if url.get_backend_name() != "postgresql":
            raise ValueError(url.get_backend_name())
        engine = create_engine(url, connect_args={"connect_timeout": 10}, **_EVERY)
    except (ArgumentError, ImportError, TypeError, ValueError) as error:
        raise StoreError(
            "DATABASE_URL is not understood ({error}); expected "
            "postgresql+psycopg://USER@HOST/NAME, and the package psycopg.",
            error=error,
        ) from None

    @event.listens_for(engine, "checkin")
    def _on_checkin(_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info[_LAST_USED] = monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        if monotonic() - record.info.get(_LAST_USED, monotonic()) < _ASKED_AFTER_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool then makes a new connection.
            raise DisconnectionError from error

    return engine


def sqlite_engine(path: Path) -> Engine:
    """Connections to a file, whose transactions begin for reading, or alone for writing where asked."""
    engine = create_engine(_sqlite_address(path), connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, **_EVERY)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions of its own accord; `_on_begin` says which kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("begin_immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def plain_error(cause: str, name: str) -> StoreError:
    """What a database or a disk says, as one sentence."""
    cause = cause.strip().splitlines()[0] if cause.strip() else Sentence("no reason given")
    lowered = cause.lower()
    if any(word in lowered for word in ("full", "no space", "too large", "quota")):
        return StoreError(
            "{name} has no room left ({cause}); free some disk space, nothing was changed.",
            name=name,
            cause=cause,
        )
    if any(word in lowered for word in ("locked", "lock timeout", "deadlock")):
        return StoreError(
            "{name} is busy ({cause}); try again in a moment, nothing was changed.", name=name, cause=cause
        )
    if any(word in lowered for word in ("readonly", "read-only", "permission", "unable to open", "denied")):
        return StoreError(
            "{name} cannot be written ({cause}); choose another folder or change its rights.",
            name=name,
            cause=cause,
        )
    if "malformed" in lowered or "not a database" in lowered:
        return StoreError("{name} is damaged ({cause}); put a backup of it back.", name=name, cause=cause)
    if any(word in lowered for word in ("connect", "timeout", "server", "resolve")):
        return UnreachableError(
            "{name} does not answer ({cause}); look at DATABASE_URL and at the server.",
            name=name,
            cause=cause,
        )
    return StoreError("{name} cannot do that ({cause}); nothing was changed.", name=name, cause=cause)
