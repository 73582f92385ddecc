"""A real server and a real browser for the tests of this folder.

- `browser`: one Chromium for the whole run (Debian's where it is there, else Playwright's own)
- `open_page`: new tabs, each with its own cookies and storage; errors of the page fail the test
- `server`, `workspace`: one app for the whole run and its workspace, in which each test has a task of its own

Files about a single widget start a server of their own, see `app_server.AppServer`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app_server import PROJECT, AppServer, OpenPage, launch_chromium
from editor_driver import WAIT_MS
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from core.workspace import Workspace

expect.set_options(timeout=WAIT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser") / "workspace"


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[AppServer]:
    started = AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": str(folder)})
    started.start()
    yield started
    started.kill()


@pytest.fixture(scope="session")
def workspace(folder: Path) -> Iterator[Workspace]:
    with Workspace.open(folder) as opened:
        yield opened


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an address in a new tab; options are those of a Playwright context, `context` reuses one."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_one(url: str, context: BrowserContext | None = None, **options: Any) -> Page:
        if context is None:
            context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
            context.set_default_timeout(WAIT_MS)
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == [], "the page threw errors"
