"""By keys alone through the side bar: what has the focus is seen, and open boxes are where Tab goes."""

from __future__ import annotations

from app_server import AppServer, OpenPage
from editor_driver import settled
from playwright.sync_api import expect

from core.workspace import Workspace


def test_a_task_is_renamed_by_keys_alone(
    server: AppServer, workspace: Workspace, open_page: OpenPage
) -> None:
    task = workspace.tasks.create("By keys")
    page = open_page(f"{server.url}/?task={task.slug}")
    change = page.get_by_role("button", name="Change task")
    expect(change).to_be_visible()
    settled(page)
    change.focus()
    page.keyboard.press("Enter")
    title = page.get_by_label("Name of the task")
    expect(title).to_be_visible()
    page.keyboard.press("Tab")
    expect(title).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(change).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("열쇠로만")
    expect(title).to_have_value("열쇠로만")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Task")).to_have_value("열쇠로만")
    assert workspace.tasks.get(task.slug).title == "열쇠로만"


def test_the_link_that_has_the_focus_is_seen(
    server: AppServer, workspace: Workspace, open_page: OpenPage
) -> None:
    task = workspace.tasks.create("Focus is seen")
    page = open_page(f"{server.url}/?task={task.slug}")
    link = page.get_by_role("link", name="Review")
    expect(link).to_be_visible()
    settled(page)
    page.get_by_role("link", name="Segment").focus()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_have_css("outline-style", "solid")
