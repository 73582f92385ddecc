"""Labels of a lesion in a real browser: bars, a corrected mask, a label that survives a reload."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from app_server import AppServer, OpenPage
from editor_driver import Editor, settled, wait_for
from playwright.sync_api import Page, expect

from benchmarks.phantoms.skin import skin_phantom
from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workspace import TaskRow, Workspace
from tests.workflows import lesions

SIDE = 96


@pytest.fixture
def moles(workspace: Workspace, tmp_path: Path) -> TaskRow:
    """A task whose masks start empty, with a classifier of masked images and a lesion phantom."""
    task = workspace.tasks.create("Moles")
    lesions.use_classifier(workspace, task, lesions.save_tiny_weights(tmp_path / "model.keras"))
    add_images(workspace, task.id, [("lesion.png", encode_png(skin_phantom(3, SIDE)[0]))])
    return task


def percents(page: Page) -> list[str | None]:
    expect(page.locator(".probability.waiting")).to_have_count(0)
    expect(page.get_by_role("meter")).to_have_count(3)
    return [each.get_attribute("aria-valuetext") for each in page.get_by_role("meter").all()]


def answers(workspace: Workspace) -> list[str]:
    """Names of the answers that are in the cache."""
    return sorted(path.name for path in workspace.folder("cache").rglob("labels-*"))


def wait_for_answers(workspace: Workspace, count: int) -> None:
    wait_for(lambda: len(answers(workspace)) >= count)
    assert len(answers(workspace)) == count


@pytest.mark.slow
def test_bars_follow_the_mask_and_the_label_survives_a_reload(
    server: AppServer, workspace: Workspace, moles: TaskRow, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/?task={moles.slug}")
    canvas = Editor(page, Path(), "", (SIDE, SIDE))
    settled(page)
    canvas.set_slider("Brush size", 30)
    canvas.stroke([(48.0, 48.0), (50.0, 48.0)])
    for name in ("Melanoma", "Nevus", "Other"):
        expect(page.get_by_role("meter", name=name)).to_be_visible()
    shown = percents(page)
    assert sum(int((each or "").split()[0]) for each in shown) in (99, 100, 101)

    # Of the mask that was there at first, and of the one after the stroke.
    wait_for_answers(workspace, 2)
    canvas.stroke([(20.0, 20.0), (70.0, 70.0)])
    wait_for_answers(workspace, 3)

    page.get_by_role("combobox", name="Label", exact=True).click()
    page.get_by_role("option", name="Nevus").click()
    expect(page.get_by_text(re.compile("^By .+, just now$"))).to_be_visible()
    (image,) = workspace.images.list(moles.id)
    (label,) = workspace.labels.history(image.id)
    assert (label.label, set(label.shown or {})) == ("NV", set(lesions.LABELS))

    page.reload()
    expect(page.get_by_role("combobox", name="Label", exact=True)).to_have_value("Nevus")
    percents(page)
    page.get_by_role("button", name="What the network looked at").click()
    expect(page.get_by_role("img", name="What the network looked at")).to_be_visible()
    settled(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Save mask", exact=True).click()
    expect(page.get_by_text("Revision 1 by")).to_be_visible()
