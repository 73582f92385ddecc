"""The prompt panel in Chromium: draw on the picture, see the proposal, accept it, look at what came out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from app_server import AppServer, OpenPage
from editor_driver import settled
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

HERE = Path(__file__).parent

# As in prompt_app.py, (row, col).
SHAPE, CENTRE, RADIUS = (192, 256), (90, 120), 35

HINTS = {"Foreground": "on the object", "Background": "must not be in the mask", "Move": "Drag to move"}

Point = tuple[float, float]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    folder = tmp_path_factory.mktemp("accepted")
    server = AppServer(HERE / "prompt_app.py", {"PROMPT_APP_OUT": str(folder)})
    server.start()
    yield server
    server.kill()


class Panel:
    """The panel on a page, spoken to in image pixels (row, col)."""

    def __init__(self, page: Page, app: AppServer) -> None:
        self.page = page
        self.file = Path(app.environment["PROMPT_APP_OUT"]) / "accepted.png"
        self.file.unlink(missing_ok=True)

    @property
    def surface(self) -> Locator:
        return self.page.locator("canvas.upper-canvas")

    def ready(self) -> Panel:
        # A canvas of before stays a moment beside the new one.
        expect(self.surface).to_have_count(1)
        expect(self.page.get_by_role("button", name="Clear prompts")).to_be_visible()
        self.settle()
        return self

    def choose(self, tool: str) -> None:
        button = self.page.get_by_role("radio", name=tool)
        button.click()
        expect(button).to_have_attribute("aria-checked", "true")
        # The hint comes with the run that hands the tool to the canvas.
        expect(self.page.get_by_text(HINTS[tool])).to_be_visible()
        self.settle()

    def drag(self, start: Point, end: Point, steps: int = 8) -> None:
        expect(self.surface).to_have_count(1)
        frame = self.surface.bounding_box()
        assert frame is not None
        scale = frame["width"] / SHAPE[1]
        places = [(frame["x"] + col * scale, frame["y"] + row * scale) for row, col in (start, end)]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        self.page.mouse.move(*places[1], steps=steps)
        self.page.mouse.up()

    def proposal(self) -> Locator:
        return self.page.get_by_text("Proposed mask:")

    def settle(self) -> None:
        """Until the run is over and the canvas, which hears of it in the next frame, has what it brought."""
        settled(self.page)
        self.page.evaluate(
            "() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
        )

    def wait_drawn(self, boxes: int, foreground: int, background: int) -> None:
        """Until the server knows of so many."""
        drawn = f"Drawn: {boxes} boxes, {foreground} foreground, {background} background"
        expect(self.page.get_by_text(drawn)).to_be_visible()
        self.settle()

    def accept(self) -> NDArray[np.uint8]:
        """The layer of 0, 1 and 2 that was handed over."""
        self.page.get_by_role("button", name="Accept proposal").click()
        return self.accepted()

    def accepted(self) -> NDArray[np.uint8]:
        expect(self.page.get_by_text("Accepted 1 times")).to_be_visible()
        layer = cv2.imread(str(self.file), cv2.IMREAD_UNCHANGED)
        assert layer.shape == SHAPE
        return layer


@pytest.fixture
def panel(app: AppServer, open_page: OpenPage) -> Panel:
    return Panel(open_page(app.url), app).ready()


def disc() -> NDArray[np.bool_]:
    rows, cols = np.mgrid[: SHAPE[0], : SHAPE[1]] + 0.5
    return np.hypot(rows - CENTRE[0], cols - CENTRE[1]) <= RADIUS


def iou(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    return float((first & second).sum() / (first | second).sum())


def test_a_box_is_drawn_moved_and_accepted(panel: Panel) -> None:
    accept = panel.page.get_by_role("button", name="Accept proposal")
    expect(accept).to_be_disabled()
    # 30 columns too far right: the disc is cut off.
    panel.drag((50, 110), (130, 190))
    expect(panel.proposal()).to_be_visible()
    cut_off = panel.proposal().inner_text()
    panel.choose("Move")
    panel.drag((90, 165), (90, 135))
    expect(panel.proposal()).not_to_have_text(cut_off)
    layer = panel.accept()
    assert iou(layer == 2, disc()) > 0.95
    assert not (layer == 1).any()
    # Accepting clears the prompts, and is done once.
    expect(panel.page.get_by_text("No proposal yet.")).to_be_visible()
    expect(accept).to_be_disabled()
    expect(panel.page.get_by_role("button", name="Clear prompts")).to_be_disabled()


def test_scribbles_alone_and_quick_ones_arrive_whole(panel: Panel) -> None:
    panel.choose("Foreground")
    strokes = [((row, 95.0), (row, 145.0)) for row in (65.0, 75.0, 85.0, 95.0, 105.0)]
    for start, end in strokes:
        panel.drag(start, end, steps=4)
    expect(panel.proposal()).to_be_visible()
    panel.choose("Background")
    panel.drag((150, 30), (150, 230))
    panel.wait_drawn(0, 5, 1)
    layer = panel.accept()
    assert iou(layer == 2, disc()) > 0.9
    for start, end in strokes:
        assert (layer[int(start[0]), int(start[1]) : int(end[1])] == 2).all()


def test_replacing_makes_the_rest_of_the_box_background(panel: Panel) -> None:
    panel.drag((50, 80), (130, 160))
    expect(panel.proposal()).to_be_visible()
    # Both before the server has heard of the first: what was chosen last counts.
    panel.page.evaluate(
        """([replace, accept]) => { replace.click(); accept.click(); }""",
        [
            panel.page.get_by_role("radio", name="Replace what is in the box").element_handle(),
            panel.page.get_by_role("button", name="Accept proposal").element_handle(),
        ],
    )
    layer = panel.accepted()
    assert iou(layer == 2, disc()) > 0.95
    rows, cols = np.nonzero(layer)
    extent = rows.min(), cols.min(), rows.max() + 1, cols.max() + 1
    np.testing.assert_allclose(extent, (50, 80, 130, 160), atol=2)
    box = layer[extent[0] : extent[2], extent[1] : extent[3]]
    assert (box != 0).all()


def test_undo_redo_and_clear(panel: Panel) -> None:
    panel.drag((50, 80), (130, 160))
    expect(panel.proposal()).to_be_visible()
    panel.surface.hover()
    panel.page.get_by_role("button", name="Undo").click()
    expect(panel.proposal()).to_have_count(0)
    panel.surface.hover()
    panel.page.get_by_role("button", name="Redo").click()
    expect(panel.proposal()).to_be_visible()
    panel.page.get_by_role("button", name="Clear prompts").click()
    expect(panel.proposal()).to_have_count(0)
    expect(panel.page.get_by_role("button", name="Clear prompts")).to_be_disabled()
    panel.ready()
    panel.drag((50, 80), (130, 160))
    expect(panel.proposal()).to_be_visible()


def test_the_drawing_is_there_after_another_page(panel: Panel) -> None:
    panel.drag((50, 110), (130, 190))
    expect(panel.proposal()).to_be_visible()
    cut_off = panel.proposal().inner_text()
    panel.page.get_by_text("Other page").click()
    expect(panel.page.get_by_text("Elsewhere")).to_be_visible()
    panel.page.get_by_text("Other page").click()
    panel.ready()
    expect(panel.proposal()).to_have_text(cut_off)
    # The box is on the canvas too, since it can be moved.
    panel.choose("Move")
    panel.drag((90, 165), (90, 135))
    expect(panel.proposal()).not_to_have_text(cut_off)
    assert iou(panel.accept() == 2, disc()) > 0.95


def test_in_a_dialog_that_is_closed_and_opened_again(app: AppServer, open_page: OpenPage) -> None:
    page = open_page(f"{app.url}/?place=dialog", viewport={"width": 1024, "height": 768})
    panel = Panel(page, app)
    page.get_by_role("button", name="Open").click()
    panel.ready()
    panel.drag((50, 110), (130, 190))
    expect(panel.proposal()).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Open").click()
    panel.ready()
    cut_off = panel.proposal().inner_text()
    panel.choose("Move")
    panel.drag((90, 165), (90, 135))
    expect(panel.proposal()).not_to_have_text(cut_off)
    assert iou(panel.accept() == 2, disc()) > 0.95
    expect(page.get_by_role("dialog")).to_have_count(0)
