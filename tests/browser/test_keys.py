"""By keys alone through the side bar: what has the focus is seen, and open boxes are where Tab goes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from app_server import AppServer, OpenPage
from editor_driver import Editor, settled, wait_for
from playwright.sync_api import Page, expect

from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workspace import NewRevision, TaskClass, TaskRow, Workspace


@pytest.fixture
def task(request: pytest.FixtureRequest, workspace: Workspace) -> TaskRow:
    """A task of the test's own."""
    return workspace.tasks.create(request.node.name)


@pytest.fixture
def page(server: AppServer, open_page: OpenPage, task: TaskRow) -> Page:
    """The first page of the task, drawn to its end."""
    page = open_page(f"{server.url}/?task={task.slug}")
    expect(page.get_by_role("button", name="Change task")).to_be_visible()
    settled(page)
    # The browser may still fetch the part of Streamlit that starts this script of the page.
    page.wait_for_function("globalThis.maskLoopPopovers")
    return page


def test_a_task_is_renamed_by_keys_alone(workspace: Workspace, page: Page, task: TaskRow) -> None:
    change = page.get_by_role("button", name="Change task")
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


def test_the_editor_has_the_focus_after_an_upload(page: Page) -> None:
    change = page.get_by_role("button", name="Change task")
    change.click()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Name of the task")).not_to_be_visible()
    # As after the system's window in which a file is chosen.
    change.blur()
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="Upload images")
    picture = encode_png(np.zeros((64, 64), np.uint8))
    uploader.locator("input[type=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": picture}
    )
    editor = page.get_by_label("Mask editor", exact=True)
    expect(editor).to_have_attribute("data-image", re.compile("."))
    expect(editor).to_be_focused()


def test_the_link_that_has_the_focus_is_seen(page: Page) -> None:
    link = page.get_by_role("link", name="Review")
    expect(link).not_to_have_css("outline-style", "solid")
    page.get_by_role("link", name="Segment").focus()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_have_css("outline-style", "solid")


def test_keys_are_the_pictures_after_something_else_was_pressed(
    server: AppServer, workspace: Workspace, task: TaskRow, open_page: OpenPage
) -> None:
    workspace.tasks.set_classes(task.id, [TaskClass("Nucleus"), TaskClass("Membrane")])
    pictures = [encode_png(np.full((64, 64), number, np.uint8)) for number in range(4)]
    add_images(workspace, task.id, [(f"{number}.png", each) for number, each in enumerate(pictures)])
    page = open_page(f"{server.url}/?task={task.slug}")
    editor = Editor(page, Path(), "")
    settled(page)
    opened = f"{workspace.images.list(task.id)[0].id}.0"
    expect(editor.surface).to_have_attribute("data-image", opened)

    def goes_on(key: str) -> None:
        nonlocal opened
        page.keyboard.press(key)
        expect(editor.surface).not_to_have_attribute("data-image", opened)
        editor.wait_ready()
        settled(page)
        opened = editor.surface.get_attribute("data-image") or ""

    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option").first.click()
    goes_on("n")
    over = page.get_by_role("combobox", name="Paint over")
    over.hover()
    over.select_option("Everything")
    expect(editor.surface).to_be_focused()
    page.get_by_role("radio", name="All 4").click()
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="Membrane")).to_be_checked()
    goes_on("n")
    # Where somebody types they are letters.
    page.get_by_role("button", name="Find").click()
    page.get_by_role("textbox", name="Name or number").press("n")
    expect(page.get_by_role("textbox", name="Name or number")).to_have_value("n")
    expect(editor.surface).to_have_attribute("data-image", opened)


def test_keys_are_the_pages_after_an_order_was_chosen(
    server: AppServer, workspace: Workspace, task: TaskRow, open_page: OpenPage
) -> None:
    picture = encode_png(np.zeros((64, 64), np.uint8))
    (added,) = add_images(workspace, task.id, [("a.png", picture)])
    workspace.masks.save(added.image_id or 0, NewRevision(picture, None, 0.5, None, "Kim", 1.0, 0.1))
    page = open_page(f"{server.url}/review?task={task.slug}")
    tile = page.get_by_role("button", name="a.png")
    expect(tile).to_be_focused()
    page.get_by_role("combobox", name="Order").click()
    page.get_by_role("option", name="Newest first").click()
    expect(page.get_by_role("button", name="Approve the others (1)")).to_be_visible()
    settled(page)
    page.keyboard.press("1")
    expect(page.get_by_text("✕ outline off")).to_be_visible()
    page.keyboard.press("v")
    expect(page.get_by_role("button", name="Approve")).to_be_visible()


