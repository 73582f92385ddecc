import gc
import os
import sys
from pathlib import Path

import pytest

from tests.eager import eagerly
from tests.exporter import one_child

# As `start_keras` does: tests import Keras by themselves, and what they compare with processes of commands
# must be computed alike.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

IS_ONE_OF_SEVERAL = "PYTEST_XDIST_WORKER" in os.environ
if IS_ONE_OF_SEVERAL:
    # Of this process and of those it starts: pools as large as the machine would wait for each other.
    for name in ("TF_NUM_INTRAOP", "TF_NUM_INTEROP", "OMP_NUM", "OPENBLAS_NUM"):
        os.environ.setdefault(f"{name}_THREADS", "1")
    os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")

# Else one would go on alone with the last of them. What waits for a browser stands between what computes.
LONGEST_FIRST = """
browser/test_loop commands/test_ctrl_c browser/test_editor training/test_devices browser/test_experiments
training/test_fit inference/test_exported commands/test_train_again commands/test_three_commands
browser/test_outage workflows/test_fine_tune commands/test_classify browser/test_review
workflows/test_on_a_cluster experiments/test_compare browser/test_labels workflows/test_fine_tune_labels
training/test_checkpoint experiments/test_several_classes browser/test_sign_in_service inference/test_tiling
commands/test_addresses inference/test_predictor jobs/test_queue test_colab_notebook
browser/test_prompt_canvas browser/test_persons experiments/test_tune experiments/test_job
classification/test_jax jobs/test_engines pages/test_experiments
""".split()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    if IS_ONE_OF_SEVERAL:
        place = {f"{name}.py": number for number, name in enumerate(LONGEST_FIRST)}
        tests = Path(__file__).parent
        items.sort(key=lambda item: place.get(item.path.relative_to(tests).as_posix(), len(place)))


@pytest.fixture(scope="session", autouse=True)
def compiled_once(tmp_path_factory):
    """Networks that tests export for OpenVINO are kept for the session, not in the person's own cache.

    So is what JAX compiles: by far most of what a process of a few steps does.
    """
    folder = tmp_path_factory.getbasetemp()
    # Processes of pytest-xdist have folders of their own beside each other.
    folder = folder.parent if IS_ONE_OF_SEVERAL else folder
    os.environ.setdefault("NETWORK_CACHE_DIR", str(folder / "networks"))
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(folder / "jax"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    with one_child(tmp_path_factory.mktemp("exporter")):
        yield


@pytest.fixture(scope="session")
def empty_workspace(tmp_path_factory):
    """The folder of a new workspace, to be copied: its tables take six times as long to make as to open."""
    from core.workspace import Workspace

    folder = tmp_path_factory.mktemp("empty") / "workspace"
    Workspace.open(folder, rows_at="", files_at="").close()
    return folder


@pytest.fixture(scope="module", autouse=True)
def little_to_collect():
    """What is there before a file of tests is not looked through again at each collection of garbage.

    TensorFlow alone makes a million objects; Streamlit collects after each run of a page, Keras and trainings
    after each network.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def own_main(main=sys.modules["__main__"]):
    """Streamlit's test runner leaves its script as `__main__`, which processes that are spawned would run."""
    sys.modules["__main__"] = main


@pytest.fixture(autouse=True)
def new_session():
    """Outside of a page Streamlit keeps one session for the process; each test begins with a new one."""
    yield
    if "streamlit" in sys.modules:
        sys.modules["streamlit"].session_state.clear()


@pytest.fixture
def eager():
    """Networks of this test take their steps without a graph, see `tests.eager`."""
    with eagerly():
        yield
