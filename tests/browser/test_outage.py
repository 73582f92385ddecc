"""Database and file service go away while somebody draws: a sentence, and nothing that was drawn is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from app_server import PROJECT, AppServer
from editor_driver import Editor, settled, wait_for
from playwright.sync_api import Browser, expect
from sqlalchemy import create_engine

from core.correction.corrections import decode_layer
from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workspace import Workspace
from tests.workspace import postgresql

SHAPE = (48, 64)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A server with its rows on PostgreSQL and its files on S3; both can be stopped."""
    pytest.importorskip("s3fs", reason="s3fs is not installed here")
    pytest.importorskip("moto", reason="moto is not installed here")
    from tests.workspace.s3 import KEYS, Server

    programs = postgresql.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here")
    files = Server()
    with postgresql.running(programs) as folder:
        settings = {
            **KEYS,
            "AWS_ENDPOINT_URL": files.address,
            "AWS_MAX_ATTEMPTS": "1",
            "FILES_URL": "s3://lab/outage",
            "DATABASE_URL": postgresql.address(folder, "postgres"),
            "WORKSPACE_DIR": str(tmp_path / "workspace"),
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        server = AppServer(PROJECT / "streamlit_app.py", settings)
        with Workspace.open(tmp_path / "workspace") as workspace:
            server.start()
            yield SimpleNamespace(
                server=server,
                workspace=workspace,
                files=files,
                database_away=lambda: postgresql.away(programs, folder),
                row=lambda query: _ask(settings["DATABASE_URL"], query),
            )
            server.kill()
    files.stop()


def _ask(address: str, query: str) -> object:
    engine = create_engine(address)
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql(query).scalar()
    finally:
        engine.dispose()


def test_what_is_drawn_while_the_services_are_away_is_kept(lab: SimpleNamespace, browser: Browser) -> None:
    task = lab.workspace.tasks.create("Cells")
    picture = np.random.default_rng(0).integers(0, 200, SHAPE).astype(np.uint8)
    (added,) = add_images(lab.workspace, task.id, [("cell.png", encode_png(picture))])
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{lab.server.url}/?task={task.slug}")
    editor = Editor(page, Path(), "", SHAPE)
    editor.set_slider("Brush size", 6)
    editor.stroke([(10, 10), (20, 10)])
    # The page around the editor knows of the draft.
    expect(page.get_by_text("Draft 1", exact=True)).to_be_visible()
    settled(page)

    with lab.database_away():
        editor.stroke([(10, 24), (20, 24)], settle=False)
        expect(page.get_by_text("does not answer").first).to_be_visible()
        # Still there to be drawn on.
        expect(editor.surface).to_be_visible()
        health = page.request.get(f"{lab.server.url}/healthz")
        assert health.status == 503
        assert "does not answer" in health.json()["store"]
        page.reload()
        again = page.get_by_role("button", name="Try again")
        expect(page.get_by_text("waits in this browser")).to_be_visible()
        again.click()
        expect(page.get_by_text("does not answer").first).to_be_visible()
    again.click()
    editor.stroke([(10, 38), (20, 38)], settle=False)
    editor.wait_saved()

    def drawn(row: int) -> bool:
        newest = "SELECT layer_png FROM drafts WHERE layer_png IS NOT NULL ORDER BY image_id DESC LIMIT 1"
        layer = lab.row(newest)
        return bool((decode_layer(bytes(layer), SHAPE)[row, 10:20] == 2).all())  # type: ignore[call-overload]

    wait_for(lambda: all(drawn(row) for row in (10, 24, 38)))

    settled(page)
    lab.files.stop()
    page.get_by_role("button", name="Save mask", exact=True).click()
    expect(page.get_by_text("cannot be reached").first).to_be_visible()
    assert len(lab.workspace.masks.history(added.image_id)) == 0
    lab.files.start()
    page.reload()
    page.get_by_role("button", name="Save mask", exact=True).click()
    expect(page.get_by_text("Revision 1").first).to_be_visible()
    assert len(lab.workspace.masks.history(added.image_id)) == 1
    page.context.close()
