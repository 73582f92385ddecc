"""Two browsers, two names: each mask bears its own, each remembers its name, one has an image at a time."""

from __future__ import annotations

import numpy as np
from app_server import AppServer
from editor_driver import WAIT_MS, settled
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workspace import Workspace


def open_in(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_label("Mask editor", exact=True)).to_be_visible()
    return page


def save_as(page: Page, name: str, revision: int) -> None:
    page.get_by_text("Give your name once").wait_for()
    settled(page)
    page.get_by_test_id("stSidebar").get_by_test_id("stPopover").last.get_by_role("button").click()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your name").press("Enter")
    expect(page.get_by_text("Give your name once")).to_have_count(0)
    settled(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save mask", exact=True).click()
    expect(page.get_by_text(f"Revision {revision} by {name}")).to_be_visible()
    settled(page)


def test_each_browser_has_a_name_and_remembers_it(
    server: AppServer, workspace: Workspace, browser: Browser
) -> None:
    task = workspace.tasks.create("Named discs")
    image = np.zeros((64, 64), np.uint8)
    image[20:40, 20:40] = 200
    (added,) = add_images(workspace, task.id, [("a.png", encode_png(image))])
    url = f"{server.url}/?task={task.slug}"
    kim, lee = browser.new_context(), browser.new_context()
    for context in (kim, lee):
        context.set_default_timeout(WAIT_MS)
    first = open_in(kim, url)
    save_as(first, "Kim", 1)
    second = lee.new_page()
    second.goto(url)
    expect(second.get_by_text("Kim is on this image.")).to_be_visible()
    expect(second.get_by_label("Mask editor", exact=True)).to_have_count(0)
    # As if Kim had gone to another image.
    first.close()
    workspace.presence.leave("Kim")
    second.reload()
    expect(second.get_by_label("Mask editor", exact=True)).to_be_visible()
    save_as(second, "Lee", 2)
    second.close()
    workspace.presence.leave("Lee")
    again = open_in(kim, url)
    expect(again.get_by_test_id("stSidebar").get_by_text("Kim").first).to_be_visible()
    assert [each.who for each in workspace.masks.history(added.image_id or 0)] == ["Lee", "Kim"]
    kim.close()
    lee.close()
