"""Two browsers, two names: each mask bears its own, each remembers its name, one has an image at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from app_server import AppServer
from editor_driver import WAIT_MS, Editor, settled
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workspace import Workspace


def open_in(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_label("Mask editor", exact=True)).to_be_visible()
    return page


def give_name(page: Page, name: str) -> None:
    settled(page)
    page.get_by_test_id("stSidebar").get_by_test_id("stPopover").last.get_by_role("button").click()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your name").press("Enter")
    expect(page.get_by_text("Give your name once")).to_have_count(0)
    settled(page)
    page.keyboard.press("Escape")


def save_as(page: Page, name: str, revision: int) -> None:
    page.get_by_text("Give your name once").wait_for()
    give_name(page, name)
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


def test_an_open_browser_goes_on_under_the_new_name(
    server: AppServer, workspace: Workspace, browser: Browser
) -> None:
    task = workspace.tasks.create("Renamed meanwhile")
    add_images(workspace, task.id, [("a.png", encode_png(np.zeros((64, 64), np.uint8)))])
    context = browser.new_context()
    context.set_default_timeout(WAIT_MS)
    page = open_in(context, f"{server.url}/?task={task.slug}")
    save_as(page, "Ahn", 1)
    ahn = workspace.persons.find("Ahn")
    assert ahn is not None
    workspace.persons.rename(ahn.id, "Ahn Mira", who="Ahn")
    for revision in (2, 3):
        page.get_by_role("button", name="Save mask", exact=True).click()
        expect(page.get_by_text(f"Revision {revision} by Ahn Mira")).to_be_visible()
        settled(page)
    assert workspace.persons.find("Ahn") is None
    context.close()


FORGETS_WHAT_IT_STORED = """
const getItem = Storage.prototype.getItem;
Storage.prototype.getItem = function (key) {
  return key === "mask-loop.name" ? null : getItem.call(this, key);
};
"""


def test_the_first_page_is_drawn_for_whoever_the_browser_knows(
    server: AppServer, workspace: Workspace, browser: Browser
) -> None:
    task = workspace.tasks.create("Known at once")
    add_images(workspace, task.id, [("a.png", encode_png(np.zeros((64, 64), np.uint8)))])
    url = f"{server.url}/?task={task.slug}"
    context = browser.new_context()
    context.set_default_timeout(WAIT_MS)
    first = open_in(context, url)
    give_name(first, "김 연구원; ü=1")
    first.close()
    # The page has nothing else to tell.
    context.add_init_script(FORGETS_WHAT_IT_STORED)
    again = open_in(context, url)
    expect(again.get_by_test_id("stSidebar").get_by_text("김 연구원; ü=1").first).to_be_visible()
    expect(again.get_by_text("Give your name once")).to_have_count(0)
    context.close()


def shows(page: Page, foreground: str) -> None:
    expect(page.get_by_text(f"Foreground {foreground} %")).to_be_visible()


# As long as a slow browser takes; until then the page is drawn for nobody in particular.
SLOW_TO_TELL = """
const getItem = Storage.prototype.getItem;
Storage.prototype.getItem = function (key) {
  const began = Date.now();
  while (key === "mask-loop.name" && Date.now() - began < 3000);
  return getItem.call(this, key);
};
"""


def test_strokes_go_along_with_the_name_and_stay_with_it(
    server: AppServer, workspace: Workspace, browser: Browser
) -> None:
    task = workspace.tasks.create("Taken over")
    image = encode_png(np.zeros((64, 64), np.uint8))
    (added,) = add_images(workspace, task.id, [("a.png", image)])
    context = browser.new_context()
    context.set_default_timeout(WAIT_MS)
    page = open_in(context, f"{server.url}/?task={task.slug}")
    settled(page)
    canvas = Editor(page, Path(), "", (64, 64))
    canvas.set_slider("Brush size", 2)
    canvas.stroke([(10.5, 10.5)])
    drawn = str(page.locator("text=/Foreground 0.[0-9]*[1-9]/").inner_text().split()[1])
    give_name(page, "Mina")
    shows(page, drawn)
    page.reload()
    shows(page, drawn)
    # Somebody else takes over, and then Mina again.
    give_name(page, "Jun")
    shows(page, "0.00")
    expect(page.get_by_text("did not save stays with Mina")).to_be_visible()
    give_name(page, "Mina")
    expect(page.get_by_text("You go on as")).to_be_visible()
    shows(page, drawn)
    assert workspace.drafts.get(added.image_id or 0, "Jun") is None
    page.close()
    workspace.presence.leave("Mina")
    context.add_init_script(SLOW_TO_TELL)
    slow = open_in(context, f"{server.url}/?task={task.slug}")
    expect(slow.get_by_test_id("stSidebar").get_by_text("Mina").first).to_be_visible()
    shows(slow, drawn)
    context.close()
