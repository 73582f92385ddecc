"""The grid and the large picture in a real browser: keys decide, marks are kept, nothing is decided twice."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from app_server import AppServer, OpenPage
from editor_driver import settled, wait_for
from playwright.sync_api import Page, expect

from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workspace import NewReview, NewRevision, TaskRow, Workspace

SIDE = 64


@pytest.fixture
def discs(workspace: Workspace, request: pytest.FixtureRequest) -> TaskRow:
    """Five saved discs in a task of the test's own, in the order of their names."""
    task = workspace.tasks.create(request.node.name.replace("_", " "))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for number in range(5):
        mask = ((rows - 32) ** 2 + (columns - 20 - 4 * number) ** 2 < 150).astype(np.uint8)
        image = (60 + 120 * mask).astype(np.uint8)
        (added,) = add_images(workspace, task.id, [(f"disc_{number}.png", encode_png(image))])
        new = NewRevision(encode_png(mask), None, 0.5, None, "Kim", 1.0, 0.1)
        workspace.masks.save(added.image_id or 0, new)
    return task


def tile(page: Page, number: int):
    return page.get_by_role("button", name=f"disc_{number}.png")


def shows_large(page: Page, name: str) -> None:
    """Wait for the large picture of an image and for the buttons under its name, whose keys are pressed."""
    # The tiles have the name too.
    expect(page.locator("strong").get_by_text(name)).to_be_visible()
    settled(page)
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()


def reviews(workspace: Workspace, task: TaskRow) -> dict[str, str]:
    return {image.name[5]: image.review for image in workspace.images.list(task.id)}


@pytest.mark.parametrize(("place", "kind"), [("", "caption"), ("/review", "name")])
def test_a_long_name_keeps_its_end_under_a_picture(
    server: AppServer, discs: TaskRow, workspace: Workspace, open_page: OpenPage, place: str, kind: str
) -> None:
    long = unicodedata.normalize("NFD", "환자 0123 흉부 엑스선 사진 정면 오른쪽_07.png")
    empty = encode_png(np.zeros((SIDE, SIDE), np.uint8))
    (added,) = add_images(workspace, discs.id, [(long, empty)])
    workspace.masks.save(added.image_id or 0, NewRevision(empty, None, 0.5, None, "Kim", 1.0, 0.0))
    page = open_page(f"{server.url}{place}?task={discs.slug}")
    name = page.locator(f".{kind}", has_text="엑스선")
    is_cut = "(each) => each.scrollWidth > each.clientWidth"
    start, end = name.locator("span").first, name.locator("span").last
    expect(end).to_have_text("쪽_07.png")
    wait_for(lambda: (start.evaluate(is_cut), end.evaluate(is_cut)) == (True, False))


