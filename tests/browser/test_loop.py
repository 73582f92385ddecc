"""The whole loop in a real browser on a real server: upload, correct, save, reload, fine-tune, promoted.

And what must never happen: a stroke lost to a killed server, one tab's work overwritten by another's, a deep
link that shows a page without the app around it.
"""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from app_server import AppServer, OpenPage
from editor_driver import Editor, settled
from playwright.sync_api import Locator, Page, expect

from core.correction.corrections import decode_layer, encode_layer
from core.imaging.masks import encode_png
from core.registry.predictors import Predictors
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import read_mask, save_mask
from core.workspace import DraftContent, TaskRow, Workspace

SIDE = 64
TRAINING_SECONDS = 1200


@pytest.fixture
def discs(workspace: Workspace, request: pytest.FixtureRequest) -> TaskRow:
    """A task of the test's own without a model, so that only the fine-tuning waits for TensorFlow."""
    return workspace.tasks.create(request.node.name.replace("_", " "))


def disc(number: int) -> tuple[bytes, np.ndarray]:
    """A bright disc on a grey ground with some noise, as PNG, and its mask."""
    random = np.random.default_rng(number)
    row, col = random.integers(20, SIDE - 20, 2)
    rows, cols = np.mgrid[:SIDE, :SIDE]
    mask = (rows - row) ** 2 + (cols - col) ** 2 < int(random.integers(9, 15)) ** 2
    image = np.where(mask, 190, 70) + random.normal(0, 12, (SIDE, SIDE))
    return encode_png(np.clip(image, 0, 255).astype(np.uint8)), mask


def add_corrected(workspace: Workspace, task: TaskRow, count: int) -> None:
    """Discs with their true masks, saved as a person would."""
    for number in range(count):
        png, mask = disc(number)
        (outcome,) = add_images(workspace, task.id, [(f"disc_{number}.png", png)])
        content = DraftContent(0.5, encode_layer((mask + 1).astype(np.uint8)), None)
        save_mask(workspace, outcome.image_id or 0, Predictors(), content=content, who="Kim")


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    uploader = page.locator("[data-testid=stFileUploader]", has_text="Upload images")
    uploader.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": content} for name, content in files]
    )


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def editor(page: Page) -> Editor:
    opened = Editor(page, Path(), "", (SIDE, SIDE))
    # What comes above it later would move it under the pointer.
    settled(page)
    return opened


def ids(workspace: Workspace, task: TaskRow) -> list[int]:
    """The numbers of a task's images, the oldest first."""
    return sorted(image.id for image in workspace.images.list(task.id))


def layer_on_disk(workspace: Workspace, image_id: int) -> np.ndarray:
    draft = workspace.drafts.get(image_id)
    assert draft is not None
    assert draft.layer_png is not None
    return decode_layer(draft.layer_png, (SIDE, SIDE))


