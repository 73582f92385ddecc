"""What belongs together, on the Segment page: told, shown, and corrected by hand."""

import time

import cv2
import numpy as np
import pytest

from benchmarks.phantoms.xray import xray_phantom
from core.jobs import queue
from core.workflows.add_images import add_images
from core.workflows.arrive.find_groups import KIND, find_groups
from tests.pages.conftest import png, unfolded


@pytest.fixture
def films(workspace):
    """A task of three pictures, one of them twice."""
    task = workspace.tasks.create("Films")
    picture, _ = xray_phantom(1, 64)
    copy = cv2.imencode(".jpg", np.asarray(picture, np.uint8))[1].tobytes()
    files = [("p1_a.png", png(1)), ("copy.jpg", copy), ("p1_b.png", png(7)), ("p2_a.png", png(12))]
    add_images(workspace, task.id, files)
    return task


def said(app):
    return " ".join(each.value for each in [*app.caption, *app.markdown, *app.error])


def press(app, label):
    return next(each for each in app.button if each.label == label).click().run()


def grouped(workspace, task):
    names = {}
    for image in workspace.images.list(task.id):
        names.setdefault(image.group_id, []).append(image.name)
    return sorted(names.values())


def test_the_page_says_what_belongs_together_and_an_image_can_be_taken_out(open_page, workspace, films):
    find_groups(workspace, films.id)
    app = open_page(task=films.slug)
    # Counted where it is looked at only.
    assert "4 images in" not in said(app)
    unfolded(app, "groups")
    assert not app.exception
    assert "4 images in 3 groups" in said(app)
    assert "looks nearly like these" in said(app)
    press(app, "Take this image out")
    assert not app.exception
    assert "4 images in 4 groups" in said(app)
    assert find_groups(workspace, films.id).num_groups == 4


def test_a_pattern_that_fits_nothing_is_one_sentence_and_changes_nothing(open_page, workspace, films):
    app = unfolded(open_page(task=films.slug), "groups")
    box = next(each for each in app.text_input if each.label == "Names that belong together")
    box.input("#")
    press(app, "Use")
    assert "fits none of the 4 names" in said(app)
    assert workspace.tasks.get(films.slug).group_rule is None
    assert workspace.jobs.list(films.id) == []


def test_a_pattern_is_kept_and_looked_for_by_a_job(open_page, workspace, films):
    app = unfolded(open_page(task=films.slug), "groups")
    box = next(each for each in app.text_input if each.label == "Names that belong together")
    box.input("_")
    press(app, "Use")
    assert not app.exception
    assert workspace.tasks.get(films.slug).group_rule == {"pattern": "_"}
    (job,) = workspace.jobs.list(films.id)
    deadline = time.monotonic() + 180
    while queue.status(workspace, job.id).status in ("queued", "running") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert (job.kind, workspace.jobs.get(job.id).status) == (KIND, "done")
    # The copy is like the first, and the first's name begins as the third's.
    assert grouped(workspace, films) == [["p1_a.png", "copy.jpg", "p1_b.png"], ["p2_a.png"]]


def test_a_table_is_taken_and_its_column_of_groups_chosen(open_page, workspace, films):
    app = unfolded(open_page(task=films.slug), "groups")
    (given,) = [each for each in app.get("file_uploader") if each.label == "A table of groups"]
    given.set_value(("t.csv", b"image,site,patient\np1_a.png,x,7\np2_a.png,y,7\n", "text/csv")).run()
    assert not app.exception
    (column,) = [each for each in app.selectbox if each.label == "Column of groups"]
    assert (column.options, column.value) == (["image", "site", "patient"], "patient")
    press(app, "Use this column")
    assert not app.exception
    assert workspace.tasks.get(films.slug).group_rule["column"] == "patient"
    assert "The column ` patient ` of a table" in said(app)