def test_keys_mark_and_approve_and_undo(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/review?task={discs.slug}")
    expect(tile(page, 0)).to_be_focused()
    # Nobody decides on a picture that is still on its way.
    expect(page.get_by_role("button", name="Approve the others (5)")).to_be_visible()
    settled(page)
    page.keyboard.press("ArrowRight")
    expect(tile(page, 1)).to_be_focused()
    page.keyboard.press("Space")
    expect(tile(page, 1)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Approve the others (4)")).to_be_visible()
    assert set(reviews(workspace, discs).values()) == {"open"}
    page.keyboard.press("Enter")
    expect(page.get_by_text("Approved 4, flagged 1.")).to_be_visible()
    assert reviews(workspace, discs) == {
        "0": "approved",
        "1": "flagged",
        "2": "approved",
        "3": "approved",
        "4": "approved",
    }
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    settled(page)
    page.keyboard.press("u")
    expect(tile(page, 0)).to_be_visible()
    assert set(reviews(workspace, discs).values()) == {"open"}


def test_undo_gives_back_the_verdict_before(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    image = workspace.images.list(discs.id)[0]
    page = open_page(f"{server.url}/review?task={discs.slug}&image={image.id}")
    shows_large(page, "disc_0.png")
    page.keyboard.press("a")
    shows_large(page, "disc_1.png")
    page.get_by_role("radio", name="Approved 1").click()
    shows_large(page, "disc_0.png")
    page.keyboard.press("f")
    expect(page.get_by_text("Flagged 1.")).to_be_visible()
    assert reviews(workspace, discs)["0"] == "flagged"
    settled(page)
    page.keyboard.press("u")
    shows_large(page, "disc_0.png")
    expect(page.get_by_text("Approved by")).to_be_visible()
    assert reviews(workspace, discs)["0"] == "approved"


def test_the_keys_of_the_grid_make_room_for_what_was_done(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/review?task={discs.slug}", viewport={"width": 1440, "height": 900})
    told = page.get_by_text("Enter approves the others that were in sight")
    expect(tile(page, 0)).to_be_focused()
    settled(page)
    expect(told).to_be_visible()
    page.keyboard.press("v")
    shows_large(page, "disc_0.png")
    page.keyboard.press("a")
    shows_large(page, "disc_1.png")
    page.keyboard.press("v")
    expect(page.get_by_role("button", name="Approve the others (4)")).to_be_visible()
    expect(page.get_by_text("Approved 1.")).to_be_visible()
    expect(told).to_be_hidden()
    expect(page.get_by_text("Approved 1.")).to_have_count(0)
    expect(told).to_be_visible()


def test_digits_and_clicks_say_why_a_tile_is_wrong(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/review?task={discs.slug}")
    expect(page.get_by_role("button", name="Approve the others (5)")).to_be_visible()
    settled(page)
    page.keyboard.press("1")
    expect(tile(page, 0)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("✕ outline off")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("1")
    expect(page.get_by_text("✕ part missing")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.get_by_role("button", name="bad picture").locator("visible=true").click()
    expect(tile(page, 1)).to_be_focused()
    expect(page.get_by_role("button", name="Approve the others (3)")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Approved 3, flagged 2.")).to_be_visible()
    first, second = (image.id for image in workspace.images.list(discs.id)[:2])
    assert [workspace.reviews.of_image(each)[0].reasons for each in (first, second)] == [
        ("part_missing",),
        ("bad_picture",),
    ]


def test_what_a_planted_error_was_is_read_whole_on_its_tile(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    workspace.tasks.set_review_rules(discs.id, replace(discs.review_rules, planted_percent=100), who="Kim")
    page = open_page(f"{server.url}/review?task={discs.slug}")
    expect(page.get_by_role("button", name="Approve the others (5)")).to_be_visible()
    settled(page)
    page.keyboard.press("Enter")
    said = tile(page, 0).get_by_text("This is the real mask; nothing was said of it yet.")
    expect(said).to_be_visible()
    assert said.evaluate(
        "line => line.scrollWidth <= line.clientWidth && line.scrollHeight <= line.clientHeight"
    )


def test_what_is_still_below_the_window_is_not_approved(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    # Three tiles side by side, and room for one row of two.
    page = open_page(f"{server.url}/review?task={discs.slug}", viewport={"width": 1024, "height": 600})
    expect(page.get_by_role("button", name="Approve the others (3)")).to_be_visible()
    expect(tile(page, 4)).to_be_attached()
    settled(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Approved 3.")).to_be_visible()
    found = reviews(workspace, discs)
    assert [name for name, review in found.items() if review == "open"] == ["3", "4"]


def test_who_scrolls_has_seen_the_rest_and_marks_stay_when_somebody_else_decides(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/review?task={discs.slug}", viewport={"width": 1024, "height": 600})
    expect(page.get_by_role("button", name="Approve the others (3)")).to_be_visible()
    settled(page)
    tile(page, 4).click()
    expect(tile(page, 4)).to_have_attribute("aria-pressed", "true")
    tile(page, 3).scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Approve the others (4)")).to_be_visible()
    first = workspace.images.list(discs.id)[0]
    truth = workspace.truth.of(first.id)
    workspace.reviews.add(first.id, NewReview("approved", "Lee", truth.id if truth else None))
    # As anything does that draws the page anew.
    page.get_by_role("button", name="Find").click()
    page.get_by_label("Name or number").fill("nothing of that name")
    page.keyboard.press("Enter")
    expect(tile(page, 0)).to_have_count(0)
    expect(tile(page, 4)).to_have_attribute("aria-pressed", "true")


def press_in_korean(page: Page, letter: str) -> None:
    """A key while an input method is on, which keeps the letter to itself."""
    pressed = {"key": "Process", "code": f"Key{letter.upper()}", "keyCode": 229}
    for kind in ("keydown", "keyup"):
        page.locator("body").dispatch_event(kind, {**pressed, "bubbles": True, "composed": True})


def test_one_by_one_by_keys_with_flag_reasons_and_the_way_to_the_editor_and_back(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/review?task={discs.slug}")
    expect(tile(page, 0)).to_be_focused()
    settled(page)
    press_in_korean(page, "v")
    shows_large(page, "disc_0.png")
    press_in_korean(page, "a")
    shows_large(page, "disc_1.png")
    page.get_by_role("button", name="part missing").click()
    expect(page.get_by_role("button", name="part missing")).to_have_attribute("aria-pressed", "true")
    # The numbers say why, as in the grid.
    for pressed in ("true", "false"):
        settled(page)
        page.keyboard.press("1")
        expect(page.get_by_role("button", name="1 outline off")).to_have_attribute("aria-pressed", pressed)
    expect(page.get_by_role("button", name="2 part missing")).to_have_attribute("aria-pressed", "true")
    settled(page)
    page.keyboard.press("f")
    shows_large(page, "disc_2.png")
    found = reviews(workspace, discs)
    assert (found["0"], found["1"], found["2"]) == ("approved", "flagged", "open")
    page.keyboard.press("e")
    expect(page.get_by_label("Mask editor", exact=True)).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Back to the review").click()
    shows_large(page, "disc_2.png")


def test_a_long_comment_leaves_the_buttons_in_reach(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    image = workspace.images.list(discs.id)[0]
    truth = workspace.truth.of(image.id)
    flag = NewReview("flagged", "Lee", truth.id if truth else None, comment="🫁 왼쪽 base " * 900)
    workspace.reviews.add(image.id, flag)
    page = open_page(f"{server.url}/review?task={discs.slug}&image={image.id}")
    shows_large(page, "disc_0.png")
    expect(page.get_by_text("🫁 왼쪽 base").first).to_be_in_viewport()
    expect(page.get_by_role("button", name="Flag", exact=False).last).to_be_in_viewport()


def test_images_are_shared_out_in_a_box_that_loads_when_it_is_opened(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/review?task={discs.slug}")
    expect(tile(page, 0)).to_be_focused()
    settled(page)
    expect(page.get_by_role("button", name="Share the images out")).to_have_count(0)
    page.get_by_role("button", name="Assign").click()
    share = page.get_by_role("spinbutton", name="Kim")
    share.fill("50")
    share.press("Tab")
    expect(page.get_by_text("The shares come to 50 %; they must come to 100 %.")).to_be_visible()
    expect(page.get_by_role("button", name="Share the images out")).to_be_disabled()
    settled(page)
    share.fill("100")
    share.press("Enter")
    page.get_by_role("button", name="Share the images out").click()
    expect(page.get_by_text("5 of 5 done")).to_be_visible()
    expect(page.get_by_text("The images are shared out.")).to_be_visible()
    assert [each.images for each in workspace.assignments.of_task(discs.id)] == [5]


def test_images_are_put_together_in_a_box_that_loads_when_it_is_opened(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/?task={discs.slug}")
    expect(page.get_by_label("Mask editor", exact=True)).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Groups").click()
    expect(page.get_by_text("5 images in 5 groups")).to_be_visible()
    other = page.get_by_label("Put together with")
    other.fill("disc_3")
    other.press("Enter")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="disc_3.png").click()
    expect(page.get_by_text("5 images in 4 groups")).to_be_visible()
    assert workspace.groups.count(discs.id) == 4


def test_who_settles_by_keys_sees_the_masks_after_saying_so(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    rules = replace(discs.review_rules, second_percent=100, differ_below=1.0)
    workspace.tasks.set_review_rules(discs.id, rules, who="Kim")
    image = workspace.images.list(discs.id)[0]
    first = workspace.truth.of(image.id)
    assert first is not None
    mask = encode_png(np.zeros((SIDE, SIDE), np.uint8))
    second = {"second_reading_of": first.id, "dice_with_first": 0.0}
    new = NewRevision(mask, None, 0.5, None, "Lee", 1.0, 0.0, provenance=second, counts=False)
    workspace.masks.save(image.id, new)
    page = open_page(f"{server.url}/review?task={discs.slug}")
    page.get_by_role("radio", name="Readers differ 1").click()
    expect(page.get_by_text("2 people have read this image and differ: Dice 0.000.")).to_be_visible()
    expect(page.get_by_text("A: Kim")).to_have_count(0)
    settled(page)
    page.keyboard.press("s")
    expect(page.get_by_text("A: Kim")).to_be_visible()
    settled(page)
    page.keyboard.press("b")
    expect(page.get_by_text("An agreed mask of disc_0.png is saved")).to_be_visible()
    truth = workspace.truth.of(image.id)
    assert truth is not None and truth.foreground == 0.0


def test_undo_is_in_sight_on_a_small_screen(
    server: AppServer, workspace: Workspace, discs: TaskRow, open_page: OpenPage
) -> None:
    image = workspace.images.list(discs.id)[0]
    url = f"{server.url}/review?task={discs.slug}&image={image.id}"
    page = open_page(url, viewport={"width": 1024, "height": 600})
    shows_large(page, "disc_0.png")
    page.keyboard.press("a")
    shows_large(page, "disc_1.png")
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport()
