"""What stands around the pictures of Review and Segment in a browser: sizes, lines, controls of the rules."""

from __future__ import annotations

import numpy as np
import pytest
from app_server import AppServer, OpenPage
from editor_driver import settled, wait_for
from playwright.sync_api import Locator, expect

from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workspace import NewRevision, TaskRow, Workspace


@pytest.fixture
def saved(workspace: Workspace, request: pytest.FixtureRequest) -> TaskRow:
    """An image with a saved mask in a task of the test's own."""
    task = workspace.tasks.create(request.node.name.replace("_", " "))
    mask = np.zeros((64, 64), np.uint8)
    mask[20:40, 20:40] = 1
    (added,) = add_images(workspace, task.id, [("disc.png", encode_png(60 + 120 * mask))])
    new = NewRevision(encode_png(mask), None, 0.5, None, "Kim", 1.0, 0.1)
    workspace.masks.save(added.image_id or 0, new)
    return task


def test_the_large_picture_is_as_high_wherever_the_page_is_scrolled_to(
    server: AppServer, workspace: Workspace, saved: TaskRow, open_page: OpenPage
) -> None:
    image = workspace.images.list(saved.id)[0]
    url = f"{server.url}/review?task={saved.slug}&image={image.id}"
    page = open_page(url, viewport={"width": 1024, "height": 700})
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    settled(page)
    pane = page.get_by_role("application")
    resized = "window.dispatchEvent(new Event('resize'))"
    page.evaluate(resized)
    height = pane.evaluate("pane => pane.offsetHeight")
    scroll = "main => { main.scrollTop = 1000; return main.scrollTop; }"
    assert page.get_by_test_id("stMain").evaluate(scroll) > 0
    page.evaluate(resized)
    assert pane.evaluate("pane => pane.offsetHeight") == height


def test_keys_pressed_quickly_on_a_rule_are_all_kept(
    server: AppServer, workspace: Workspace, saved: TaskRow, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/review?task={saved.slug}")
    page.get_by_role("tab", name="Agreement").click()
    page.get_by_role("button", name="Second readings and checks").click()
    slider = page.get_by_role("slider", name="Images that are read twice")
    settled(page)
    slider.focus()
    # Each while the page still draws what the one before has changed.
    for percent in range(5, 45, 5):
        page.keyboard.press("ArrowRight")
        wait_for(lambda kept=percent: workspace.tasks.get(saved.slug).review_rules.second_percent == kept)
    settled(page)
    expect(slider).to_have_value("40")


@pytest.mark.parametrize(
    ("locale", "width", "lines"),
    [("en-US", 1440, 1), ("ko-KR", 1440, 1), ("en-US", 1024, 2), ("ko-KR", 1024, 2)],
)
def test_what_is_beside_the_filter_stays_in_one_line(
    server: AppServer, saved: TaskRow, open_page: OpenPage, locale: str, width: int, lines: int
) -> None:
    page = open_page(
        f"{server.url}/review?task={saved.slug}", locale=locale, viewport={"width": width, "height": 800}
    )
    expect(page.get_by_role("button", name="disc.png")).to_be_visible()
    settled(page)
    boxes = page.get_by_role("tabpanel").get_by_test_id("stSelectbox")
    views = [page.locator(f".st-key-review_view_{view}") for view in ("grid", "one")]

    filters = middle(page.get_by_role("tabpanel").get_by_test_id("stButtonGroup").first)
    others = {middle(each) for each in (boxes.first, boxes.last, *views)}
    assert (len(others), len({filters, *others})) == (1, lines)


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_the_row_above_the_strip_is_one_line_on_a_narrow_page(
    server: AppServer, saved: TaskRow, open_page: OpenPage, locale: str
) -> None:
    page = open_page(
        f"{server.url}/?task={saved.slug}", locale=locale, viewport={"width": 1024, "height": 768}
    )
    expect(page.locator("[data-image]")).to_be_visible()
    settled(page)
    row = page.locator(".st-key-above_strip")
    buttons = row.locator("button:not([role=radio])").all()
    # Find, Add images, Groups; without a model there is nothing to predict with.
    assert len(buttons) == 3
    assert len({middle(each) for each in (row.get_by_test_id("stButtonGroup"), *buttons)}) == 1


def middle(control: Locator) -> int:
    """How far down the page the middle of a control is, in pixels."""
    box = control.bounding_box() or {}
    return round(box["y"] + box["height"] / 2)
