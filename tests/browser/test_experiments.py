"""The Experiments page in a real browser: the synthetic check from the click to its table, and Stop."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from app_server import AppServer, OpenPage
from playwright.sync_api import Locator, Page, expect

from core.experiments.runs.start import experiments_root
from core.jobs import queue
from core.jobs.process import is_alive
from core.workspace import JobRow, Workspace

TRAINING_SECONDS = 1200


@pytest.fixture(autouse=True)
def no_process_is_left(workspace: Workspace) -> Iterator[None]:
    yield
    for job in workspace.jobs.list():
        queue.request_stop(workspace, job.id)
        assert ends(job)


def ends(job: JobRow) -> bool:
    """Whether the job's process is gone, now or in a while."""
    deadline = time.monotonic() + TRAINING_SECONDS
    while time.monotonic() < deadline:
        if job.pid is None or not is_alive(job.pid, job.process_created):
            return True
        time.sleep(0.2)
    return False


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def number(page: Page, label: str, value: int) -> None:
    field = page.get_by_role("spinbutton", name=label)
    # While the form changes, the field of before stays a moment beside the new one.
    expect(field).to_have_count(1)
    field.fill(str(value))
    field.press("Enter")
    expect(field).to_have_value(str(value))


@pytest.mark.slow
def test_synthetic_check_runs_to_its_table_and_is_kept(
    server: AppServer, workspace: Workspace, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/experiments")
    expect(page.get_by_text("Find out how far a number can be trusted")).to_be_visible()
    page.get_by_text("Synthetic check", exact=True).click()
    number(page, "Made-up images", 12)
    number(page, "Folds", 2)
    number(page, "Epochs of each run", 2)
    button(page, "Start experiment").click()
    expect(page.get_by_text("Experiment: 12 noise images, 2 folds")).to_be_visible()
    expect(button(page, "Stop")).to_be_visible()
    # The run goes on while nobody looks at it.
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    page.get_by_role("link", name="Experiments").click()

    ended = page.get_by_text("How to read the numbers")
    expect(ended).to_be_visible(timeout=TRAINING_SECONDS * 1000)
    expect(page.get_by_role("heading", name="12 noise images, 2 folds")).to_be_visible()
    table = page.get_by_role("table")
    expect(table).to_contain_text("precision")
    expect(table).to_contain_text("mean of folds")
    expect(page.get_by_role("img", name="Loss and Dice of every fold, epoch by epoch.")).to_be_visible()
    with page.expect_download() as waiting:
        button(page, "Download report").click()
    assert waiting.value.suggested_filename.startswith("synthetic-")
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    address = page.url

    button(page, "All experiments").click()
    # Boxes to choose from have buttons of that name too.
    kept = page.get_by_role("main").locator('[data-testid="stButton"]')
    expect(kept.get_by_role("button", name="Open", exact=True)).to_be_visible()
    again = open_page(address)
    expect(again.get_by_role("table")).to_be_visible()
    made = experiments_root(workspace) / address.rsplit("=", 1)[1]
    assert (made / "report.md").is_file()


@pytest.mark.slow
def test_stop_ends_the_run_and_keeps_what_there_is(
    server: AppServer, workspace: Workspace, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/experiments")
    page.get_by_text("Synthetic check", exact=True).click()
    number(page, "Made-up images", 200)
    number(page, "Epochs of each run", 500)
    button(page, "Start experiment").click()
    expect(page.get_by_text("run 1 of 3").first).to_be_visible(timeout=TRAINING_SECONDS * 1000)
    button(page, "Stop").click()
    expect(page.get_by_text("Stopped before all of it was done").first).to_be_visible()
    expect(button(page, "Go on")).to_be_visible()
    job = workspace.jobs.list()[0]
    assert job.status == "stopped"
    assert ends(job)
