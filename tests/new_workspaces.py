"""New workspaces begin as copies of one that was migrated, which takes each test a quarter of a second less.

Only those whose rows are in a file that is not there yet; every other one is migrated as it always is.
"""

import contextlib
import os
import shutil
import uuid
from pathlib import Path
from unittest import mock


@contextlib.contextmanager
def copied(folder: Path):
    """Every `Workspace.open` of this process; the folder keeps what is copied."""
    from core.workspace import workspace
    from core.workspace.database import Database
    from core.workspace.migrate import NEWEST

    migrated, migrate = folder / "migrated.db", workspace.migrate
    empty = Database(migrated)
    migrate(empty)
    empty.close()

    def copy_or_migrate(database):
        if database.path is None or database.path.exists():
            return migrate(database)
        whole = database.path.with_name(f"{uuid.uuid4()}.new")
        try:
            shutil.copyfile(migrated, whole)
            # Whole at once, and never over one that another thread has made meanwhile.
            os.link(whole, database.path)
        except OSError:
            return migrate(database)
        finally:
            whole.unlink(missing_ok=True)
        database.schema = NEWEST
        return True

    with mock.patch.object(workspace, "migrate", copy_or_migrate):
        yield
