import os

import pytest

from tests.eager import eagerly


@pytest.fixture(scope="session", autouse=True)
def exported_networks(tmp_path_factory):
    """Networks that tests export for OpenVINO are kept for the session, not in the person's own cache."""
    folder = tmp_path_factory.getbasetemp()
    # Processes of pytest-xdist have folders of their own beside each other.
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    os.environ.setdefault("NETWORK_CACHE_DIR", str(folder / "networks"))


@pytest.fixture
def eager():
    """Networks of this test take their steps without a graph, see `tests.eager`."""
    with eagerly():
        yield