@pytest.mark.slow
def test_upload_correct_save_reload_fine_tune_and_promote(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    add_corrected(workspace, discs, 11)
    page = open_page(f"{server.url}/?task={discs.slug}")
    expect(page.get_by_label("Mask editor", exact=True)).to_be_visible()
    page.get_by_text("Add images").click()
    png, mask = disc(11)
    upload(page, ("마지막 disc.png", png))
    image_id = ids(workspace, discs)[10] + 1
    expect(page).to_have_url(re.compile(f"image={image_id}"))

    # The images before it have corrections, this one has none: the editor shows it now.
    expect(page.get_by_text("Foreground 0.00 %")).to_be_visible()
    canvas = editor(page)
    threshold = canvas.slider("Threshold")
    threshold.focus()
    page.keyboard.press("ArrowRight")
    expect(threshold).to_have_value("0.51")
    rows, cols = np.nonzero(mask)
    centre = (float(cols.mean()), float(rows.mean()))
    canvas.set_slider("Brush size", 20)
    canvas.stroke([centre, (centre[0] + 1, centre[1])])
    canvas.press("e")
    canvas.set_slider("Brush size", 4)
    canvas.stroke([(2.5, 2.5), (6.5, 2.5)])
    drawn = layer_on_disk(workspace, image_id)
    assert (drawn[rows, cols] == 2).mean() > 0.5
    assert drawn[2, 4] == 1

    button(page, "Save mask").click()
    expect(page.get_by_text("Revision 1 by")).to_be_visible()
    (revision,) = workspace.masks.history(image_id)
    assert (read_mask(workspace, revision) == (drawn == 2)).all()
    assert revision.threshold == pytest.approx(0.51)

    page.reload()
    canvas = editor(page)
    expect(canvas.slider("Threshold")).to_have_value("0.51")
    assert (layer_on_disk(workspace, image_id) == drawn).all()

    page.get_by_role("link", name="Fine-tune").click()
    expect(page.get_by_text("You have 12 corrected images.")).to_be_visible()
    page.get_by_label("Epochs").fill("1")
    page.get_by_label("Epochs").press("Enter")
    button(page, "Start fine-tuning").click()
    expect(button(page, "Stop")).to_be_visible()
    page.get_by_role("link", name="Segment").click()
    expect(page.get_by_label("Mask editor", exact=True)).to_be_visible()
    page.get_by_role("link", name="Fine-tune").click()
    asked = page.get_by_text("The locked images do not decide by themselves.")
    expect(asked).to_be_visible(timeout=TRAINING_SECONDS * 1000)

    page.get_by_role("link", name="Models").click()
    few = page.get_by_text("on 3 locked images in 3 groups")
    expect(few).to_be_visible()
    button(page, "Use this version").click()
    expect(page.get_by_text("In use", exact=True)).to_be_visible()
    assert workspace.versions.current(discs.id) is not None


def test_killed_server_loses_no_stroke(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    add_images(workspace, discs.id, [("a.png", disc(0)[0]), ("b.png", disc(1)[0])])
    image_id = ids(workspace, discs)[1]
    page = open_page(f"{server.url}/?task={discs.slug}&image={image_id}")
    canvas = editor(page)
    canvas.set_slider("Threshold", 0.3)
    canvas.stroke([(20.5, 20.5), (40.5, 20.5)])
    drawn = layer_on_disk(workspace, image_id)
    server.kill()
    told = page.get_by_role("dialog", name="No connection")
    expect(told).to_contain_text("This page goes on by itself")
    expect(told.get_by_text("streamlit run")).not_to_be_visible()
    server.start()
    expect(told).to_have_count(0)
    page = open_page(f"{server.url}/?task={discs.slug}")
    canvas = editor(page)
    expect(page).to_have_url(re.compile(f"image={image_id}"))
    expect(canvas.slider("Threshold")).to_have_value("0.3")
    expect(page.get_by_text(f"Foreground {100 * (drawn == 2).mean():.2f} %")).to_be_visible()
    assert (layer_on_disk(workspace, image_id) == drawn).all()
    assert workspace.masks.history(image_id) == []


def test_what_was_drawn_under_a_message_can_be_taken_back_once_that_is_gone(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    slices = [np.full((SIDE, SIDE), value, np.uint8) for value in (70, 90)]
    page = open_page(f"{server.url}/?task={discs.slug}")
    upload(page, ("volume.tif", cv2.imencodemulti(".tif", slices)[1].tobytes()))
    canvas = editor(page)
    message = page.get_by_test_id("stAlert")
    expect(message).to_contain_text("volume.tif")
    canvas.stroke([(20.5, 20.5), (40.5, 20.5)])
    expect(message).to_have_count(0)
    expect(page.get_by_text("Draft 1")).to_be_visible()
    settled(page)
    expect(canvas.button("Undo")).to_be_enabled()


def test_two_tabs_both_keep_what_they_saved(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    add_images(workspace, discs.id, [("a.png", disc(0)[0])])
    (image_id,) = ids(workspace, discs)
    first = open_page(f"{server.url}/?task={discs.slug}&image={image_id}")
    one = editor(first)
    second = open_page(f"{server.url}/?task={discs.slug}&image={image_id}")
    two = editor(second)
    one.stroke([(10.5, 10.5), (20.5, 10.5)])
    two.stroke([(10.5, 50.5), (20.5, 50.5)], settle=False)
    expect(button(second, "Keep mine")).to_be_visible()
    of_first = layer_on_disk(workspace, image_id)
    assert of_first[50, 15] == 0, "the second tab must not overwrite the first before the person chose"
    button(second, "Save mask").click()
    expect(second.get_by_text("Revision 1 by")).to_be_visible()
    button(first, "Save mask").click()
    expect(first.get_by_text("Revision 2 by")).to_be_visible()
    newer, older = (read_mask(workspace, each) for each in workspace.masks.history(image_id))
    assert (older[50, 15], older[10, 15]) == (1, 0)
    assert (newer[50, 15], newer[10, 15]) == (0, 1)


def test_deep_link_as_the_first_visit_shows_the_app_around_the_page(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    # Only a server that nobody has visited yet can fail at it.
    server.kill()
    server.start()
    page = open_page(f"{server.url}/models?task={discs.slug}")
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    expect(page.get_by_role("link", name="Segment")).to_be_visible()
    expect(page.get_by_role("combobox", name="Task")).to_have_value(discs.title)
    expect(page).to_have_url(re.compile(f"/models\\?task={discs.slug}"))
    expect(page.get_by_text("streamlit app")).to_have_count(0)


def test_one_press_on_back_leads_to_the_page_before(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    add_images(workspace, discs.id, [("a.png", disc(0)[0])])
    (image_id,) = ids(workspace, discs)
    page = open_page(f"{server.url}/?task={discs.slug}&image={image_id}")
    editor(page)
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/models\\?task={discs.slug}"))
    page.go_back()
    expect(page.get_by_label("Mask editor", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(f"image={image_id}"))
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    page.get_by_role("link", name="Segment").click()
    expect(page.get_by_label("Mask editor", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Models")).to_be_visible()


def test_the_table_of_an_upload_lies_over_the_box_that_it_came_from(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    png, mask = disc(1)
    add_images(workspace, discs.id, [("disc_0.png", disc(0)[0])])
    page = open_page(f"{server.url}/?task={discs.slug}")
    button(page, "Add images").click()
    upload(page, ("disc.png", png), ("disc_mask.png", encode_png(mask)))
    table = page.get_by_role("dialog", name="How these files are understood")
    expect(table).to_be_visible()
    expect(page.locator("[data-testid=stFileUploader]").first).not_to_be_visible()
    table.get_by_test_id("stDataFrame").hover()
    expect(button(page, "Search")).to_be_visible()
    # It would let names such as =cmd.png run in a spreadsheet.
    expect(button(page, "Download as CSV")).not_to_be_visible()
    table.get_by_role("button", name="Add", exact=True).click()
    expect(table).not_to_be_visible()
    assert len(ids(workspace, discs)) == 2


def test_a_job_that_ends_closes_no_dialog(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    add_images(workspace, discs.id, [("disc.png", disc(0)[0])])
    job = workspace.jobs.add("predict_all", discs.id, {}, who="Kim")
    workspace.jobs.take_next("another machine", ["predict_all"])
    page = open_page(f"{server.url}/?task={discs.slug}")
    line = page.get_by_test_id("stSidebar").get_by_test_id("stProgress")
    expect(line).to_be_visible()
    button(page, "Propose a mask").click()
    dialog = page.get_by_role("dialog", name="Propose a mask")
    expect(dialog).to_be_visible()
    workspace.jobs.end(job.id, "done")
    workspace.jobs.add_progress(job.id, {"message": "The last report"})
    expect(page.get_by_text("The last report")).to_be_attached()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(line).to_have_count(0)


def test_a_row_of_an_upload_stays_where_it_is_while_its_role_is_changed(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    png, mask = disc(1)
    page = open_page(f"{server.url}/?task={discs.slug}")
    upload(
        page, ("a.png", png), ("a_mask.png", encode_png(mask)), ("b.png", disc(2)[0]), ("c.png", disc(3)[0])
    )
    table = page.get_by_role("dialog", name="How these files are understood")
    rows = table.locator("[role=grid] tr")
    expect(rows).to_contain_text(["File", "a_mask.png", "a.png", "b.png", "c.png"])
    settled(page)
    box = table.get_by_test_id("stDataFrame").bounding_box()
    assert box is not None
    # The cells are drawn on a canvas: the role of the fifth row, of 36 px each.
    page.mouse.dblclick(box["x"] + 0.27 * box["width"], box["y"] + 4.5 * 36)
    # The grid puts its list into the page anew under the pointer, and a press and release there can be lost.
    page.get_by_role("option", name="Not used").dispatch_event("click")
    expect(table.get_by_text("2 images, 1 mask, 1 not used")).to_be_visible()
    expect(rows).to_contain_text(["File", "a_mask.png", "a.png", "b.png", "c.png"])
    expect(rows.nth(4)).to_contain_text("Not used")
    table.get_by_role("button", name="Add", exact=True).click()
    expect(table).not_to_be_visible()
    assert [image.name for image in workspace.images.list(discs.id)] == ["a.png", "b.png"]


def test_hostile_and_odd_files_are_refused_one_by_one(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/?task={discs.slug}")
    expect(page.get_by_text("Upload images")).to_be_visible()
    broken = cv2.imencode(".jpg", np.zeros((40, 40), np.uint8))[1].tobytes()[:200]
    upload(page, ("good.png", disc(0)[0]), ("empty.png", b""), ("**broken**.jpg", broken))
    expect(page.get_by_label("Mask editor", exact=True)).to_be_visible()
    refused = page.get_by_role("alert").filter(has_text="2 could not be used")
    expect(refused).to_contain_text("empty.png")
    expect(refused).to_contain_text("**broken**.jpg")
    expect(page.get_by_text("Traceback")).to_have_count(0)
    assert [image.name for image in workspace.images.list(discs.id)] == ["good.png"]
