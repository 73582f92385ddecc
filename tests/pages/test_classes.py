"""The list of a task's classes and what of an image counts, on the Segment page."""

import numpy as np
import pytest

from core.correction.corrections import encode_layer
from core.workflows.add_images import add_images
from core.workspace import DraftContent, TaskClass
from core.workspace.truth import Truth
from tests.pages.conftest import png


def press(app, label):
    next(each for each in app.button if each.label == label).click().run()
    assert not app.exception


@pytest.fixture
def task(workspace):
    made = workspace.tasks.create("Chest")
    (outcome,) = add_images(workspace, made.id, [("a.png", png(0))])
    layer = np.zeros((64, 64), np.uint8)
    layer[10, 20:22] = 2
    workspace.drafts.start_from(outcome.image_id, DraftContent(0.5, encode_layer(layer), None))
    return made


def test_the_list_says_what_a_change_does_to_saved_masks(open_page, workspace, task):
    workspace.tasks.set_classes(task.id, [TaskClass("Lung"), TaskClass("Heart")])
    app = open_page(task=task.slug)
    press(app, "Save mask")
    press(app, "Classes")
    fields = {each.label: each.value for each in app.text_input}
    assert (fields["Name of class 1"], fields["Name of class 2"]) == ("Lung", "Heart")
    said = " ".join(each.value for each in app.caption)
    assert "` Lung ` in 1 saved mask and 0 drafts counts as ` Heart ` from now on." in said
    assert "` Heart ` in 0 saved masks and 0 drafts counts as background from now on." in said
    assert "Add class" in {each.label for each in app.button}


def test_the_list_says_in_how_many_drafts_a_class_is_drawn(open_page, workspace, task):
    workspace.tasks.set_classes(task.id, [TaskClass("Lung"), TaskClass("Heart")])
    app = open_page(task=task.slug)
    press(app, "Classes")
    said = " ".join(each.value for each in app.caption)
    assert "` Lung ` in 0 saved masks and 1 draft counts as ` Heart ` from now on." in said


def test_the_list_goes_over_the_masks_once_whatever_the_number_of_classes(
    open_page, workspace, task, monkeypatch
):
    workspace.tasks.set_classes(task.id, [TaskClass(name) for name in ("Lung", "Heart", "Spine", "Rib")])
    app = open_page(task=task.slug)
    press(app, "Save mask")
    asked, told_of = [], Truth.told_of
    monkeypatch.setattr(Truth, "told_of", lambda self, task_id: asked.append(1) or told_of(self, task_id))
    monkeypatch.setattr(Truth, "of_task", None)
    press(app, "Classes")
    assert len(asked) == 1


def test_only_what_was_checked_is_saved_as_a_part(open_page, workspace, task):
    app = open_page(task=task.slug)
    next(each for each in app.radio if each.label == "What counts").set_value("part").run()
    press(app, "Save mask")
    (image,) = workspace.images.list(task.id)
    revision = workspace.truth.of(image.id)
    assert (revision.scope, revision.foreground) == ("part", 2 / (64 * 64))


def test_history_says_which_masks_count_in_part(open_page, workspace, task):
    app = open_page(task=task.slug)
    press(app, "Save mask")
    next(each for each in app.radio if each.label == "What counts").set_value("part").run()
    press(app, "Save mask")
    press(app, "History")
    assert sum("Saved in part" in each.value for each in app.caption) == 1