def test_the_editor_takes_the_place_of_a_notice_that_has_gone(
    server: AppServer, workspace: Workspace, task: TaskRow, open_page: OpenPage
) -> None:
    add_images(workspace, task.id, [("a.png", encode_png(np.zeros((64, 64), np.uint8)))])
    workspace.persons.get_or_add("Kim")
    page = open_page(f"{server.url}/?task={task.slug}")
    editor = Editor(page, Path(), "")
    settled(page)

    def top_and_bottom() -> tuple[int, int]:
        box = page.locator("[data-mask-editor]").bounding_box() or {}
        return round(box["y"]), round(box["y"] + box["height"])

    before = top_and_bottom()
    page.get_by_test_id("stSidebar").get_by_test_id("stPopover").last.get_by_role("button").click()
    page.get_by_label("Your name", exact=True).fill("Kim")
    page.get_by_label("Your name", exact=True).press("Enter")
    expect(page.get_by_text("You go on as Kim")).to_be_visible()
    page.keyboard.press("Escape")
    settled(page)
    wait_for(lambda: top_and_bottom()[0] > before[0] and top_and_bottom()[1] == before[1])
    page.get_by_text("Only what I checked").click()
    expect(page.get_by_text("You go on as Kim")).to_have_count(0)
    wait_for(lambda: top_and_bottom() == before)
    editor.wait_ready()


@pytest.mark.parametrize(("keys", "further"), [(["s", "n"], 1), (["s", "PageDown"], 1), (["Enter", "n"], 2)])
def test_what_is_saved_and_left_at_once_is_saved(
    server: AppServer,
    workspace: Workspace,
    task: TaskRow,
    open_page: OpenPage,
    keys: list[str],
    further: int,
) -> None:
    pictures = [encode_png(np.full((48, 64), number, np.uint8)) for number in range(3)]
    add_images(workspace, task.id, [(f"{number}.png", each) for number, each in enumerate(pictures)])
    images = workspace.images.list(task.id)
    page = open_page(f"{server.url}/?task={task.slug}&image={images[0].id}")
    editor = Editor(page, Path(), "")
    settled(page)
    editor.stroke([(10, 10), (30, 10)])
    # Both before the server can hear of the first one.
    editor.surface.evaluate(
        "(surface, keys) => keys.forEach((key) =>"
        " surface.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true })))",
        keys,
    )
    expect(editor.surface).to_have_attribute("data-image", f"{images[further].id}.0")
    settled(page)
    assert len(workspace.masks.history(images[0].id)) == 1
    assert not workspace.images.get(images[0].id).has_unsaved_changes
    assert not any(workspace.masks.history(each.id) for each in images[1:])


def test_who_meets_an_image_that_is_lost_goes_on_by_keys(
    server: AppServer, workspace: Workspace, task: TaskRow, open_page: OpenPage, folder: Path
) -> None:
    pictures = [encode_png(np.full((48, 64), 50 + number, np.uint8)) for number in range(3)]
    add_images(workspace, task.id, [(f"{number}.png", each) for number, each in enumerate(pictures)])
    images = workspace.images.list(task.id)
    (lost,) = folder.rglob(f"{images[1].sha256}.png")
    lost.unlink()
    page = open_page(f"{server.url}/?task={task.slug}&image={images[0].id}")
    editor = Editor(page, Path(), "")
    for key, opened in (("n", images[2]), ("Shift+N", images[0])):
        settled(page)
        page.keyboard.press(key)
        expect(
            page.get_by_role("alert").filter(has_text=f"{images[1].name}: The workspace has lost")
        ).to_be_visible()
        expect(page.get_by_role("button", name="Delete image")).to_be_visible()
        settled(page)
        page.keyboard.press(key)
        expect(editor.surface).to_have_attribute("data-image", f"{opened.id}.0")
