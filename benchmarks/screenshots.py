"""Pictures of every page from the project's own samples: `python -m benchmarks.screenshots docs/images`.

`--language ko docs/images/ko` draws them in Korean.

A simulated person corrects samples in a fresh workspace and fine-tunes once, so that every page has something
to show. Takes a few minutes, most of them training.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.phantoms.xray import xray_phantom
from core import language
from core.config import SAMPLES_DIR
from core.correction.corrections import encode_layer
from core.experiments.runs.start import start_experiment
from core.imaging.masks import encode_png
from core.jobs import queue
from core.registry.predictors import Predictors
from core.ui.experiments import words as experiments_words
from core.ui.experiments.form import trial_request
from core.ui.mask_editor import words as editor_words
from core.ui.review import words as review_words
from core.ui.segment import words as segment_words
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workflows.learn.fine_tune import plan_fine_tune, start_fine_tune
from core.workflows.open_workspace import open_workspace
from core.workspace import DraftContent, Workspace
from tests.browser.app_server import PROJECT, AppServer, launch_chromium

WIDE, NARROW = (1440, 900), (1024, 768)
NUM_CORRECTED = 12


def correct_samples(workspace: Workspace) -> None:
    """Twelve phantoms with their true masks, as a person would save them, and a few that wait."""
    task = workspace.tasks.get("lung_xray")
    version = workspace.versions.current(task.id)
    predictors = Predictors()
    for seed in range(100, 100 + NUM_CORRECTED):
        image, mask = xray_phantom(seed, 256)
        (added,) = add_images(workspace, task.id, [(f"ward_3_film_{seed}.png", encode_png(image))])
        layer = encode_layer((np.asarray(mask) + 1).astype(np.uint8))
        content = DraftContent(0.5, layer, version.id if version else None, seconds=40.0)
        save_mask(workspace, added.image_id or 0, predictors, content=content, who="Kim")
    samples = sorted((SAMPLES_DIR / "lung_xray" / "images").glob("*.png"))
    masks = [(path.name, (path.parents[1] / "masks" / path.name).read_bytes()) for path in samples]
    add_images(workspace, task.id, [(path.name, path.read_bytes()) for path in samples], masks=masks)


def fine_tune(workspace: Workspace) -> None:
    """One short run through the real worker."""
    task = workspace.tasks.get("lung_xray")
    plan = plan_fine_tune(workspace, task.id, base_version_id=task.current_version_id, epochs=6)
    job = start_fine_tune(workspace, plan, who="Kim")
    while queue.status(workspace, job.id).status in ("queued", "running"):
        time.sleep(1)


def experiment(workspace: Workspace) -> None:
    """The synthetic check as the page's trial starts it, through the real worker."""
    job = start_experiment(workspace, trial_request(), who="Kim")
    while queue.status(workspace, job.id).status in ("queued", "running"):
        time.sleep(1)


def shot(page: Page, folder: Path, name: str, settle_ms: int = 1500) -> None:
    page.wait_for_timeout(settle_ms)
    # 128 colours do for a page, in a fraction of the bytes.
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        few = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    few.save(folder / f"{name}.png", optimize=True)
    print(folder / f"{name}.png")


def open_page(browser: Browser, url: str, size: tuple[int, int], scheme: str = "light") -> Page:
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale=language.current()
    )
    page.goto(url)
    return page


def draw_pages(browser: Browser, url: str, folder: Path, last_image: int) -> None:
    for name, size, scheme in (
        ("segment", WIDE, "light"),
        ("segment_dark", WIDE, "dark"),
        ("segment_narrow", NARROW, "light"),
    ):
        page = open_page(browser, f"{url}/?task=lung_xray&image={last_image}", size, scheme)
        page.get_by_text(editor_words.WORDS["foreground"]).wait_for(timeout=90_000)
        shot(page, folder, name, 4000)
        page.close()
    for name, size, scheme in (("review", WIDE, "light"), ("review_dark", NARROW, "dark")):
        page = open_page(browser, f"{url}/review?task=lung_xray", size, scheme)
        page.get_by_role("button", name=review_words.APPROVE_OTHERS).wait_for(timeout=90_000)
        shot(page, folder, name, 4000)
        page.close()
    for name in ("fine_tune", "models", "experiments"):
        page = open_page(browser, f"{url}/{name}?task=lung_xray", WIDE)
        page.get_by_role("heading").first.wait_for(timeout=90_000)
        shot(page, folder, name, 5000)
        if name == "experiments":
            # A select box has a button of that name too.
            page.get_by_test_id("stButton").get_by_role(
                "button", name=experiments_words.OPEN_EXPERIMENT, exact=True
            ).first.click()
            page.get_by_role("table").wait_for(timeout=90_000)
            shot(page, folder, "experiment", 3000)
        page.close()


def asked_for(description: str | None) -> tuple[Path, str]:
    """The folder for the pictures, which is there then, and the language, which is spoken from now on."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("docs/images"))
    parser.add_argument("--language", choices=tuple(language.LANGUAGES), default=language.ENGLISH)
    options = parser.parse_args()
    language.speak(options.language)
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder, options.language


def main() -> int:
    folder, _ = asked_for(__doc__)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        server = AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": temporary})
        server.start()
        try:
            page = open_page(browser, server.url, WIDE)
            page.get_by_text(segment_words.UPLOAD).wait_for(timeout=90_000)
            shot(page, folder, "first_minute", 4000)
            page.close()
            with open_workspace(Path(temporary)) as workspace:
                correct_samples(workspace)
                fine_tune(workspace)
                experiment(workspace)
                last = workspace.images.list(workspace.tasks.get("lung_xray").id)[NUM_CORRECTED].id
            draw_pages(browser, server.url, folder, last)
        finally:
            server.kill()
            browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
