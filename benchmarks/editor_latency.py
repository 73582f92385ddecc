"""How long a stroke takes from the lifted pointer to the draft on disk, and how smooth drawing is.

Starts the real app on an empty workspace with one image, paints in Chromium as a person would, and watches
the store from outside. Frames are timed in the page while a stroke and the threshold are being dragged.

    python -m benchmarks.editor_latency --side 512 --strokes 40
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Page, expect

from core.cards import ModelCard, save_card
from core.config import NetConfig
from core.imaging.decode import decode_image
from core.imaging.intensity import to_display
from core.imaging.masks import encode_png
from core.reasons import Reason
from core.registry.predictions import prediction_key
from core.workflows.add_images import add_images
from core.workspace import NewVersion, TaskClass, Workspace
from tests.browser.app_server import app_in_chromium
from tests.browser.editor_driver import WAIT_MS, Editor

FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const tick = (now) => {
    window.frames_.push(now - last);
    last = now;
    window.ticking_ = requestAnimationFrame(tick);
  };
  window.ticking_ = requestAnimationFrame(tick);
}"""
FRAMES_END = "() => { cancelAnimationFrame(window.ticking_); return window.frames_.slice(1); }"
PREVIEWS = """(bar) => {
  window.previews_ = [];
  const seen = () => bar.dataset.waits === "false" && window.previews_.push(Date.now() - window.lifted_);
  new MutationObserver(seen).observe(bar, { attributes: true, attributeFilter: ["data-waits"] });
}"""
LIFTED = "addEventListener('pointerup', (event) => { window.lifted_ = Date.now(); }, true)"


def main() -> None:
    arguments = _parse()
    with tempfile.TemporaryDirectory() as folder, Workspace.open(Path(folder)) as workspace:
        image_id, slug = _add_image(workspace, arguments.side, arguments.image)
        if arguments.classes > 1:
            _propose_classes(workspace, image_id, arguments.classes)
        with app_in_chromium(folder, f"/?task={slug}&image={image_id}") as (_, page):
            result = _measure(page, workspace, image_id, arguments)
    print(json.dumps({"machine": platform.machine(), **result}, indent=2))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--side", type=int, default=512, help="side of the square image in pixels")
    parser.add_argument(
        "--classes", type=int, default=1, help="foreground classes; several are proposed in patches"
    )
    parser.add_argument("--strokes", type=int, default=40, help="strokes to time")
    parser.add_argument("--clicks", type=int, default=20, help="clicks of Smart click to time")
    parser.add_argument("--image", type=Path, help="a picture instead of noise, stretched to the side")
    parser.add_argument("--seed", type=int, default=0, help="of the strokes' places")
    return parser.parse_args()


def _add_image(workspace: Workspace, side: int, path: Path | None) -> tuple[int, str]:
    if path is None:
        picture = cv2.blur(np.random.default_rng(0).integers(0, 255, (side, side), np.uint8), (9, 9))
    else:
        given = to_display(decode_image(path.read_bytes(), path.name))
        picture = cv2.resize(given, (side, side), interpolation=cv2.INTER_CUBIC)
    task = workspace.tasks.create("Latency")
    (outcome,) = add_images(workspace, task.id, [("picture.png", encode_png(np.asarray(picture, np.uint8)))])
    if outcome.image_id is None:
        raise RuntimeError(f"the image was refused: {outcome}")
    return outcome.image_id, task.slug


