"""Signing in at a service (OpenID Connect) in a real browser: on the list, not on it, no longer on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from app_server import PROJECT, AppServer
from playwright.sync_api import Browser, Page, expect
from sign_in_service import SignInService

from core.workspace import Workspace

SECRETS = """
[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "of the tests, long enough to sign with"
client_id = "mask-loop"
client_secret = "of the tests"
server_metadata_url = "{service}/.well-known/openid-configuration"
"""


@pytest.fixture
def service() -> Iterator[SignInService]:
    running = SignInService("kim@lab.org")
    yield running
    running.stop()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def server(tmp_path: Path, service: SignInService, workspace: Workspace) -> Iterator[AppServer]:
    secrets = tmp_path / "secrets.toml"
    environment = {"REQUIRE_SIGN_IN": "1", "STREAMLIT_SECRETS_FILES": str(secrets)}
    started = AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": workspace.address, **environment})
    secrets.write_text(SECRETS.format(port=started.port, service=service.url))
    started.start()
    yield started
    started.kill()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_the_service_says_who_it_is_and_the_list_whether_they_may_come_in(
    page: Page, server: AppServer, service: SignInService, workspace: Workspace
) -> None:
    kim = workspace.persons.get_or_add("kim@lab.org")
    workspace.persons.set_role(kim.id, "reader")
    # An address of a page does not lead past the gate.
    page.goto(f"{server.url}/review")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_test_id("stFileUploader").first).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("button", name="kim@lab.org").click()
    expect(page.get_by_text("You work here as reader.")).to_be_visible()

    page.reload()
    expect(page.get_by_test_id("stSidebar").get_by_role("button", name="kim@lab.org")).to_be_visible()
    workspace.persons.remove(kim.id)
    page.reload()
    expect(page.get_by_text("is signed in, but not on the list of this workspace")).to_be_visible()
    expect(page.get_by_test_id("stFileUploader")).to_have_count(0)

    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_text("Sign in to see the images of this workspace.")).to_be_visible()
