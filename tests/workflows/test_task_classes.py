"""Changing the classes of a task: what it does to saved masks, and when it has to wait."""

import numpy as np
import pytest

from core.correction.corrections import encode_layer
from core.errors import StoreError
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workflows.correct.task_classes import num_drafts_with, num_masks_with, set_classes
from core.workspace import DraftContent, TaskClass
from core.workspace.classes import added, merged
from tests.workflows.conftest import gradient, png


@pytest.fixture
def two(workspace, task, predictors):
    """A task of two classes with a saved mask of the first."""
    made = workspace.tasks.set_classes(task.id, [TaskClass("Lung"), TaskClass("Heart")])
    (outcome,) = add_images(workspace, task.id, [("a.png", png(gradient(2, 2)))])
    content = DraftContent(0.5, encode_layer(np.array([[2, 0], [0, 0]], np.uint8)), None)
    save_mask(workspace, outcome.image_id, predictors, content=content, who="Kim")
    return made


def test_masks_that_hold_a_class_are_counted_as_they_are_read_now(workspace, two):
    assert num_masks_with(workspace, two) == {1: 1}
    after = set_classes(workspace, two.id, merged(two.all_classes, 1, into=2), who="Kim")
    assert num_masks_with(workspace, after) == {2: 1}


def test_drafts_that_hold_a_class_are_counted_as_they_are_read_now(workspace, two):
    (image,) = workspace.images.list(two.id)
    assert num_drafts_with(workspace, two) == {}  # the only one is as it was saved
    drawn = DraftContent(0.5, encode_layer(np.array([[0, 3], [0, 1]], np.uint8)), None)
    workspace.drafts.start_from(image.id, drawn, "Lee")
    workspace.drafts.start_from(image.id, DraftContent(0.5, None, None), "Park")
    assert num_drafts_with(workspace, two) == {2: 1}
    after = set_classes(workspace, two.id, merged(two.all_classes, 2, into=1), who="Kim")
    assert num_drafts_with(workspace, after) == {1: 1}


@pytest.mark.parametrize("kind", ["fine_tune", "fine_tune_clicks", "experiment"])
def test_a_class_that_is_being_learnt_stays(workspace, two, kind):
    job = workspace.jobs.add(kind, two.id, {}, who="Kim")
    with pytest.raises(StoreError, match='learning "Lung"'):
        set_classes(workspace, two.id, merged(two.all_classes, 1, into=2), who="Kim")
    assert len(set_classes(workspace, two.id, added(two.all_classes, "Spine"), who="Kim").classes) == 3
    workspace.jobs.request_stop(job.id)
    assert len(set_classes(workspace, two.id, merged(two.all_classes, 1, into=2), who="Kim").classes) == 1
