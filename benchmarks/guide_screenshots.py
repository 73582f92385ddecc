"""The pictures of the guides, from phantoms alone: `python -m benchmarks.guide_screenshots FOLDER`.

`--language ko docs/images/ko` draws those of docs/guide.ko.md: what an upload asks, a stack of two classes,
the box with the downloads, and the sign-in.
"""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, sync_playwright

from benchmarks.phantoms.ct import ct_volume_phantom
from benchmarks.phantoms.xray import xray_phantom
from benchmarks.screenshots import asked_for, open_page, shot
from core import language
from core.imaging.masks import encode_png
from core.people.passwords import hash_password
from core.registry.predictors import Predictors
from core.ui.segment import words
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import content_of_mask, save_mask
from core.workflows.open_workspace import open_workspace
from core.workspace import TaskClass, Workspace
from tests.browser.app_server import PROJECT, AppServer, launch_chromium

SIZE = (1200, 760)
SMALL = (640, 400)
KIM = {"en": "Kim", "ko": "김민지"}
SIDES = {"en": ("Right lung", "Left lung"), "ko": ("오른쪽 폐", "왼쪽 폐")}
STACK = {"en": "Chest CT", "ko": "흉부 CT 볼륨"}
COLOURS = ((230, 159, 0), (86, 180, 233))
DRAWN = (4, 8, 12)
OPEN = 10


def sides_of(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The lungs as two classes; the right one is on the left of the picture."""
    half = mask.shape[1] // 2
    return np.concatenate([mask[:, :half], mask[:, half:] * 2], axis=1).astype(np.uint8)


def add_stack(workspace: Workspace) -> int:
    """A volume of two classes, three slices of which are saved; gives the slice to show."""
    spoken = language.current()
    task = workspace.tasks.create(STACK[spoken])
    workspace.tasks.set_classes(task.id, tuple(map(TaskClass, SIDES[spoken], COLOURS)))
    units, masks = ct_volume_phantom(3, 256, 16)
    # i to the left, j to the back: as slices are looked at.
    volume = nib.Nifti1Image(units.transpose(2, 1, 0), np.diag([-1.2, -1.2, 5.0, 1.0]))
    add_images(workspace, task.id, [("chest.nii.gz", gzip.compress(volume.to_bytes()))])
    slices = workspace.images.of_stack(workspace.images.list(task.id)[0])
    for place in DRAWN:
        content = content_of_mask(workspace, slices[place], sides_of(masks[place]))
        save_mask(workspace, slices[place].id, Predictors(), content=content, who=KIM[spoken])
    shown = slices[OPEN]
    workspace.drafts.start_from(shown.id, content_of_mask(workspace, shown, sides_of(masks[OPEN])))
    return shown.id


def upload_with_a_question() -> list[dict[str, object]]:
    """Three films, two of them with a mask whose values could mean several things."""
    files = []
    for number in range(1, 4):
        image, mask = xray_phantom(200 + number, 256)
        files.append((f"film_{number}.png", image))
        if number < 3:
            files.append((f"film_{number}_mask.png", sides_of(mask)))
    return [{"name": name, "mimeType": "image/png", "buffer": encode_png(values)} for name, values in files]


def draw_pages(browser: Browser, url: str, folder: Path, slice_id: int, stack: str) -> None:
    page = open_page(browser, url, SIZE)
    uploader = page.get_by_test_id("stFileUploader").filter(has_text=words.UPLOAD)
    uploader.locator("input[type=file]").set_input_files(upload_with_a_question())
    page.get_by_role("dialog", name=words.UNDERSTOOD).wait_for(timeout=90_000)
    shot(page, folder, "upload", 4000)
    page.close()
    page = open_page(browser, f"{url}/?task={stack}&image={slice_id}", SIZE)
    page.get_by_role("button", name=words.FILL_BETWEEN).wait_for(timeout=90_000)
    shot(page, folder, "stack", 4000)
    page.get_by_role("button", name=words.DOWNLOAD).first.click()
    page.get_by_role("button", name=words.PREPARE_EXPORT).wait_for(timeout=90_000)
    shot(page, folder, "export", 2000)
    page.close()


def main() -> int:
    folder, spoken = asked_for(__doc__)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        with open_workspace(Path(temporary)) as workspace:
            slice_id = add_stack(workspace)
            stack = workspace.tasks.get_by_id(workspace.images.get(slice_id).task_id).slug
            kim = workspace.persons.get_or_add(KIM[spoken])
            workspace.persons.set_role(kim.id, "admin")
            workspace.persons.set_password_hash(kim.id, hash_password("only for these pictures"))
        server = AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": temporary, "LOGNAME": KIM[spoken]})
        server.start()
        try:
            draw_pages(browser, server.url, folder, slice_id, stack)
            server.kill()
            server.environment["REQUIRE_SIGN_IN"] = "1"
            server.start()
            shot(open_page(browser, server.url, SMALL), folder, "sign_in")
        finally:
            server.kill()
            browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
