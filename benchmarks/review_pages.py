"""What a reviewer waits for in a task of 10,000 saved masks, and what that makes of a review of 200 images.

Timed inside the browser: from Enter in the grid to the next grid, from N to the next large picture; and at
the server, where `--without_browser` stops. The simulated reviewer then looks at 200 masks of which 20 are
wrong; how long a person takes to look, to move and to press is assumed, with two speeds, and told with the
result.

    python -m benchmarks.review_pages --images 10000
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from sqlalchemy import insert, select, update

from benchmarks.big_task import fill_task
from benchmarks.many_images import spread
from benchmarks.phantoms.xray import xray_phantom
from benchmarks.streamlit_client import StreamlitClient
from core.imaging.masks import encode_png
from core.workspace import NewRevision, Workspace
from core.workspace.tables import ImageTable, RevisionTable
from tests.browser.app_server import PROJECT, AppServer, app_in_chromium

SIDE = 256
UNTIL_CHANGED = """async ([host, selector, attribute]) => {
  const value = () => {
    const found = host.shadowRoot.querySelector(selector);
    return found ? (attribute ? found[attribute] : found.textContent) : "";
  };
  const before = value();
  const start = performance.now();
  host.shadowRoot.querySelector(selector).dispatchEvent(
    new KeyboardEvent("keydown", { key: window.pressed_, code: window.code_, bubbles: true, composed: true }),
  );
  while (performance.now() - start < 30000) {
    await new Promise(requestAnimationFrame);
    if (value() && value() !== before) return performance.now() - start;
  }
  throw new Error("nothing happened within 30 s");
}"""


@dataclass(frozen=True)
class Reviewer:
    """A time model, in seconds.

    Attributes:
        glance: At one tile of a grid.
        look: At one large picture.
        mark: To point at a tile and click.
        press: A key.
    """

    glance: float
    look: float
    mark: float
    press: float


REVIEWERS = {"quick": Reviewer(0.4, 1.5, 0.9, 0.3), "careful": Reviewer(1.0, 4.0, 1.2, 0.4)}


def review_seconds(
    reviewer: Reviewer, *, wait_grid: float, wait_one: float, tiles: int = 15
) -> dict[str, float]:
    """Seconds for 200 images of which 20 are wrong: in the grid, and one by one.

    In the grid each tile is glanced at and wrong ones are marked. A reason is a key more for each wrong one,
    here and there. Who is not sure of a tile also looks at it large: so the third figure, at each wrong one.
    """
    images, wrong = 200, 20
    pages = -(-images // tiles)
    grid = images * reviewer.glance + wrong * reviewer.mark + pages * (reviewer.press + wait_grid)
    large = reviewer.look + reviewer.press + wait_one
    one, reasons = images * large, wrong * reviewer.press
    seconds = {"grid_s": grid, "grid_and_large_s": grid + wrong * large, "one_by_one_s": one}
    parts = {
        "grid_part": round(grid / one, 2),
        "grid_with_reasons_part": round((grid + reasons) / (one + reasons), 2),
        "grid_and_large_part": round((grid + wrong * large) / one, 2),
    }
    return {**{name: round(each) for name, each in seconds.items()}, **parts}


def save_all(workspace: Workspace, slug: str) -> None:
    """Every image gets the mask of one that was saved."""
    task = workspace.tasks.get(slug)
    image = workspace.images.first(task.id)
    if image is None:
        raise RuntimeError("the task has no images")
    _, mask = xray_phantom(1, SIDE)
    workspace.masks.save(image.id, NewRevision(encode_png(mask), None, 0.5, None, "Kim", 9.0, 0.3))
    revisions, database = RevisionTable.__table__, workspace._database
    with database.writing() as session:
        row = session.execute(select(revisions).where(revisions.c.image_id == image.id)).one()._asdict()
        person_id = row["person_id"]
        ids = session.scalars(select(ImageTable.id).where(ImageTable.task_id == task.id)).all()
        others = [{**row, "image_id": each} for each in ids if each != image.id]
        for each in others:
            del each["id"]
        session.execute(insert(revisions), others)
        of_image = select(revisions.c.id).where(revisions.c.image_id == ImageTable.id).scalar_subquery()
        values = {"truth_revision_id": of_image, "truth_person_id": person_id, "num_revisions": 1}
        session.execute(update(ImageTable).where(ImageTable.task_id == task.id).values(**values))


def measure(page: Page, times: int) -> dict[str, Any]:
    """Waits of the grid and of the large picture."""
    approve = page.get_by_role("button", name="Approve the others")
    approve.wait_for(timeout=60_000)
    page.wait_for_timeout(3000)
    grid = [press(page, "Enter", ".review-grid", ".name", "") for _ in range(times)]
    page.keyboard.press("v")
    page.get_by_role("button", name="Flag").wait_for(timeout=60_000)
    page.wait_for_timeout(3000)
    one = []
    for _ in range(times):
        name = page.locator("[data-testid=stColumn] strong").first
        before = name.inner_text()
        start = page.evaluate("performance.now()")
        page.keyboard.press("n")
        page.wait_for_function(
            "([before]) => document.querySelector('[data-testid=stColumn] strong')?.innerText !== before",
            arg=[before],
            polling="raf",
        )
        one.append(page.evaluate("performance.now()") - start)
        page.wait_for_timeout(600)
    return {"grid_to_next_ms": spread(grid), "one_to_next_ms": spread(one)}


def at_the_server(server: AppServer, slug: str, times: int) -> dict[str, Any]:
    """The same without a browser: from the message until the run that answers it has ended."""
    client = StreamlitClient(server.url, f"task={slug}", "bench", "review")
    client.run_page()
    client.run_page()
    grid = []
    for _ in range(times):
        time.sleep(2)
        grid.append(1000 * client.approve_grid())
    client.press("review_view_one")
    one = []
    for _ in range(times):
        time.sleep(1)
        one.append(1000 * client.press("review_next"))
    client.close()
    return {"grid_to_next_at_server_ms": spread(grid), "one_to_next_at_server_ms": spread(one)}


def press(page: Page, key: str, root: str, selector: str, attribute: str) -> float:
    """Milliseconds from a key until what is watched inside a component is another one."""
    page.evaluate("([key]) => { window.pressed_ = key; window.code_ = key; }", [key])
    host = page.locator(root).evaluate_handle("each => each.getRootNode().host")
    taken = float(page.evaluate(UNTIL_CHANGED, [host, selector, attribute]))
    page.wait_for_timeout(1500)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000, help="in the task")
    parser.add_argument("--times", type=int, default=20, help="of each thing that is timed")
    parser.add_argument("--without_browser", action="store_true", help="time the server alone")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with Workspace.open(Path(folder)) as workspace:
            slug = fill_task(workspace, arguments.images, SIDE)
            save_all(workspace, slug)
        if arguments.without_browser:
            server = AppServer(PROJECT / "streamlit_app.py", {"WORKSPACE_DIR": folder})
            server.start()
            try:
                print(json.dumps(at_the_server(server, slug, arguments.times), indent=2))
            finally:
                server.kill()
            return
        with app_in_chromium(folder, f"/review?task={slug}") as (server, page):
            waits = measure(page, arguments.times) | at_the_server(server, slug, arguments.times)
    seconds = {
        name: waits[key]["p50"] / 1000
        for name, key in (("wait_grid", "grid_to_next_ms"), ("wait_one", "one_to_next_ms"))
    }
    people = {
        name: {"assumed_s": asdict(each), **review_seconds(each, **seconds)}
        for name, each in REVIEWERS.items()
    }
    print(json.dumps({**waits, "review_of_200": people}, indent=2))


if __name__ == "__main__":
    main()
