"""What a person waits for in a task of 100, 1,000 and 10,000 images: one browser on the real app.

Timed inside the page: from the lifted pointer to "Saved", from Next to the next image (pressed again as soon
as that is shown), from a press on a filter to its new count, from Enter in the search box to the image that
was asked for by its name or its number. And what the server's memory is after each task.

    python -m benchmarks.many_images --images 100 1000 10000
    python -m benchmarks.many_images --images 100 10000 100000 --on_servers
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from playwright.sync_api import Locator, Page, expect, sync_playwright

from benchmarks.big_task import fill_task
from benchmarks.on_servers import on_servers
from core.workspace import Workspace
from tests.browser.app_server import PROJECT, AppServer, launch_chromium
from tests.browser.editor_driver import Editor

SIDE = 256
WATCH_SAVED = """status => {
  window.saved_ = [];
  let lifted = 0;
  addEventListener("pointerup", (event) => {
    const inside = event.composedPath().some((each) => each.dataset?.part === "surface");
    if (inside) lifted ||= performance.now();
  }, true);
  new MutationObserver(() => {
    if (status.textContent !== "Saved" || !lifted) return;
    window.saved_.push(performance.now() - lifted);
    lifted = 0;
  }).observe(status, { childList: true, characterData: true, subtree: true });
}"""
"""From the lifted pointer to "Saved", each time, in `window.saved_`; for the editor's status."""
TIME_CLICK = """async ([pressed, watched, read]) => {
  const value = () => (read === "image" ? watched.dataset.image : watched.innerText);
  const before = value();
  const start = performance.now();
  pressed.click();
  while (performance.now() - start < 30000) {
    await new Promise(requestAnimationFrame);
    if (value() && value() !== before) return performance.now() - start;
  }
  throw new Error(`nothing happened within 30 s of the click; still ${before}`);
}"""
TIME_ENTER = """watched => {
  const before = watched.dataset.image;
  window.found_ = new Promise((done, failed) => {
    addEventListener("keydown", async (event) => {
      if (event.key !== "Enter") return;
      const start = performance.now();
      while (watched.dataset.image === before) {
        await new Promise(requestAnimationFrame);
        if (performance.now() - start > 30000) failed(new Error("nothing was found within 30 s"));
      }
      done(performance.now() - start);
    }, { capture: true });
  });
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, nargs="+", default=[100, 1000, 10_000], help="in a task")
    parser.add_argument("--times", type=int, default=25, help="of each thing that is timed")
    parser.add_argument("--on_servers", action="store_true", help="rows on PostgreSQL, files on S3")
    arguments = parser.parse_args()
    with (
        on_servers() if arguments.on_servers else nullcontext(),
        tempfile.TemporaryDirectory() as folder,
    ):
        with Workspace.open(Path(folder)) as workspace:
            tasks = {count: fill_task(workspace, count, SIDE) for count in arguments.images}
        server = AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": folder})
        server.start()
        try:
            with sync_playwright() as playwright:
                chromium = launch_chromium(playwright)
                result = {}
                for count, slug in tasks.items():
                    page = chromium.new_page(viewport={"width": 1440, "height": 900})
                    page.goto(f"{server.url}/?task={slug}")
                    result[count] = _measure(page, count, arguments.times)
                    memory = psutil.Process(server.process_id).memory_info().rss
                    result[count]["memory_mb"] = round(memory / 2**20)
                    page.close()
                chromium.close()
        finally:
            server.kill()
    print(json.dumps(result, indent=2))


def _measure(page: Page, count: int, times: int) -> dict[str, Any]:
    editor = Editor(page, Path(), "", (SIDE, SIDE))
    expect(page.get_by_text(f"1 of {count}", exact=True)).to_be_visible(timeout=30_000)
    editor.status.evaluate(WATCH_SAVED)
    places = random.Random(0)
    for _ in range(times):
        stroke(editor, places)
        editor.wait_saved()
        page.wait_for_timeout(places.uniform(100, 300))
    saved = page.evaluate("window.saved_")
    following = page.get_by_role("button", name="Next", exact=True)
    pressed_quickly = [_time(page, following, editor.surface, "image") for _ in range(times)]
    # The first time thumbnails are made on the way, where the server had not come to them yet.
    asked = [(places.randrange(count), each % 2 == 0) for each in range(times)]
    return {
        "stroke_to_saved_ms": spread(saved),
        "next_pressed_quickly_ms": spread(pressed_quickly),
        "found_first_ms": spread([_find(page, editor, *each) for each in asked]),
        "found_again_ms": spread([_find(page, editor, *each) for each in asked]),
        "filter_ms": spread(_filters(page, times)),
    }


def stroke(editor: Editor, places: random.Random) -> None:
    """A stroke somewhere."""
    editor.stroke([(places.randrange(SIDE), places.randrange(SIDE)) for _ in range(3)], settle=False)


def spread(milliseconds: list[float]) -> dict[str, int]:
    """Median, 95th percentile and largest."""
    values = np.array(milliseconds)
    return {
        "p50": round(float(np.percentile(values, 50))),
        "p95": round(float(np.percentile(values, 95))),
        "max": round(float(values.max())),
    }


def _filters(page: Page, times: int) -> list[float]:
    place = page.get_by_text(re.compile(r"^\d+ of \d+$"))
    names = [re.compile("^Not looked at"), re.compile("^All")]
    filters = page.get_by_test_id("stButtonGroup")
    return [_time(page, filters.get_by_text(names[each % 2]), place, "text") for each in range(times)]


def _find(page: Page, editor: Editor, number: int, by_name: bool) -> float:
    """Milliseconds from Enter to the image."""
    page.get_by_role("button", name="Find", exact=True).click()
    box = page.get_by_label("Name or number")
    # The box before it may still be fading away.
    expect(box).to_have_count(1)
    box.fill(f"image_{number}.png" if by_name else str(number + 1))
    editor.surface.evaluate(TIME_ENTER)
    box.press("Enter")
    return float(page.evaluate("window.found_"))


def _time(page: Page, pressed: Locator, watched: Locator, read: str) -> float:
    expect(pressed).to_be_enabled()
    return float(page.evaluate(TIME_CLICK, [pressed.element_handle(), watched.element_handle(), read]))


if __name__ == "__main__":
    main()
