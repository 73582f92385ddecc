"""Drives the mask editor as a person does, in image pixels, and reads what the harness app wrote to disk."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from core.correction.corrections import decode_layer

Point = tuple[float, float]
SMALL = (48, 64)
WAIT_MS = 90_000
"""How long a state is waited for: a test that goes well never waits so long, on a busy machine either."""


def settled(page: Page) -> None:
    """Wait until the run of the page is over: its elements come one after another.

    Buttons with keys are among the last. To be called once something of the run is seen, else the one before
    it may be what is over.
    """
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=WAIT_MS
    )


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait for what no page shows."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class Editor:
    def __init__(self, page: Page, folder: Path, image: str, shape: tuple[int, int] = SMALL) -> None:
        self.page = page
        self.folder = folder
        self.image = image
        self.shape = shape
        self.surface = page.get_by_label("Mask editor", exact=True)
        self.status = page.locator('[data-part="status"]')
        self.wait_ready()

    def wait_ready(self) -> None:
        """Until some image is shown."""
        expect(self.surface).to_have_attribute("data-image", re.compile("."), timeout=WAIT_MS)

    def wait_shown(self) -> None:
        """Until this image is shown."""
        expect(self.surface).to_have_attribute("data-image", self.image, timeout=WAIT_MS)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def slider(self, name: str) -> Locator:
        return self.page.get_by_role("slider", name=name, exact=True)

    def set_slider(self, name: str, value: float) -> None:
        self.slider(name).fill(str(value))

    def place(self, point: Point) -> tuple[float, float]:
        """Whole CSS pixels of the page nearest to a point of the image."""
        view = self.surface.evaluate(
            "element => { const box = element.getBoundingClientRect(); const data = element.dataset;"
            " return [box.left + Number(data.left), box.top + Number(data.top), Number(data.scale)] }"
        )
        return (round(view[0] + point[0] * view[2]), round(view[1] + point[1] * view[2]))

    def click(self, point: Point) -> None:
        self.page.mouse.click(*self.place(point))

    def stroke(self, points: list[Point], settle: bool = True) -> None:
        self.page.mouse.move(*self.place(points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.place(point))
        self.page.mouse.up()
        if settle:
            self.wait_saved()

    def press(self, key: str) -> None:
        self.surface.focus()
        self.page.keyboard.press(key)

    def wait_saved(self) -> None:
        expect(self.status).to_have_text("Saved", timeout=WAIT_MS)

    def draft(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / f"{self.image}.json").read_text()))

    def layer(self) -> NDArray[np.uint8]:
        """The layer on disk."""
        return decode_layer((self.folder / f"{self.image}.png").read_bytes(), self.shape, 9)

    def saved_layer(self) -> NDArray[np.uint8]:
        """What the page's own Save button found."""
        return decode_layer((self.folder / f"{self.image}.saved.png").read_bytes(), self.shape)

    def actions(self) -> list[str]:
        path = self.folder / f"{self.image}.actions.txt"
        return path.read_text().split() if path.exists() else []
