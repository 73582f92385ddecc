"""Korean as it is read: lines end between words, and no label of a button is cut, also on a telephone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from app_server import PROJECT, AppServer, OpenPage
from editor_driver import WAIT_MS, settled, wait_for
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.experiments.requests.plan import SyntheticRequest
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.run import STOPPED
from core.experiments.runs.start import experiments_root
from core.experiments.runs.store import DIED, ExperimentResult
from core.imaging.masks import encode_png
from core.ui import words
from core.workflows.add_images import add_images
from core.workflows.learn.train_model import Watchers
from core.workspace import Workspace

# What stands over the end of a line, and what its own box cuts off; Range gives a rectangle for each line.
BROKEN_AND_CUT = """(root) => {
  const broken = [], cut = [];
  const texts = document.createTreeWalker(root ?? document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, box = text.parentElement;
    if (!/[가-힣]/.test(text.textContent) || !box.offsetParent) continue;
    if (box.closest('[data-collapsed="true"]')) continue;  // the side bar of a telephone
    // A line may end after a hyphen, as in every language.
    for (const word of text.textContent.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((each) => Math.round(each.top)));
      const whole = range.getBoundingClientRect();
      if (lines.size > 1) broken.push(word[0]);
      const button = box.closest("button");
      const end = Math.min(innerWidth, button?.getBoundingClientRect().right ?? innerWidth);
      if (whole.right > end + 1) cut.push(word[0]);
    }
  }
  return { broken, cut };
}"""


TOLD = """() => [
  ...document.body.innerText.split("\\n"),
  ...["aria-label", "title", "placeholder"].flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)].map((each) => each.getAttribute(name))),
]"""
STREAMLITS = set(words.STREAMLIT)


@pytest.fixture(scope="module", params=[(1024, 768), (360, 740)], ids=["laptop", "telephone"])
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """Where every page is opened: what the first one loads is there for the others."""
    width, height = request.param
    opened = browser.new_context(viewport={"width": width, "height": height}, locale="ko-KR")
    opened.set_default_timeout(WAIT_MS)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def experiments(workspace: Workspace) -> Iterator[Path]:
    """Where experiments are kept, without those of other tests: every task sees all of them."""
    root = experiments_root(workspace)
    shutil.rmtree(root, ignore_errors=True)
    yield root
    shutil.rmtree(root, ignore_errors=True)


def check(page: Page) -> None:
    expect(page.get_by_test_id("stMain")).to_contain_text("다")
    settled(page)
    # Other machines have other fonts, some of them wider.
    page.add_style_tag(content="button * { letter-spacing: 0.05em !important }")
    # On a telephone the side bar lies over the page until it has closed by itself.
    wait_for(lambda: page.evaluate(BROKEN_AND_CUT) == {"broken": [], "cut": []})
    wait_for(lambda: not STREAMLITS & set(page.evaluate(TOLD)))
    page.close()


@pytest.mark.parametrize("page_name", ["", "review", "fine_tune", "models", "experiments"])
def test_korean_lines_end_between_words_and_no_label_is_cut(
    server: AppServer, open_page: OpenPage, context: BrowserContext, workspace: Workspace, page_name: str
) -> None:
    image = PROJECT / "sample_images" / "lung_xray" / "images"
    path = next(image.glob("*.png"))
    add_images(workspace, workspace.tasks.get("lung_xray").id, [(path.name, path.read_bytes())])
    check(open_page(f"{server.url}/{page_name}?task=lung_xray", context))


def test_lines_of_the_editor_s_keys_end_between_words_too(
    server: AppServer, open_page: OpenPage, context: BrowserContext, workspace: Workspace
) -> None:
    add_images(
        workspace, workspace.tasks.get("lung_ct").id, [("a.png", encode_png(np.zeros((64, 64), np.uint8)))]
    )
    page = open_page(f"{server.url}/?task=lung_ct", context)
    surface = page.get_by_role("application")
    expect(surface).to_have_attribute("data-image", re.compile("."))
    surface.press("?")
    keys = page.get_by_role("dialog", name="단축키")
    expect(keys).to_be_visible()
    assert keys.evaluate(BROKEN_AND_CUT) == {"broken": [], "cut": []}
    page.close()


def test_lines_of_experiments_that_are_kept_end_between_words_too(
    server: AppServer, open_page: OpenPage, context: BrowserContext, experiments: Path
) -> None:
    for status, reason in (("done", ""), ("stopped", STOPPED), ("failed", DIED)):
        kept = Experiment.begin(experiments / status, SyntheticRequest(num_images=12), Watchers())
        kept.write_result(ExperimentResult("synthetic", number=0.5, number_name="F1"))
        kept.set_state(status, reason)
    check(open_page(f"{server.url}/experiments?task=lung_xray", context))
