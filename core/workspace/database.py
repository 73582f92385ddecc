"""One SQLite file, many threads and processes: short transactions, WAL, and errors that a person can read.

`reading` and `writing` are the only ways to the tables. `writing` takes the write lock at once (BEGIN
IMMEDIATE), so that what is read in it is still true when it writes; a commit is on the disk when it returns
(synchronous=FULL).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import StoreError
from core.workspace.tables import utc_now

BUSY_TIMEOUT_SECONDS = 20


class Database:
    """Sessions on the workspace's database; safe to share between threads.

    Args:
        path: The SQLite file; made where it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = _make_engine(path)
        self._write_engine = self.engine.execution_options(begin_immediate=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the store.

        Raises:
            StoreError: The database cannot be read.
        """
        with self.plain_errors(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed at the end, or undone as a whole.

        Raises:
            StoreError: The disk is full, the folder cannot be written, or another process holds on for too
                long.
        """
        with self.plain_errors(), Session(self._write_engine, expire_on_commit=False) as session:
            with session.begin():
                # Takes the write lock now: without a statement the session would begin with its first query.
                session.connection()
                yield session

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """The same as `writing`, for migrations, which speak to a connection and may rebuild tables."""
        with self.plain_errors(), self._write_engine.connect() as connection:
            # Outside of any transaction: inside of one these change nothing.
            cursor = connection.connection.cursor()
            cursor.execute("PRAGMA journal_mode = WAL")
            # While they are watched, SQLite cannot rebuild a table that others refer to.
            cursor.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
            finally:
                cursor.execute("PRAGMA foreign_keys = ON")
                cursor.close()

    def now(self, session: Session) -> datetime:
        """This moment by the database's clock, aware, in UTC."""
        return utc_now()

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Turns what the disk and the database say into one sentence."""
        try:
            yield
        except DatabaseError as error:
            raise StoreError(_sentence(str(error.orig), self.path.parent)) from error
        except OSError as error:
            raise StoreError(_sentence(error.strerror or str(error), self.path.parent)) from error

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _sentence(cause: str, folder: Path) -> str:
    lowered = cause.lower()
    if "full" in lowered or "no space" in lowered or "too large" in lowered or "quota" in lowered:
        return (
            f"The workspace {folder} has no room left ({cause}); free some disk space, nothing was changed."
        )
    if "locked" in lowered:
        return f"The workspace {folder} is busy ({cause}); try again in a moment, nothing was changed."
    if any(word in lowered for word in ("readonly", "read-only", "permission", "unable to open", "denied")):
        return (
            f"The workspace {folder} cannot be written ({cause}); choose another folder or change its rights."
        )
    if "malformed" in lowered or "not a database" in lowered:
        return f"The workspace {folder} is damaged ({cause}); put a backup of it back."
    return f"The workspace {folder} cannot do that ({cause}); nothing was changed."


def _make_engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
        pool_size=5,
        max_overflow=30,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
    )

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
