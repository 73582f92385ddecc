import gc
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


@pytest.fixture(scope="module", autouse=True)
def little_to_collect():
    """What is there before a file of tests is not looked through again at each collection of garbage.

    TensorFlow alone makes a million objects; Streamlit collects after each run of a page, Keras and trainings
    after each network.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
def eager():
    """Networks of this test take their steps without a graph, see `tests.eager`."""
    with eagerly():
        yield
