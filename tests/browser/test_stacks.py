"""A stack in a real browser: keys go through it, and what is said of a slice is true of what is seen."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from app_server import AppServer, OpenPage
from editor_driver import Editor, settled, wait_for
from playwright.sync_api import expect

from core.correction.corrections import decode_layer
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import content_of_mask
from core.workspace import ImageRow, TaskClass, Workspace

SIDE = 64


@pytest.fixture
def slices(workspace: Workspace, request: pytest.FixtureRequest) -> list[ImageRow]:
    """A stack of four slices under a microscope, in a task of the test's own without a model."""
    task = workspace.tasks.create(request.node.name.replace("_", " "))
    pages = io.BytesIO()
    size = {"resolution": (250, 250), "metadata": {"axes": "ZYX", "unit": "um", "spacing": 0.05}}
    tifffile.imwrite(pages, np.zeros((4, SIDE, SIDE), np.uint8), imagej=True, **size)
    add_images(workspace, task.id, [("pages.tif", pages.getvalue())])
    return workspace.images.of_stack(workspace.images.list(task.id)[0])


def open_slice(workspace: Workspace, server: AppServer, open_page: OpenPage, image: ImageRow) -> Editor:
    slug = workspace.tasks.get_by_id(image.task_id).slug
    page = open_page(f"{server.url}/?task={slug}&image={image.id}")
    opened = Editor(page, Path(), "", (SIDE, SIDE))
    settled(page)
    return opened


def layer_on_disk(workspace: Workspace, image: ImageRow) -> np.ndarray:
    draft = workspace.drafts.get(image.id)
    assert draft is not None
    assert draft.layer_png is not None
    return decode_layer(draft.layer_png, (SIDE, SIDE), 3)


def test_keys_that_go_through_a_stack_draw_nothing(
    server: AppServer, workspace: Workspace, slices: list[ImageRow], open_page: OpenPage
) -> None:
    canvas = open_slice(workspace, server, open_page, slices[0])
    page = canvas.page
    for number in (2, 3):
        canvas.press("PageDown")
        expect(page.get_by_text(f"Slice {number} of 4")).to_be_visible()
        settled(page)
    expect(page.get_by_text("0 of 4 slices drawn or saved")).to_be_visible()
    canvas.press("PageDown")
    expect(
        page.get_by_text("Slice 4 of 4 · 0.15 µm from the first · 0.004 × 0.004 × 0.05 µm")
    ).to_be_visible()
    settled(page)
    canvas.press("PageDown")
    expect(page.get_by_text("This is the last slice.")).to_be_visible()
    settled(page)
    expect(page.get_by_text("No changes yet", exact=True)).to_be_visible()
    expect(canvas.button("Fill in between")).to_be_disabled()


def test_each_of_several_quick_presses_goes_one_slice_further(
    server: AppServer, workspace: Workspace, slices: list[ImageRow], open_page: OpenPage
) -> None:
    canvas = open_slice(workspace, server, open_page, slices[0])
    page = canvas.page
    for _ in range(3):
        canvas.press("PageDown")
    expect(page.get_by_text("Slice 4 of 4")).to_be_visible()
    settled(page)
    expect(canvas.surface).to_have_attribute("data-image", f"{slices[3].id}.0")
    for _ in range(2):
        canvas.press("PageUp")
    expect(page.get_by_text("Slice 2 of 4")).to_be_visible()
    settled(page)
    assert [each.id for each in slices if workspace.drafts.get(each.id)] == []


def test_a_held_key_shows_each_slice_on_its_way(
    server: AppServer, workspace: Workspace, slices: list[ImageRow], open_page: OpenPage
) -> None:
    canvas = open_slice(workspace, server, open_page, slices[0])
    canvas.surface.focus()
    canvas.surface.evaluate(
        "surface => { window.shown = []; new MutationObserver(() => {"
        " const { image } = surface.dataset;"
        " if (image && window.shown.at(-1) !== image) window.shown.push(image); })"
        ".observe(surface, { attributeFilter: ['data-image'] }) }"
    )

    def last_while_held() -> bool:
        canvas.page.keyboard.down("PageDown")
        return canvas.surface.get_attribute("data-image") == f"{slices[3].id}.0"

    wait_for(last_while_held)
    canvas.page.keyboard.up("PageDown")
    assert canvas.page.evaluate("window.shown") == [f"{each.id}.0" for each in slices[1:]]
    settled(canvas.page)
    assert [each.id for each in slices if workspace.drafts.get(each.id)] == []


def test_a_slice_is_called_filled_in_until_something_is_painted_on_it(
    server: AppServer, workspace: Workspace, slices: list[ImageRow], open_page: OpenPage
) -> None:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[10:30, 10:30] = 1
    for each in (slices[0], slices[3]):
        workspace.drafts.start_from(each.id, content_of_mask(workspace, each, mask))
    canvas = open_slice(workspace, server, open_page, slices[1])
    page = canvas.page
    canvas.button("Fill in between").click()
    line = page.get_by_text("Filled in between drawn slices")
    expect(line).to_be_visible()
    settled(page)
    canvas.stroke([(40, 40), (50, 50)])
    expect(line).to_have_count(0)
    expect(page.get_by_text("3 of 4 slices drawn or saved")).to_be_visible()
    canvas.press("PageDown")
    expect(line).to_be_visible()
    settled(page)
    canvas.button("Copy next").click()
    expect(line).to_have_count(0)
    expect(page.get_by_text("4 of 4 slices drawn or saved")).to_be_visible()


def test_a_copied_mask_keeps_its_classes(
    server: AppServer, workspace: Workspace, slices: list[ImageRow], open_page: OpenPage
) -> None:
    workspace.tasks.set_classes(slices[0].task_id, [TaskClass(name) for name in ("Lung", "Heart", "Rib")])
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[10:20, 10:20], mask[30:35, 30:35] = 1, 3
    workspace.drafts.start_from(slices[0].id, content_of_mask(workspace, slices[0], mask))
    canvas = open_slice(workspace, server, open_page, slices[1])
    # Heart is chosen, and what was drawn of it here gives way to the copy.
    canvas.press("2")
    canvas.stroke([(50, 50), (60, 60)])
    canvas.button("Copy previous").click()
    wait_for(lambda: (layer_on_disk(workspace, slices[1]) == mask + 1).all())
    # 100 pixels of 0.004 * 0.004.
    expect(canvas.page.get_by_text("100 px · 0.0016 µm²")).to_be_visible()


def test_the_size_of_a_pixel_is_given_where_the_file_does_not_say_it(
    server: AppServer, workspace: Workspace, open_page: OpenPage
) -> None:
    task = workspace.tasks.create("Cells without a scale")
    pixels = cv2.imencode(".png", np.zeros((SIDE, SIDE), np.uint8))[1].tobytes()
    add_images(workspace, task.id, [("cells.png", pixels)])
    (image,) = workspace.images.list(task.id)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[10:20, 10:20] = 1
    workspace.drafts.start_from(image.id, content_of_mask(workspace, image, mask))
    page = open_slice(workspace, server, open_page, image).page
    expect(page.get_by_text("100 px", exact=True)).to_be_visible()
    page.get_by_role("button", name="Pixel size").click()
    box = page.get_by_label("Side of a pixel (µm)")
    for typed, said in (("0.5", "100 px · 25 µm²"), ("100", "100 px · 1 mm²"), ("", "100 px")):
        box.fill(typed)
        box.press("Enter")
        expect(page.get_by_text(said, exact=True)).to_be_visible()
