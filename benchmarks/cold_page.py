"""A server that starts from nothing, as a person meets it: seconds to the page, to the first mask, memory.

    python -m benchmarks.cold_page --images 50

A real server with an empty workspace and an empty cache, a real Chromium: from the command to the page with
its samples, from the click on a sample to its mask, from the first request of another browser to that mask,
and the server's memory after it has opened images. Then, in a process with Keras, one prediction by OpenVINO
beside `model.predict` of the same network.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.phantoms.xray import xray_phantom
from core.config import MODELS_DIR
from core.imaging.masks import encode_png
from core.ui.segment import words
from core.workflows.add_images import add_images
from core.workspace import Workspace
from tests.browser.app_server import PROJECT, AppServer, launch_chromium

TASK = "lung_xray"
FOREGROUND = '[data-part="foreground"]'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, default=50, help="opened before memory is read")
    parser.add_argument("--repeats", type=int, default=20, help="predictions of each kind")
    options = parser.parse_args()
    # As on a person's machine, where Python keeps what it has compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NETWORK_CACHE_DIR"] = str(Path(folder) / "networks")
        result = {**page_and_memory(Path(folder) / "workspace", options.images), **speed(options.repeats)}
    print(json.dumps(result, indent=2))


def page_and_memory(folder: Path, num_images: int) -> dict[str, Any]:
    """Seconds and megabytes of a server that was not there before."""
    server = AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": str(folder)})
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.goto("about:blank")
        began = time.monotonic()
        server.start()
        try:
            page.goto(f"{server.url}/?task={TASK}")
            clickable = page.get_by_role("group", name=words.SAMPLES).get_by_role("button").first
            expect(clickable).to_be_visible(timeout=60_000)
            to_page = time.monotonic() - began
            began = time.monotonic()
            clickable.click()
            expect(page.locator(FOREGROUND)).to_contain_text("%", timeout=60_000)
            to_mask = time.monotonic() - began
            first = memory(server)
            began = time.monotonic()
            # Of a context of its own, which has none of the page's files yet.
            another = chromium.new_page()
            another.goto(f"{server.url}/?task={TASK}")
            expect(another.locator(FOREGROUND)).to_contain_text("%", timeout=60_000)
            to_next_browser = time.monotonic() - began
            another.close()
            for image_id in add_phantoms(folder, num_images):
                look_at(page, server, image_id)
            return {
                "start_to_page_s": round(to_page, 2),
                "sample_to_mask_s": round(to_mask, 2),
                "another_browser_to_mask_s": round(to_next_browser, 2),
                "memory_after_first_mask_mb": first,
                f"memory_after_{num_images}_images_mb": memory(server),
            }
        finally:
            server.kill()
            chromium.close()


def add_phantoms(folder: Path, number: int) -> list[int]:
    """Images that the server has not seen."""
    uploads = [(f"{seed}.png", encode_png(xray_phantom(seed, 512)[0])) for seed in range(number)]
    with Workspace.open(folder) as workspace:
        outcomes = add_images(workspace, workspace.tasks.get(TASK).id, uploads)
    return [outcome.image_id for outcome in outcomes if outcome.image_id is not None]


def look_at(page: Page, server: AppServer, image_id: int) -> None:
    page.goto(f"{server.url}/?task={TASK}&image={image_id}")
    surface = page.get_by_label("Mask editor", exact=True)
    expect(surface).to_have_attribute("data-image", re.compile(rf"^{image_id}\."), timeout=60_000)
    expect(page.locator(FOREGROUND)).to_contain_text("%", timeout=60_000)


def memory(server: AppServer) -> int:
    """Megabytes of the server and of its children that are resident."""
    process = psutil.Process(server.process_id)
    return round(sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / 1e6)


def speed(repeats: int) -> dict[str, Any]:
    """Milliseconds of one 256x256 prediction, and how they compare; the two take turns."""
    from core.inference.running import Network
    from core.training.quiet_start import start_keras

    weights = MODELS_DIR / TASK / "model.keras"
    network = Network(weights, (256, 256), "segment")
    start_keras()
    import keras

    model = keras.models.load_model(weights, compile=False)
    image = np.random.default_rng(0).random((1, 256, 256, 1), np.float32)
    openvino, predict = _take_turns(
        lambda: network(image), lambda: model.predict(image, verbose=0), repeats=repeats
    )
    return {
        "openvino_ms": round(openvino, 1),
        "model_predict_ms": round(predict, 1),
        "times_faster": round(predict / openvino, 1),
        "largest_difference": float(np.abs(network(image)[0] - model.predict(image, verbose=0)).max()),
    }


def _take_turns(*calls: Callable[[], Any], repeats: int) -> list[float]:
    """The median milliseconds of each."""
    seconds: list[list[float]] = [[] for _ in calls]
    for _ in range(repeats + 1):
        for call, own in zip(calls, seconds, strict=True):
            began = time.perf_counter()
            call()
            own.append(time.perf_counter() - began)
    # The first call of each compiles.
    return [1000 * statistics.median(own[1:]) for own in seconds]


if __name__ == "__main__":
    main()
