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


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Makes databases on a PostgreSQL that runs as long as the tests; gives their addresses."""
    programs = postgresql.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here")
    with postgresql.running(programs) as folder:
        engine = create_engine(postgresql.address(folder, "postgres"), isolation_level="AUTOCOMMIT")

        def make(name, template="template1"):
            with engine.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
            return postgresql.address(folder, name)

        patch = pytest.MonkeyPatch()
        patch.setenv("DATABASE_URL", make(TEMPLATE))
        Workspace.open(tmp_path_factory.mktemp("template")).close()
        patch.undo()
        yield make
        engine.dispose()


@pytest.fixture(autouse=True)
def store(request, monkeypatch):
    """Where the rows of this test are: "sqlite" or "postgresql"."""
    monkeypatch.delenv("FILES_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if request.param == "postgresql":
        make = request.getfixturevalue("server")
        monkeypatch.setenv("DATABASE_URL", make(f"test_{next(NUMBERS)}", TEMPLATE))
    return request.param


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
