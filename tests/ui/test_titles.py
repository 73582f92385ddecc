"""Titles that nobody chose read as the session's language."""

import io
from dataclasses import replace

import numpy as np
import tifffile
from sqlalchemy import event

from core.language import spoken
from core.ui.titles import image_titles, task_title, version_title
from core.workflows.add_images import add_images
from core.workflows.open_workspace import open_workspace


def test_tasks_and_versions_that_nobody_named(tmp_path):
    with open_workspace(tmp_path) as workspace:
        task, own = workspace.tasks.get("lung_xray"), workspace.tasks.create("Lung X-ray of mine")
        version = workspace.versions.current(task.id)
    tuned = replace(version, origin="fine_tuned", number=3, title="Version 3")
    with spoken("ko"):
        assert [task_title(each) for each in (task, own)] == ["폐 X선", "Lung X-ray of mine"]
        assert [version_title(each) for each in (version, tuned)] == ["폐 X선 (기본 제공)", "버전 3"]
    assert [version_title(each) for each in (version, tuned)] == [version.title, "Version 3"]


def test_slices_of_one_file_are_told_apart(tmp_path):
    pages = io.BytesIO()
    tifffile.imwrite(pages, np.zeros((2, 8, 8), np.uint8), photometric="minisblack")
    with open_workspace(tmp_path) as workspace:
        task = workspace.tasks.create("Lungs")
        single = io.BytesIO()
        tifffile.imwrite(single, np.ones((8, 8), np.uint8))
        add_images(workspace, task.id, [("pages.tif", pages.getvalue()), ("one.tif", single.getvalue())])
        images, statements = workspace.images.list(task.id), []
        event.listen(
            workspace._database.engine, "before_cursor_execute", lambda *each: statements.append(each[2])
        )
        titles = image_titles(workspace, images)
    assert [*titles.values()] == ["pages.tif, slice 1 of 2", "pages.tif, slice 2 of 2", "one.tif"]
    # However many tiles a page has.
    assert len([each for each in statements if each.startswith("SELECT")]) == 1
