import numpy as np
import pytest

from core.errors import JobError
from core.jobs import queue
from core.jobs.kinds import JobContext
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workflows.review.predict_all import (
    KIND,
    num_to_predict,
    predict_all,
    recalibrate,
    start_predict_all,
)
from core.workspace import DraftContent
from tests.workflows.conftest import png


@pytest.fixture
def images(workspace, task):
    """Eight images of a bright square that is fainter from image to image."""
    uploads = []
    for number in range(8):
        values = np.zeros((8, 8))
        values[2:6, 2:6] = 250 - 14 * number
        uploads.append((f"{number}.png", png(values)))
    add_images(workspace, task.id, uploads)
    return workspace.images.list(task.id)


def job_of(workspace, task):
    workspace.jobs.add(KIND, task.id, {}, who="Kim")
    return JobContext(workspace, workspace.jobs.take_next("here"))


def run(workspace, task, predictors, context=None):
    context = context or job_of(workspace, task)
    result = predict_all(context, predictors)
    workspace.jobs.end(context.job.id, "done", result=result)
    return result


def save(workspace, image, predictors, threshold):
    content = DraftContent(threshold, None, workspace.versions.current(image.task_id).id)
    return save_mask(workspace, image.id, predictors, content=content, who="Kim")


def test_every_image_gets_a_guess_and_none_is_predicted_twice(
    workspace, task, images, add_version, predictors
):
    version = add_version()
    assert num_to_predict(workspace, task.id) == 8
    context = job_of(workspace, task)
    assert run(workspace, task, predictors, context) == {"predicted": 8, "failed": 0, "known": 0}
    assert num_to_predict(workspace, task.id) == 0
    guesses = workspace.quality.of_version(version.id)
    assert list(guesses) == [image.id for image in reversed(images)]
    # Of one level p over the mask: 2 p / (p + 1).
    level = 250 / 255
    first = guesses[images[0].id]
    assert first.score == pytest.approx(2 * level / (level + 1))
    assert (first.guess, first.low, first.high) == (first.score, None, None)
    assert first.foreground == 16 / 64
    last = workspace.jobs.progress(context.job.id)[-1]
    assert (last["epoch"], last["num_epochs"]) == (8, 8)
    assert run(workspace, task, predictors)["predicted"] == 0
    assert sum(model.num_predictions for model in predictors.models) == 8


def test_a_prediction_that_found_nothing_is_known_by_its_foreground(workspace, task, add_version, predictors):
    version = add_version()
    [black] = add_images(workspace, task.id, [("black.png", png(np.zeros((8, 8))))])
    run(workspace, task, predictors)
    assert workspace.quality.of_version(version.id)[black.image_id].foreground == 0


def test_a_stopped_job_goes_on_where_it_was(workspace, task, images, add_version, predictors):
    version = add_version()
    context = job_of(workspace, task)
    # Asked before the piece of work and before each of its images.
    asked = iter([False, False, False, False])
    object.__setattr__(context, "should_stop", lambda: next(asked, True))
    assert run(workspace, task, predictors, context)["predicted"] == 3
    assert len(workspace.quality.of_version(version.id)) == 3
    assert workspace.quality.missing(task.id, version.id) == [image.id for image in images[3:]]
    assert run(workspace, task, predictors)["predicted"] == 5


def test_an_image_that_cannot_be_read_holds_nothing_up(workspace, task, images, add_version, predictors):
    version = add_version()
    workspace.files.remove(images[2].file)
    assert run(workspace, task, predictors) == {"predicted": 7, "failed": 1, "known": 0}
    assert workspace.quality.missing(task.id, version.id) == [images[2].id]


def test_truths_make_intervals_and_what_is_saved_keeps_its_guess(
    workspace, task, images, add_version, predictors
):
    version = add_version()
    run(workspace, task, predictors)
    before = workspace.quality.of_version(version.id)
    for image in images[:5]:
        save(workspace, image, predictors, 0.5)
    calibration = recalibrate(workspace, task.id, version, predictors)
    assert calibration.num_known == 5
    after = workspace.quality.of_version(version.id)
    for image in images[:5]:
        assert after[image.id] == before[image.id]
    for image in images[5:]:
        guess = after[image.id]
        # All five were right as they were.
        assert guess.guess > before[image.id].guess
        assert guess.low <= guess.guess <= guess.high == 1.0


def test_a_group_counts_once(workspace, task, images, add_version, predictors):
    version = add_version()
    run(workspace, task, predictors)
    for image in images[:6]:
        save(workspace, image, predictors, 0.5)
    workspace.groups.assign([image.id for image in images[:3]], kind="hand", key="one volume", who="Kim")
    assert recalibrate(workspace, task.id, version, predictors).num_known == 4


def test_what_a_version_was_trained_on_says_nothing_of_it(workspace, task, images, add_version, predictors):
    add_version()
    learnt = [save(workspace, image, predictors, 0.5).id for image in images[:6]]
    job = workspace.jobs.add("fine_tune", task.id, {}, who="Kim")
    workspace.jobs.take_next("here")
    workspace.jobs.end(job.id, "done", result={"revision_ids": learnt[:4]})
    version = add_version("second", job_id=job.id)
    run(workspace, task, predictors)
    assert recalibrate(workspace, task.id, version, predictors).num_known == 2


def test_a_deleted_image_takes_its_guess_along(workspace, task, images, add_version, predictors):
    version = add_version()
    run(workspace, task, predictors)
    guesses = list(workspace.quality.of_version(version.id).values())
    workspace.images.delete(images[0].id)
    workspace.quality.put(guesses)
    assert len(workspace.quality.of_version(version.id)) == 7


def test_it_is_asked_for_once(workspace, task, images, add_version, monkeypatch):
    with pytest.raises(JobError, match="no model yet"):
        start_predict_all(workspace, task.id, who="Kim")
    assert num_to_predict(workspace, task.id) is None
    add_version()
    monkeypatch.setattr(queue, "start_next", lambda _workspace: None)
    first = start_predict_all(workspace, task.id, who="Kim")
    assert start_predict_all(workspace, task.id, who="Lee").id == first.id
    workspace.jobs.request_stop(first.id)
    assert start_predict_all(workspace, task.id, who="Lee").id != first.id