def _propose_classes(workspace: Workspace, image_id: int, num_classes: int) -> None:
    """Classes in patches whose confidence fades from the middle, as a model's prediction in the cache."""
    image = workspace.images.get(image_id)
    names = [TaskClass(f"Class {number}") for number in range(1, num_classes + 1)]
    classes = workspace.tasks.set_classes(image.task_id, names).classes
    folder = "versions/patches"
    card = ModelCard("patches", net=NetConfig(num_classes=1 + classes[-1].value))
    save_card(card, workspace.folder(folder) / "card.json")
    new = NewVersion(folder, "0" * 64, "scratch", "Benchmark")
    version = workspace.versions.add(image.task_id, new)
    workspace.versions.promote(version.id, who="Benchmark", why=Reason("text", {"text": "To measure."}))
    side = image.facts.height
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    distance = np.hypot(rows - side / 2, columns - side / 2)
    confidence = np.clip(255 * (1.2 - distance / (side / 3)), 0, 255).astype(np.uint8)
    patch = classes[0].value + (rows // 97 + columns // 61) % num_classes
    planes = np.stack([patch.astype(np.uint8), confidence, np.zeros_like(confidence)], axis=-1)
    workspace.cache.put(image.sha256, prediction_key(workspace, version), encode_png(planes))


def _measure(
    page: Page, workspace: Workspace, image_id: int, arguments: argparse.Namespace
) -> dict[str, Any]:
    side = arguments.side
    editor = Editor(page, Path(), "", (side, side))
    page.evaluate(LIFTED)
    editor.set_slider("Brush size", max(4, side // 40))
    editor.stroke([(side * 0.5, side * 0.5), (side * 0.6, side * 0.5)])
    places = random.Random(arguments.seed)
    seconds = [_time_stroke(editor, workspace, image_id, places) for _ in range(arguments.strokes)]
    milliseconds = 1000 * np.array(seconds)
    return {
        "side": side,
        "classes": arguments.classes,
        "strokes": len(seconds),
        "stroke_to_disk_ms": {
            "p50": round(float(np.percentile(milliseconds, 50))),
            "p95": round(float(np.percentile(milliseconds, 95))),
            "max": round(float(milliseconds.max())),
        },
        "click_to_preview_ms": _clicks(editor, arguments.clicks, places),
        "frame_while_painting_ms": _frames(page, lambda: _long_stroke(editor)),
        "frame_while_dragging_threshold_ms": _frames(page, lambda: _drag_threshold(editor)),
        "layer_bytes": len(workspace.drafts.get(image_id).layer_png),
    }


def _time_stroke(editor: Editor, workspace: Workspace, image_id: int, places: random.Random) -> float:
    """Seconds from the lifted pointer to the first moment when another reader finds the stroke."""
    side = editor.shape[0]
    before = workspace.drafts.get(image_id).sequence
    arrived: list[float] = []

    def watch() -> None:
        deadline = time.time() + 20
        while time.time() < deadline:
            if workspace.drafts.get(image_id).sequence > before:
                arrived.append(time.time())
                return
            time.sleep(0.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    points = [(places.uniform(0.1, 0.9) * side, places.uniform(0.1, 0.9) * side) for _ in range(4)]
    editor.stroke(points, settle=False)
    watcher.join()
    editor.wait_saved()
    time.sleep(places.uniform(0.1, 0.4))
    if not arrived:
        raise RuntimeError("a stroke did not reach the store within 20 s")
    return arrived[0] - editor.page.evaluate("window.lifted_") / 1000


def _clicks(editor: Editor, count: int, places: random.Random) -> dict[str, int]:
    """From the lifted pointer to the preview, each click on another place, the first not counted."""
    side, page = editor.shape[0], editor.page
    page.locator('[data-part="preview-bar"]').evaluate(PREVIEWS)
    editor.press("w")
    taken = []
    for _ in range(count + 1):
        editor.click((places.uniform(0.15, 0.85) * side, places.uniform(0.15, 0.85) * side))
        expect(editor.button("Accept")).to_be_enabled(timeout=WAIT_MS)
        taken.append(page.evaluate("window.previews_.at(-1)"))
        editor.press("Escape")
    editor.press("b")
    return {
        "p50": round(float(np.percentile(taken[1:], 50))),
        "p95": round(float(np.percentile(taken[1:], 95))),
        "max": round(float(max(taken[1:]))),
    }


def _frames(page: Page, act: Any) -> dict[str, int]:
    page.evaluate(FRAMES)
    act()
    frames = np.array(page.evaluate(FRAMES_END))
    return {
        "p50": round(float(np.percentile(frames, 50))),
        "p95": round(float(np.percentile(frames, 95))),
        "max": round(float(frames.max())),
    }


def _long_stroke(editor: Editor) -> None:
    side = editor.shape[0]
    turns = np.linspace(0, 6 * np.pi, 150)
    spiral = [(side * (0.5 + 0.02 * t * np.cos(t)), side * (0.5 + 0.02 * t * np.sin(t))) for t in turns]
    view = editor.place((0, 0)), editor.place((side, side))
    scale = (view[1][0] - view[0][0]) / side
    mouse = editor.page.mouse
    mouse.move(view[0][0] + spiral[0][0] * scale, view[0][1] + spiral[0][1] * scale)
    mouse.down()
    for x, y in spiral:
        mouse.move(view[0][0] + x * scale, view[0][1] + y * scale)
        editor.page.wait_for_timeout(8)
    mouse.up()
    editor.wait_saved()


def _drag_threshold(editor: Editor) -> None:
    box = editor.slider("Threshold").bounding_box()
    mouse = editor.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    for i in range(60):
        mouse.move(box["x"] + box["width"] * (0.5 - 0.4 * np.sin(i / 10)), box["y"] + box["height"] / 2)
        editor.page.wait_for_timeout(16)
    mouse.up()
    editor.wait_saved()


if __name__ == "__main__":
    main()
