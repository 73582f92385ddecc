"""A task's classes in a real browser: what the boxes of their list show is what a press does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from app_server import AppServer, OpenPage
from editor_driver import Editor, settled
from playwright.sync_api import Locator, Page, expect

from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workspace import TaskClass, TaskRow, Workspace
from core.workspace.classes import merged


def task_of(workspace: Workspace, title: str, *classes: str, side: int = 64) -> TaskRow:
    """A task with these classes and one black image."""
    task = workspace.tasks.create(title)
    task = workspace.tasks.set_classes(task.id, [TaskClass(name) for name in classes])
    add_images(workspace, task.id, [("a.png", encode_png(np.zeros((side, side), np.uint8)))])
    return task


def opened_list(page: Page) -> Locator:
    """The dialog with the task's classes, drawn to its end."""
    page.get_by_role("button", name="Classes", exact=True).click()
    listed = page.get_by_role("dialog", name="Classes")
    expect(listed).to_be_visible()
    settled(page)
    return listed


def test_a_class_is_merged_into_the_one_that_the_box_shows_after_the_order_was_changed(
    server: AppServer, workspace: Workspace, open_page: OpenPage
) -> None:
    task = task_of(workspace, "Chest with three classes", "Lung", "Heart", "Rib")
    page = open_page(f"{server.url}/?task={task.slug}")
    listed = opened_list(page)
    # Untouched, the box of Lung shows the first of the others.
    listed.get_by_role("button", name="Move Lung down").click()
    expect(listed.get_by_label("Name of class 1")).to_have_value("Heart")
    settled(page)
    listed.get_by_role("button", name="Merge or delete Lung").click()
    expect(page.get_by_role("combobox", name="Merge into")).to_have_value("Heart")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(listed.get_by_role("button", name="Undo: Lung merged into Heart")).to_be_visible()
    # The box of the class that took its place would merge that one at the next press.
    expect(page.get_by_role("button", name="Merge", exact=True)).to_have_count(0)
    heart, rib, lung = workspace.tasks.get_by_id(task.id).all_classes
    assert (heart.name, rib.name, lung.name, lung.becomes) == ("Heart", "Rib", "Lung", heart.value)


def test_escape_closes_the_list_after_the_box_that_had_the_focus_went_with_its_class(
    server: AppServer, workspace: Workspace, open_page: OpenPage
) -> None:
    task = task_of(workspace, "Chest with a class too many", "Lung", "Heart")
    page = open_page(f"{server.url}/?task={task.slug}")
    listed = opened_list(page)
    listed.get_by_role("button", name="Merge or delete Heart").click()
    page.get_by_role("button", name="Delete class").click()
    expect(listed.get_by_role("button", name="Undo: Heart deleted")).to_be_visible()
    settled(page)
    page.keyboard.press("Escape")
    expect(listed).to_have_count(0)


def test_a_class_that_was_merged_is_brought_back_in_another_session(
    server: AppServer, workspace: Workspace, open_page: OpenPage
) -> None:
    task = task_of(workspace, "Chest merged yesterday", "Lung", "Heart")
    workspace.tasks.set_classes(task.id, merged(task.classes, task.classes[1].value, into=1))
    page = open_page(f"{server.url}/?task={task.slug}")
    listed = opened_list(page)
    listed.get_by_role("button", name="Bring back Heart").click()
    expect(listed.get_by_role("button", name="Undo: Heart brought back")).to_be_visible()
    expect(listed.get_by_label("Name of class 2")).to_have_value("Heart")
    expect(listed.get_by_role("button", name="Bring back Heart")).to_have_count(0)
    assert [each.name for each in workspace.tasks.get_by_id(task.id).classes] == ["Lung", "Heart"]


def test_numbers_of_classes_that_grow_move_no_picture(
    server: AppServer, workspace: Workspace, open_page: OpenPage
) -> None:
    task = task_of(workspace, "Chest in a small window", "Lung", "Heart", "Rib", side=300)
    page = open_page(f"{server.url}/?task={task.slug}", viewport={"width": 1080, "height": 768})
    editor = Editor(page, Path(), "", (300, 300))
    settled(page)
    place = editor.surface.bounding_box()
    editor.set_slider("Brush size", 60)
    for key, row in (("1", 50.5), ("2", 150.5), ("3", 250.5)):
        editor.press(key)
        editor.stroke([(20.5, row), (280.5, row)])
    assert editor.surface.bounding_box() == place
