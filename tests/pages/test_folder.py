"""A folder on this machine: asked about first where its files do not tell it themselves, then a job."""

import json

import numpy as np
import pytest
from streamlit import config

from core.imaging.decode import read_png
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.masks import encode_png
from core.jobs import queue
from core.jobs.kinds import JobContext
from core.ui.segment import words
from core.workflows.arrive.import_folder import KIND, run_job
from core.workflows.arrive.kept_answers import KeptAnswers, KeptChannel, kept_answers
from core.workflows.arrive.mask_meaning import KeptMeaning
from tests.imaging.making import nifti, tiff
from tests.pages.conftest import png
from tests.pages.test_understanding import CLASSES, press

CT = np.full((6, 6, 3), -1000, np.int16)
CT[2:4, 2:4] = 40
TWO_CHANNELS = tiff(
    np.stack([CLASSES, CLASSES]), ome=True, metadata={"axes": "CYX"}, photometric="minisblack"
)


@pytest.fixture
def add(open_page, monkeypatch, tmp_path):
    """Type a folder of these files and press the button; no worker begins what is in the queue."""
    monkeypatch.setattr(queue, "start_next", lambda workspace: None)
    before = config.get_option("server.address")
    config.set_option("server.address", "localhost")

    def added(task, **files):
        for name, content in files.items():
            path = tmp_path / "films" / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        app = open_page(task=task.slug)
        app.text_input(key="import_folder").set_value(str(tmp_path / "films")).run()
        return press(app, words.FOLDER_ADD)

    yield added
    config.set_option("server.address", before)


def jobs(workspace, task):
    return workspace.jobs.list(task.id, kinds=(KIND,))


@pytest.fixture
def task(workspace):
    return workspace.tasks.create("Films")


def test_a_folder_that_tells_everything_itself_is_begun_at_once(add, workspace, task):
    app = add(task, images__a_dot_png=png(1), masks__a_dot_png=encode_png(CLASSES == 2))
    assert not app.exception
    assert [job.status for job in jobs(workspace, task)] == ["queued"]


def test_a_folder_is_asked_about_once_before_anything_is_stored(add, workspace, task):
    app = add(
        task,
        images__a_dot_nii=nifti(CT),
        images__b_dot_tif=TWO_CHANNELS,
        images__c_dot_png=png(1),
        masks__c_dot_png=encode_png(CLASSES),
    )
    assert not app.exception and jobs(workspace, task) == []
    asked = {"units_of_images": "hounsfield", "channel_of_2": 1, "reading_of_0, 1, 2": 1}
    assert app.button(key="add_asked_folder").disabled
    for question, answer in asked.items():
        app = app.radio(key=question).set_value(answer).run()
    app = app.button(key="add_asked_folder").click().run()
    assert not app.exception
    meaning = KeptMeaning((0, 1, 2), MaskValues((1,)))
    assert kept_answers(workspace, task.id) == KeptAnswers(meaning, KeptChannel(2, 1), "hounsfield")
    job = workspace.jobs.take_next("worker", (KIND,))
    result = run_job(JobContext(workspace, job))
    assert (result["added"], result["masks"], result["problems"]) == (3, 1, [])
    kinds = {image.name: image.facts.kind for image in workspace.images.list(task.id)}
    assert kinds == {"a.nii": "hu", "b.tif": "display", "c.png": "display"}
    workspace.jobs.end(job.id, "done", result=result)
    # The answers are kept: more of the like asks nothing.
    assert not add(task, images__d_dot_nii=nifti(CT + np.int16(1))).exception
    assert len(jobs(workspace, task)) == 2


def test_labels_of_outlines_in_a_folder_are_asked_about_and_become_classes(add, workspace, task):
    size = {"imageWidth": 64, "imageHeight": 64}
    shape = {"shape_type": "rectangle", "points": [[0, 20], [63, 39]]}
    outlines = {
        f"{name}_dot_json": json.dumps(
            {**size, "imagePath": f"{name}.png", "shapes": [{"label": label, **shape}]}
        ).encode()
        for name, label in (("a", "lung"), ("b", "heart"))
    }
    app = add(task, a_dot_png=png(1), b_dot_png=png(2), **outlines)
    (question,) = (each for each in app.radio if words.READING_LEAVE in each.options)
    assert question.options[1] == "Each value is a class of its own: lung, heart"
    assert app.button(key="add_asked_folder").disabled is False and jobs(workspace, task) == []
    assert not app.button(key="add_asked_folder").click().run().exception
    assert [each.name for each in workspace.tasks.get_by_id(task.id).classes] == ["lung", "heart"]
    result = run_job(JobContext(workspace, workspace.jobs.take_next("worker", (KIND,))))
    assert (result["masks"], result["problems"]) == (2, [])
    masks = [read_png(workspace.images.read_reference(each), "m") for each in workspace.images.list(task.id)]
    assert [int(mask[30, 30]) for mask in masks] == [1, 2]


def test_masks_that_mark_foreground_differently_are_told_of_before_anything_is_stored(add, workspace, task):
    ones, twos = (np.where(CLASSES == 2, number, 0).astype(np.uint8) for number in (1, 2))
    files = {"images__a_dot_png": png(1), "images__b_dot_png": png(2)}
    app = add(task, **files, masks__a_dot_png=encode_png(ones), masks__b_dot_png=encode_png(twos))
    (told,) = app.warning
    assert told.value == words.FOREGROUND_DIFFERS.format(how="not the same number in all masks (1, 2)")
    assert jobs(workspace, task) == []
    assert not app.button(key="add_asked_folder").click().run().exception
    assert len(jobs(workspace, task)) == 1
