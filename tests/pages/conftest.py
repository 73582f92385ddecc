"""The app in Streamlit's own test runner: real store, real workflows, no browser."""

import functools
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest, app_test

from benchmarks.phantoms.xray import xray_phantom
from core.imaging.masks import encode_png
from core.ui import state
from core.workflows.open_workspace import open_workspace
from core.workspace import Workspace

PROJECT = Path(__file__).resolve().parents[2]

OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def looked_up_once() -> Iterator[None]:
    """As by a server: packages are searched for components and pages are compiled once, not for each test.

    Nor is a session of Keras ended after each run: a server has not imported it, other tests have.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((manifest_scanner, "scan_component_manifests"), (app_test, "ScriptCache")):
            patch.setattr(module, name, functools.cache(getattr(module, name)))
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture(scope="session")
def with_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace in which nobody has been, to be copied: models take long to write."""
    folder = tmp_path_factory.mktemp("with_models") / "workspace"
    open_workspace(folder).close()
    return folder


@pytest.fixture
def workspace(tmp_path: Path, with_models: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """An empty workspace, the one that the app opens."""
    folder = shutil.copytree(with_models, tmp_path / "workspace")
    monkeypatch.setenv("WORKSPACE_DIR", str(folder))
    st.cache_resource.clear()
    opened = state.workspace()
    yield opened
    opened.close()
    st.cache_resource.clear()


@pytest.fixture
def open_page(workspace: Workspace) -> OpenPage:
    """Opens a page of the app through the router, with a query."""

    def open_one(name: str = "segment", **query: str) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "pages" / "router.py"), default_timeout=240)
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        return app if name == "segment" else app.switch_page(f"{name}.py").run()

    return open_one


def unfolded(app: AppTest, *keys: str) -> AppTest:
    """The page once boxes are open whose content is asked for only then."""
    for key in keys:
        app.session_state[key] = True
    return app.run()


def png(seed: int, side: int = 64) -> bytes:
    """A small chest X-ray phantom."""
    image, _ = xray_phantom(seed, side)
    return encode_png(np.asarray(image, np.uint8))


def shown(markdown: str) -> str:
    """Markdown without the fences that text from outside is written in."""
    return re.sub(r"(`+) (.*?) \1(?!`)", r"\2", markdown)
