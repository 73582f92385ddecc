"""A PostgreSQL of the tests' own: made in a folder of its own, reached by a socket in it, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path


def programs():
    """The folder with `initdb` and `pg_ctl`, None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found is not None and not Path(found).is_symlink():
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


@contextmanager
def running(folder_of_programs):
    """The folder of a running server, which it also has its socket in."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    # It refuses root: the package makes a user for it.
    person = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if person:
        shutil.chown(folder, **person)

    def do(*command):
        done = subprocess.run(
            [folder_of_programs / command[0], "-D", folder / "data", *command[1:]],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "LC_ALL": "C"},
            **person,
        )
        assert done.returncode == 0, done.stdout

    try:
        do("initdb", "-A", "trust", "-U", "test", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
        do("pg_ctl", "-w", "-l", folder / "log", "-o", options, "start")
        yield folder
        do("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def address(folder, database):
    """What `DATABASE_URL` says of a database of that server."""
    return f"postgresql+psycopg://test@/{database}?host={folder}"
