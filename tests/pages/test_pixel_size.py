"""A pixel's size that no file says is given on the Segment page, and counts wherever areas are told."""

import csv
import io
import zipfile
from contextlib import nullcontext

import numpy as np
import pytest
import tifffile

from core.errors import NotAllowedError
from core.imaging.masks import encode_png
from core.ui.segment import words
from core.workflows.add_images import add_images
from core.workflows.correct.slices import keep_pixel_size, kept_pixel_size
from core.workflows.export.export_files import export_files
from core.workflows.export.packing import Selection
from core.workflows.review.agreement import spacing_to_compare
from core.workspace import NewRevision
from tests.pages.conftest import png


@pytest.fixture
def nuclei(workspace):
    return workspace.tasks.create("Nuclei")


@pytest.mark.parametrize(("role", "may"), [("reviewer", False), ("admin", True)])
def test_where_people_sign_in_admins_say_it(workspace, nuclei, role, may):
    kim = workspace.persons.get_or_add("Kim")
    workspace.persons.set_role(kim.id, role)
    store = workspace.acting_as("Kim")
    with nullcontext() if may else pytest.raises(NotAllowedError, match="Kim is reviewer"):
        keep_pixel_size(store, nuclei.id, 0.2)
    assert kept_pixel_size(workspace, nuclei.id) == (0.2 if may else None)


def size_box(app):
    found = [each for each in app.number_input if each.label == words.PIXEL_SIZE_SIDE]
    return found[0] if found else None


def measured(workspace, task):
    export = export_files(workspace, Selection(task.id), "measures")
    with zipfile.ZipFile(export.path) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith("measures.csv")]
        return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_a_size_counts_for_all_images_of_the_task_that_do_not_say_it(open_page, workspace, nuclei):
    said = io.BytesIO()
    tifffile.imwrite(
        said, np.eye(64, dtype=np.uint8), imagej=True, resolution=(2, 2), metadata={"unit": "mm"}
    )
    files = [("a.png", png(1)), ("b.png", png(2)), ("said.tif", said.getvalue())]
    for outcome in add_images(workspace, nuclei.id, files):
        mask = encode_png(np.eye(64, dtype=np.uint8))
        workspace.masks.save(outcome.image_id, NewRevision(mask, None, 0.4, None, "Kim", 1.0, 1 / 64))
    assert [row["area_mm2"] for row in measured(workspace, nuclei)] == ["", "", "16.0"]
    app = open_page(task=nuclei.slug)
    assert size_box(app).value is None
    app = size_box(app).set_value(200.0).run()
    assert not app.exception
    # 64 pixels of 0.2 mm x 0.2 mm; what its file says stands.
    assert [float(row["area_mm2"]) for row in measured(workspace, nuclei)] == [2.56, 2.56, 16.0]
    images = {image.name: image for image in workspace.images.list(nuclei.id)}
    assert spacing_to_compare(workspace, images["b.png"]) == (0.2, 0.2)
    assert size_box(open_page(task=nuclei.slug, image=images["b.png"].id)).value == 200.0
    assert size_box(open_page(task=nuclei.slug, image=images["said.tif"].id)) is None
    app = size_box(app).set_value(None).run()
    assert not app.exception
    assert [row["area_mm2"] for row in measured(workspace, nuclei)] == ["", "", "16.0"]
