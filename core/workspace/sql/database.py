"""One database, many threads and processes: short transactions, and errors that a person can read.

SQLite in the workspace's folder is the default: WAL, and a commit is on the disk when it returns
(synchronous=FULL). PostgreSQL is reached by an address. `reading` and `writing` are the only ways to the
tables. `writing` is alone unless it says otherwise: SQLite's write lock, taken at once (BEGIN IMMEDIATE), or
an advisory lock on PostgreSQL, so that what is read in it is still true when it writes.
"""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar, cast

from sqlalchemy import Connection, Engine, Row, Select, func, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from core.errors import NotAllowedError, StoreError
from core.language.sentence import Sentence
from core.workspace.names import name_key
from core.workspace.roles import NEEDS, Action, may
from core.workspace.seen import ONLY_OF, given_to, own_of, see_only
from core.workspace.sql.engines import BUSY_TIMEOUT_SECONDS, plain_error, server_engine, sqlite_engine
from core.workspace.sql.one_run import Run
from core.workspace.tables import PersonTable, utc_now

_T = TypeVar("_T")

_WRITE_LOCK = 7_165_302
"""Number of the advisory lock; any that nothing else on the server takes."""


class Database:
    """Sessions on the workspace's database; safe to share between threads.

    Args:
        place: The SQLite file, made where it is not there; or the address of a PostgreSQL database.

    Attributes:
        path: The SQLite file, None on a server.
        address: Of the server, with its password; empty for a file.
        name: What people read, without a password.
        actor: Name of the person who signed in and acts here, None where nobody has to.
        queue: Name of the person whose images alone are read, None for all that `actor` may see.
        schema: That this program writes, once it was seen to be the database's; None before.
    """

    actor: str | None = None
    queue: str | None = None
    schema: str | None = None

    def __init__(self, place: Path | str) -> None:
        self.path = place if isinstance(place, Path) else None
        self.address = "" if isinstance(place, Path) else place
        if isinstance(place, Path):
            self.name = Sentence("The workspace {parent}", parent=place.parent)
            self.engine = sqlite_engine(place)
            self._read_engine: Engine = self.engine
            self._write_engine: Engine = self.engine.execution_options(begin_immediate=True)
        else:
            self.engine = server_engine(place)
            self.name = Sentence(
                "The database {address}", address=self.engine.url.render_as_string(hide_password=True)
            )
            self._read_engine = self.engine.execution_options(isolation_level="REPEATABLE READ")
            self._write_engine = self.engine
        self._run = Run()

    @contextmanager
    def one_run(self) -> Iterator[None]:
        """All that this thread reads inside is one state of the store, until it writes.

        A page reads dozens of times; to begin and end a transaction for each of them costs a server more than
        the reading.
        """
        self._run.is_one = True
        try:
            yield
        finally:
            self._run.is_one = False
            self._run.let_go()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the store.

        Raises:
            StoreError: The database cannot be read.
        """
        with self.plain_errors():
            bind = self._run.connection(self._read_engine) if self._run.is_one else self._read_engine
            try:
                with Session(bind, expire_on_commit=False, join_transaction_mode="rollback_only") as session:
                    self._limit(session)
                    yield session
            except DatabaseError:
                self._run.let_go()
                raise

    def acting_as(self, name: str) -> Database:
        """The same database for somebody who signed in: what they may not do is refused."""
        acting = copy.copy(self)
        acting.actor = name
        return acting

    def queue_of(self, name: str) -> Database:
        """The same database, in which only images that were given to somebody are read."""
        queue = copy.copy(self)
        queue.queue = name
        return queue

    def _limit(self, session: Session) -> None:
        """Let a session read no images but those that are asked for, and a reader's own."""
        if self.queue is not None:
            person = self._known(session, self.queue)
            see_only(session, given_to(-1 if person is None else person.id))
        if self.actor is not None:
            person = self._known(session, self.actor)
            if person is None or person.removed_at is not None or person.role == "reader":
                see_only(session, own_of(-1 if person is None else person.id))

    def once(self, question: Hashable, ask: Callable[[], _T]) -> _T:
        """What `ask` reads; within `one_run` it is asked once, until the thread writes.

        Args:
            question: What is asked for, together with all that the answer hangs on.
        """
        if not self._run.is_one:
            return ask()
        answers, question = self._run.answers, (self.actor, self.queue, question)
        if question not in answers:
            answers[question] = ask()
        return cast(_T, answers[question])

    def _known(self, session: Session, name: str) -> Row[int, str, datetime | None] | None:
        return self.once(("person", name), lambda: session.execute(_person(name)).first())

    def require(self, action: Action) -> None:
        """Go on only where the person who acts may do that.

        Raises:
            NotAllowedError: They may not, or no longer.
        """
        with self.reading() as session:
            self._require(session, action)

    def _require(self, session: Session, action: Action) -> None:
        if self.actor is None:
            return
        person = session.execute(_person(self.actor)).first()
        if person is None or person.removed_at is not None:
            raise NotAllowedError(
                "{actor} no longer works in this workspace; ask an admin.", actor=self.actor
            )
        if not may(person.role, action):
            raise NotAllowedError(
                "This needs the role {needs}, and {actor} is {role}; ask an admin.",
                needs=Sentence(NEEDS[action]),
                actor=self.actor,
                role=Sentence(person.role),
            )
        if person.role == "reader":
            session.info[ONLY_OF] = person.id

    @contextmanager
    def writing(self, *, alone: bool = True, needs: Action = "draw") -> Iterator[Session]:
        """A transaction that is committed at the end, or undone as a whole.

        Args:
            alone: Nobody else writes meanwhile, for whatever counts on that. SQLite knows nothing else.
            needs: What the person who acts must be allowed to.

        Raises:
            NotAllowedError: They may not.
            StoreError: The disk is full, the folder cannot be written, another process holds on for too long,
                or one of a newer version has changed the database meanwhile.
        """
        self._run.let_go()
        try:
            with self.plain_errors(), Session(self._write_engine, expire_on_commit=False) as session:
                with session.begin():
                    # Takes the write lock now: else the session would begin with its first query.
                    connection = session.connection()
                    self._lock(connection, alone=alone)
                    self._check_schema(connection)
                    self._require(session, needs)
                    yield session
        finally:
            # What was read meanwhile is older than what was written.
            self._run.let_go()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """The same as `writing`, for migrations, which speak to a connection and may rebuild tables."""
        with self.plain_errors(), self._write_engine.connect() as connection:
            on_sqlite = self.path is not None
            if on_sqlite:
                # Outside of any transaction: inside of one these change nothing.
                _write_ahead(connection)
                # While they are watched, SQLite cannot rebuild a table that others refer to.
                _pragma(connection, "foreign_keys = OFF")
            try:
                with connection.begin():
                    self._lock(connection, alone=True)
                    yield connection
            finally:
                if on_sqlite:
                    _pragma(connection, "foreign_keys = ON")

    def now(self, session: Session) -> datetime:
        """This moment by the database's clock, aware, in UTC."""
        if self.path is not None:
            return utc_now()
        moment: datetime = session.scalars(select(func.clock_timestamp())).one()
        return moment.astimezone(UTC)

    def _check_schema(self, connection: Connection) -> None:
        if self.schema is None:
            return
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if found != self.schema:
            raise StoreError(
                "{name} was brought to the schema {found} by another version of this program (this one "
                "writes {schema}); update this server and start it again, nothing was changed.",
                name=self.name,
                found=found,
                schema=self.schema,
            )

    def _lock(self, connection: Connection, *, alone: bool) -> None:
        if self.path is not None:
            return
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT_SECONDS}s'")
        if alone:
            be_alone(connection)

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Turns what the disk and the database say into one sentence."""
        try:
            yield
        except DatabaseError as error:
            raise plain_error(str(error.orig), self.name) from error
        except sqlite3.Error as error:
            raise plain_error(str(error), self.name) from error
        except OSError as error:
            raise plain_error(error.strerror or str(error), self.name) from error

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def be_alone(connection: Connection) -> None:
    """Let nobody else write who counts on being alone, until the end of a transaction of `writing`."""
    # SQLite let nobody else write from the beginning.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")


def _person(name: str) -> Select[int, str, datetime | None]:
    return select(PersonTable.id, PersonTable.role, PersonTable.removed_at).where(
        PersonTable.key == name_key(name)
    )


def _pragma(connection: Connection, pragma: str) -> None:
    connection.connection.cursor().execute(f"PRAGMA {pragma}").close()


def _write_ahead(connection: Connection) -> None:
    """Switch the file to WAL. While somebody writes to it, SQLite refuses that at once and does not wait."""
    give_up = monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            _pragma(connection, "journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if monotonic() > give_up:
                raise
        sleep(0.01)
