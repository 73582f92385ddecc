"""Every test of the store runs on SQLite, and on a PostgreSQL of its own where one can be had.

A test that is about the file itself is marked `sqlite`, one about several writers at once `postgresql`.
"""

import itertools
import shutil

import pytest
from sqlalchemy import create_engine

from core.workspace import ImageFacts, Workspace
from tests.workspace import postgresql

NUMBERS = itertools.count()
TEMPLATE = "migrated"
KINDS = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc):
    if "store" in metafunc.fixturenames:
        marked = [kind for kind in KINDS if metafunc.definition.get_closest_marker(kind)]
        metafunc.parametrize("store", marked or KINDS, indirect=True)


class Server:
    """A PostgreSQL that runs as long as the tests."""

    def __init__(self, folder):
        self._folder = folder
        self._engine = create_engine(postgresql.address(folder, "postgres"), isolation_level="AUTOCOMMIT")

    def make(self, name, template="template1"):
        """The address of a new database."""
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return postgresql.address(self._folder, name)

    def drop(self, name):
        """Of hundreds the files alone would take half a minute to delete at the end."""
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _do(self, statement):
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    programs = postgresql.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here")
    with postgresql.running(programs) as folder:
        server = Server(folder)
        patch = pytest.MonkeyPatch()
        patch.setenv("DATABASE_URL", server.make(TEMPLATE))
        Workspace.open(tmp_path_factory.mktemp("template")).close()
        patch.undo()
        yield server


@pytest.fixture(autouse=True)
def store(request, monkeypatch):
    """Where the rows of this test are: "sqlite" or "postgresql"."""
    monkeypatch.delenv("FILES_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if request.param != "postgresql":
        yield request.param
        return
    server, name = request.getfixturevalue("server"), f"test_{next(NUMBERS)}"
    monkeypatch.setenv("DATABASE_URL", server.make(name, TEMPLATE))
    yield request.param
    server.drop(name)


@pytest.fixture
def workspace(tmp_path, store, empty_workspace):
    if store == "sqlite":
        shutil.copytree(empty_workspace, tmp_path / "workspace")
    with Workspace.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def task(workspace):
    return workspace.tasks.get("lung_xray")


@pytest.fixture
def add_image(workspace, task):
    """Adds the image whose bytes are the given text."""

    def add(text="a", task_id=None, name=None):
        return workspace.images.add(
            task.id if task_id is None else task_id, name or f"{text}.png", text.encode(), ImageFacts(2, 3)
        )

    return add


@pytest.fixture
def put(workspace):
    """A message of the editor; a layer's text stands for its bytes."""

    def send(image, layer, client="tab 1", sequence=1, **others):
        settings = {"who": "Kim", "version_id": None, "threshold": 0.5, "seconds": 2.0, **others}
        return workspace.drafts.put(
            image.id, layer_png=layer.encode(), client_id=client, sequence=sequence, **settings
        )

    return send
