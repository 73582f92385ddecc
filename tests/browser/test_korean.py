"""Korean as it is read: lines end between words, and no label of a button is cut, also on a telephone."""

from __future__ import annotations

import pytest
from app_server import AppServer, OpenPage
from editor_driver import settled, wait_for
from playwright.sync_api import expect

from core.workspace import Workspace

# What stands over the end of a line, and what its own box cuts off; Range gives a rectangle for each line.
BROKEN_AND_CUT = """() => {
  const broken = [], cut = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
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
      if (button && whole.right > button.getBoundingClientRect().right + 1) cut.push(word[0]);
    }
  }
  return { broken, cut };
}"""


@pytest.mark.parametrize("size", [(1024, 768), (360, 740)], ids=["laptop", "telephone"])
@pytest.mark.parametrize("page_name", ["", "review", "fine_tune", "models", "experiments"])
def test_korean_lines_end_between_words_and_no_label_is_cut(
    server: AppServer, workspace: Workspace, open_page: OpenPage, page_name: str, size: tuple[int, int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = open_page(f"{server.url}/{page_name}?task=lung_xray", viewport=viewport, locale="ko-KR")
    expect(page.get_by_test_id("stMain")).to_contain_text("다")
    settled(page)
    # Other machines have other fonts, some of them wider.
    page.add_style_tag(content="button * { letter-spacing: 0.05em !important }")
    # On a telephone the side bar lies over the page until it has closed by itself.
    wait_for(lambda: page.evaluate(BROKEN_AND_CUT) == {"broken": [], "cut": []})
