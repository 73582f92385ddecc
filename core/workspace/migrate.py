"""Brings a workspace's database to this program's schema, once, whoever opens it first.

The everyday case (nothing to do) is one query and never imports Alembic.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from core.errors import StoreError
from core.workspace.database import Database

MIGRATIONS_DIR = Path(__file__).parent / "migrations"
NEWEST = "0002"
"""Schema that this program writes; a test holds it equal to the newest file in `migrations/versions`."""


def migrate(database: Database) -> bool:
    """True where the schema was made or changed, False where it was right already.

    Raises:
        StoreError: The workspace was written by a newer program, or cannot be written.
    """
    if _revision_of(database) == NEWEST:
        return False
    with database.plain_errors(), database.engine.connect() as connection:
        # Outside any transaction, and kept in the file for good.
        connection.connection.cursor().execute("PRAGMA journal_mode = WAL").close()
    with database.write_connection() as connection:
        # Asked again under the write lock: another process may have been faster.
        current = _revision(connection)
        if current == NEWEST:
            return False
        _upgrade(connection, current, database.path.parent)
    return True


def _revision_of(database: Database) -> str | None:
    with database.plain_errors(), database.engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])


def _upgrade(connection: Connection, current: str | None, folder: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise StoreError(
            f"The workspace {folder} was written by a newer version of this program (its schema is "
            f"{current}, this program knows up to {NEWEST}); update the program or choose another workspace."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
