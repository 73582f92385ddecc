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


def _do(programs, folder, *command):
    done = subprocess.run(
        [programs / command[0], "-D", folder / "data", *command[1:]],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
        **_person(),
    )
    assert done.returncode == 0, done.stdout


def _person():
    """It refuses root: the package makes a user for it."""
    return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}


def _start(programs, folder):
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
    _do(programs, folder, "pg_ctl", "-w", "-l", folder / "log", "-o", options, "start")


def _stop(programs, folder):
    _do(programs, folder, "pg_ctl", "-m", "immediate", "stop")


@contextmanager
def running(programs):
    """The folder of a running server, which it also has its socket in."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    if _person():
        shutil.chown(folder, **_person())
    try:
        _do(programs, folder, "initdb", "-A", "trust", "-U", "test", "-E", "UTF8", "--no-sync")
        _start(programs, folder)
        yield folder
        _stop(programs, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def away(programs, folder):
    """The server is gone meanwhile, as when its machine is started anew."""
    _stop(programs, folder)
    try:
        yield
    finally:
        _start(programs, folder)


def address(folder, database):
    """What `DATABASE_URL` says of a database of that server."""
    return f"postgresql+psycopg://test@/{database}?host={folder}"
