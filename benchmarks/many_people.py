"""How long people wait while others draw at the same server, in a small task and in a big one.

Two measurements for each size of task. Sessions without a browser (the server alone): every two seconds a
stroke each, then a run of the whole page each, then both of them and every third time a save. And real
browsers, each with a stroke every two seconds, timed in the page from the lifted pointer to "Saved". Every
stroke that was called saved has to be on the disk at the end, and every mask that was saved has to be one
revision. Several servers are behind one address, where who comes back meets the same server.

    python -m benchmarks.many_people --images 100 10000
    python -m benchmarks.many_people --images 1000 --servers 2 --browsers 10 --on_servers
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.big_task import fill_task
from benchmarks.many_images import SIDE, WATCH_SAVED, spread, stroke
from benchmarks.on_servers import on_servers
from benchmarks.sticky_proxy import COOKIE, StickyProxy
from benchmarks.streamlit_client import StreamlitClient
from core.correction.corrections import decode_layer, encode_layer
from core.workspace import Workspace
from tests.browser.app_server import PROJECT, AppServer, launch_chromium
from tests.browser.editor_driver import Editor

EVERY_SECONDS = 2.0
LOADS = ("strokes", "runs", "both")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, nargs="+", default=[100, 10_000], help="in a task")
    parser.add_argument("--clients", type=int, default=10, help="sessions without a browser")
    parser.add_argument("--loads", nargs="+", choices=LOADS, default=LOADS, help="of these sessions")
    parser.add_argument("--browsers", type=int, default=5, help="sessions with one")
    parser.add_argument("--servers", type=int, default=1, help="processes behind the address")
    parser.add_argument("--seconds", type=float, default=40, help="of each measurement")
    parser.add_argument("--on_servers", action="store_true", help="rows on PostgreSQL, files on S3")
    arguments = parser.parse_args()
    with on_servers() if arguments.on_servers else nullcontext():
        print(json.dumps(_measured(arguments), indent=2))


def _measured(arguments: argparse.Namespace) -> dict[int, Any]:
    result: dict[int, Any] = {}
    for count in arguments.images:
        with tempfile.TemporaryDirectory() as folder, Workspace.open(Path(folder)) as workspace:
            slug = fill_task(workspace, count, SIDE)
            servers = [
                AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": folder})
                for _ in range(arguments.servers)
            ]
            try:
                for server in servers:
                    server.start()
                url = StickyProxy([server.port for server in servers]).url
                result[count] = {
                    "load_before": os.getloadavg()[0],
                    "clients": {
                        load: _clients(url, workspace, slug, arguments, load) for load in arguments.loads
                    },
                    "browsers": _browsers(url, workspace, slug, arguments),
                    "load_after": os.getloadavg()[0],
                }
            finally:
                for server in servers:
                    server.kill()
    return result


def _clients(
    url: str, workspace: Workspace, slug: str, arguments: argparse.Namespace, load: str
) -> dict[str, Any]:
    """Each on an image of its own: what the load says, every two seconds."""
    # Each load has images of its own, so that nothing has been drawn on them.
    images = _image_ids(workspace, slug, len(LOADS) * arguments.clients)[LOADS.index(load) :: len(LOADS)]
    clients = [
        StreamlitClient(
            url,
            f"task={slug}&image={image_id}",
            f"client{number}",
            cookie=f"{COOKIE}={number % arguments.servers}",
        )
        for number, image_id in enumerate(images)
    ]
    for client in clients:
        client.run_page()
    reruns: list[float] = []
    strokes: list[float] = []
    saves = [0] * len(clients)
    layers = [np.zeros((SIDE, SIDE), np.uint8) for _ in clients]
    end = time.monotonic() + arguments.seconds

    def work(client: StreamlitClient, number: int) -> None:
        layer, drawn = layers[number], 0
        time.sleep(EVERY_SECONDS * number / len(clients))
        while time.monotonic() < end:
            start = time.monotonic()
            drawn += 1
            if load != "runs":
                layer[drawn % SIDE] = 2
                strokes.append(client.draw(encode_layer(layer)))
            if load == "both" and drawn % 3 == 0:
                client.press("save")
                saves[number] += 1
            elif load != "strokes":
                reruns.append(client.run_page())
            time.sleep(max(0.0, EVERY_SECONDS - (time.monotonic() - start)))

    _together([threading.Thread(target=work, args=(each, number)) for number, each in enumerate(clients)])
    for client in clients:
        client.close()
    return {
        "run_ms": spread([1000 * each for each in reruns]) if reruns else None,
        "stroke_ms": spread([1000 * each for each in strokes]) if strokes else None,
        "strokes": len(strokes),
        "images_that_lost_strokes": sum(
            _on_disk(workspace, image_id) != int((layer == 2).sum())
            for image_id, layer in zip(images, layers, strict=True)
        ),
        "masks_saved": sum(saves),
        "images_with_other_than_one_revision_a_save": sum(
            len(workspace.masks.history(image_id)) != saved
            for image_id, saved in zip(images, saves, strict=True)
        ),
    }


def _browsers(url: str, workspace: Workspace, slug: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """All in one Chromium, each in a context and on an image of its own; the mice move in turn."""
    images = _image_ids(workspace, slug, arguments.browsers)
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        pages = []
        for image_id in images:
            page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.goto(f"{url}/?task={slug}&image={image_id}")
            pages.append(page)
        editors = [Editor(page, Path(), "", (SIDE, SIDE)) for page in pages]
        for editor in editors:
            editor.set_slider("Brush size", 6)
            editor.status.evaluate(WATCH_SAVED)
        places = random.Random(0)
        end = time.monotonic() + arguments.seconds
        num_strokes = 0
        while time.monotonic() < end:
            for editor in editors:
                start = time.monotonic()
                stroke(editor, places)
                num_strokes += 1
                time.sleep(max(0.0, EVERY_SECONDS / len(editors) - (time.monotonic() - start)))
        for editor in editors:
            editor.wait_saved()
        saved = [each for page in pages for each in page.evaluate("window.saved_")]
        lost = sum(
            _shown(page) != _on_disk(workspace, each) for page, each in zip(pages, images, strict=True)
        )
        chromium.close()
    return {"stroke_to_saved_ms": spread(saved), "strokes": num_strokes, "images_that_lost_strokes": lost}


def _shown(page: Page) -> int:
    """Pixels of the mask, as the editor says."""
    return int(page.locator('[data-part="pixels"]').inner_text().split()[0].replace(",", ""))


def _on_disk(workspace: Workspace, image_id: int) -> int:
    draft = workspace.drafts.get(image_id)
    if draft is None or draft.layer_png is None:
        return 0
    return int((decode_layer(draft.layer_png, (SIDE, SIDE)) == 2).sum())


def _image_ids(workspace: Workspace, slug: str, count: int) -> list[int]:
    """Images spread over the task."""
    images = workspace.images.list(next(task.id for task in workspace.tasks.list() if task.slug == slug))
    return [image.id for image in images[:: max(1, len(images) // count)]][:count]


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
