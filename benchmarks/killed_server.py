"""What is lost when the server dies under somebody who draws: nothing, and nobody is asked for nothing.

Each round draws strokes and waits until they are called saved, kills the server as hard as a power cut, goes
on drawing while it is away, starts it again, and reloads the tab in every second round. After each, every
stroke that was called saved has to be in the draft on disk, and the tab must not ask which draft goes on.

    python -m benchmarks.killed_server --rounds 100

With `--review` verdicts are given instead, one by one on the Review page, and the server is killed at a
moment drawn at random after the key. Each verdict whose image had left the screen must be on disk.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from benchmarks.big_task import fill_task
from benchmarks.review_pages import save_all
from core.correction.corrections import decode_layer
from core.workspace import Workspace
from tests.browser.app_server import AppServer, app_in_chromium
from tests.browser.editor_driver import Editor, Point
from tests.browser.strokes import brush_pixels

SIDE = 256
BRUSH = 5


def main() -> None:
    arguments = _parse()
    with tempfile.TemporaryDirectory() as folder, Workspace.open(Path(folder)) as workspace:
        if arguments.review:
            slug = fill_task(workspace, arguments.rounds + 1, SIDE)
            save_all(workspace, slug)
            with app_in_chromium(folder, f"/review?task={slug}") as (server, page):
                print(json.dumps(_verdicts(page, server, workspace, arguments), indent=2))
            return
        slug = fill_task(workspace, 1, SIDE)
        with app_in_chromium(folder, f"/?task={slug}") as (server, page):
            print(json.dumps(_rounds(page, server, workspace, arguments), indent=2))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100, help="times that the server is killed")
    parser.add_argument("--review", action="store_true", help="verdicts instead of strokes")
    parser.add_argument("--within", type=int, default=700, help="ms after a verdict's key to kill it in")
    parser.add_argument("--seed", type=int, default=0, help="of the strokes' places")
    return parser.parse_args()


def _rounds(
    page: Page, server: AppServer, workspace: Workspace, arguments: argparse.Namespace
) -> dict[str, int]:
    places = random.Random(arguments.seed)
    (image,) = workspace.images.list(workspace.tasks.list()[-1].id)
    called_saved = np.zeros((SIDE, SIDE), bool)
    strokes = {"saved": 0, "while_away": 0}
    lost_pixels = questions = 0
    for number in range(arguments.rounds):
        editor = Editor(page, Path(), "", (SIDE, SIDE))
        editor.set_slider("Brush size", BRUSH)
        for _ in range(2):
            called_saved |= _stroke(editor, places, settle=True)
            strokes["saved"] += 1
        server.kill()
        away = _stroke(editor, places, settle=False) | _stroke(editor, places, settle=False)
        strokes["while_away"] += 2
        server.start()
        if number % 2:
            page.reload()
        expect(page.get_by_text("Foreground", exact=False)).to_be_visible(timeout=60_000)
        expect(editor.status).to_have_text("Saved", timeout=60_000)
        called_saved |= away
        questions += editor.button("Keep mine").is_visible()
        lost_pixels += int((called_saved & (_layer(workspace, image.id) != 2)).sum())
        print(f"round {number + 1}: {lost_pixels} pixels lost, {questions} questions", flush=True)
    return {"rounds": arguments.rounds, **strokes, "lost_pixels": lost_pixels, "questions": questions}


def _verdicts(
    page: Page, server: AppServer, workspace: Workspace, arguments: argparse.Namespace
) -> dict[str, int]:
    moments = random.Random(arguments.seed)
    given = {"acknowledged": 0, "on_disk_without_answer": 0, "lost": 0}
    name = page.locator("[data-testid=stColumn] strong").first
    # A server that was killed starts anew on a busy machine.
    page.set_default_timeout(120_000)
    page.get_by_role("button", name="One by one").click()
    for number in range(arguments.rounds):
        expect(page.get_by_role("button", name="Flag")).to_be_enabled(timeout=60_000)
        image_id = int(parse_qs(urlsplit(page.url).query)["image"][0])
        before = name.inner_text()
        page.keyboard.press("a")
        page.wait_for_timeout(moments.uniform(0, arguments.within))
        answered = name.inner_text() != before
        server.kill()
        on_disk = workspace.images.get(image_id).review == "approved"
        given["acknowledged"] += answered
        given["lost"] += answered and not on_disk
        given["on_disk_without_answer"] += on_disk and not answered
        server.start()
        page.goto(f"{server.url}/review?{urlsplit(page.url).query.partition('&image')[0]}")
        page.get_by_role("button", name="One by one").click()
        print(f"round {number + 1}: {given}", flush=True)
    return {"rounds": arguments.rounds, **given}


def _stroke(editor: Editor, places: random.Random, *, settle: bool) -> NDArray[np.bool_]:
    points: list[Point] = [(places.randrange(SIDE) + 0.5, places.randrange(SIDE) + 0.5) for _ in range(2)]
    editor.stroke(points, settle=settle)
    # What was hit for certain: a pointer lands on whole pixels of the screen, not of the image.
    return brush_pixels(points, 1, (SIDE, SIDE))


def _layer(workspace: Workspace, image_id: int) -> NDArray[np.uint8]:
    draft = workspace.drafts.get(image_id)
    if draft is None or draft.layer_png is None:
        raise RuntimeError("there is no draft on disk")
    return decode_layer(draft.layer_png, (SIDE, SIDE))


if __name__ == "__main__":
    main()
