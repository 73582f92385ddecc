"""Brings a workspace's database to this program's schema, once, whoever opens it first.

Alembic changes what an older program wrote. A new database is made as the tables say, and where nothing is to
do that is one query: neither imports Alembic.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from core.errors import StoreError
from core.workspace.sql.database import Database
from core.workspace.tables import Table

MIGRATIONS_DIR = Path(__file__).parents[1] / "migrations"
NEWEST = "0014"
"""Schema that this program writes; a test holds it equal to the newest file in `migrations/versions`."""


def migrate(database: Database) -> bool:
    """True where the schema was made or changed, False where it was right already.

    A file that holds something is copied first, to `NAME.before-SCHEMA` beside it; a server has backups of
    its own.

    Raises:
        StoreError: The workspace was written by a newer program, or cannot be written.
    """
    with database.plain_errors(), database.engine.connect() as connection:
        current = _revision(connection)
    if current != NEWEST:
        with database.migrating() as connection:
            # Asked again under the write lock: another process may have been faster.
            current = _revision(connection)
            if current is None:
                _make(connection)
            elif current != NEWEST:
                _upgrade(database, connection, current)
    database.schema = NEWEST
    return current != NEWEST


def _revision(connection: Connection) -> str | None:
    tables = set(inspect(connection).get_table_names())
    found = None
    if "alembic_version" in tables:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    if found is None and tables - {"alembic_version"}:
        raise StoreError(
            "The workspace's database does not say which schema it has (its table alembic_version is empty "
            "or gone); put a backup of workspace.db back."
        )
    return None if found is None else str(found[0])


def _make(connection: Connection) -> None:
    """The tables of an empty database, and the mark by which Alembic knows them."""
    Table.metadata.create_all(connection, checkfirst=False)
    connection.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": NEWEST})


def _upgrade(database: Database, connection: Connection, current: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current not in known:
        raise StoreError(
            "{name} was written by a newer version of this program (its schema is {current}, this "
            "program knows up to {newest}); update the program or choose another workspace.",
            name=database.name,
            current=current,
            newest=NEWEST,
        )
    if database.path is not None:
        _keep_copy(database.path, NEWEST)
    config.attributes["connection"] = connection
    config.attributes["folder"] = None if database.path is None else database.path.parent
    command.upgrade(config, "head")


def _keep_copy(path: Path, schema: str) -> None:
    """Copy a database as it stands, whole or not at all."""
    copy = path.with_name(f"{path.name}.before-{schema}")
    part = copy.with_name(f".{copy.name}.part")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(part, copy)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
