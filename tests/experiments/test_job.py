"""An experiment as a job of a workspace: on a task's corrected images, told as it goes, and gone on with."""

from dataclasses import replace

import numpy as np
import pytest

from core.config import NetConfig, TrainConfig
from core.correction.corrections import encode_layer
from core.errors import AppError
from core.experiments.requests.plan import CompareRequest, Recipe, SyntheticRequest
from core.experiments.runs import store
from core.experiments.runs.job import run_job
from core.experiments.runs.start import experiment_folder, job_of_folder, start_experiment, work_of
from core.imaging.masks import encode_png
from core.jobs import queue
from core.jobs.kinds import JobContext
from core.jobs.process import machine
from core.registry.predictors import Predictors
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workspace import DraftContent, Workspace

RECIPE = Recipe(
    net=NetConfig(depth=1, base_filters=2, input_channels=0),
    settings=TrainConfig(image_size=(16, 16), epochs=1, batch_size=2),
)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    # The job is done here and not in a process of its own.
    monkeypatch.setattr(queue, "start_next", lambda workspace: None)
    with Workspace.open(tmp_path / "workspace") as opened:
        yield opened


def begin(workspace, request, task_id=None):
    start_experiment(workspace, request, who="Kim", task_id=task_id)
    job = workspace.jobs.take_next(machine())
    return JobContext(workspace, job)


def correct(workspace, task, count):
    for number in range(count):
        picture = np.random.default_rng(number).integers(0, 256, (16, 16)).astype(np.uint8)
        (outcome,) = add_images(workspace, task.id, [(f"{number}.png", encode_png(picture))])
        layer = encode_layer(np.where(picture > 127, 2, 1).astype(np.uint8))
        content = DraftContent(0.5, layer, None)
        save_mask(workspace, outcome.image_id, Predictors(), content=content, who="Kim")


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_corrected_images_are_copied_trained_on_and_not_again_when_it_goes_on(workspace):
    task = workspace.tasks.create("Cell nuclei")
    correct(workspace, task, 6)
    context = begin(workspace, CompareRequest("", arms=("unet", "fcn"), recipe=RECIPE), task.id)
    found = run_job(context)
    folder = experiment_folder(workspace, context.job)
    assert folder.parent == workspace.folder("experiments")
    assert job_of_folder(workspace, folder).id == context.job.id
    # Five of six are not locked; a quarter of them, round(1.25) = 1, is scored.
    record = store.read_record(folder)
    assert {split: len(stems) for split, stems in record["data"].items()} == {"train": 4, "val": 1}
    assert record["title"] == "U-Net against FCN (no skips) on Cell nuclei"
    assert "Cell nuclei' --arms unet fcn" in record["command"]
    assert store.summary(folder).number == found["number"]

    told = workspace.jobs.progress(context.job.id)
    assert told[0]["message"] == "Copying the corrected images"
    assert "Training U-Net (1 of 2)" in [each.get("message") for each in told]
    assert {each["run"] for each in told if "epoch" in each} == {"unet", "fcn"}

    correct(workspace, task, 8)
    assert run_job(context)["number"] == found["number"]
    assert store.read_record(folder)["data"] == record["data"]
    assert len(store.progress(folder)) == 2


def test_too_few_corrected_images_are_refused_before_there_is_a_folder(workspace):
    task = workspace.tasks.create("Cell nuclei")
    correct(workspace, task, 2)
    context = begin(workspace, CompareRequest("", recipe=RECIPE), task.id)
    with pytest.raises(AppError, match="needs at least 4"):
        run_job(context)
    assert not experiment_folder(workspace, context.job).exists()


def test_work_grows_with_runs_images_and_epochs():
    request = CompareRequest("lungs", arms=("unet", "fcn"), recipe=replace(RECIPE, net=NetConfig()))
    few, many = work_of(request, 100, 20), work_of(request, 200, 40)
    assert few.runs == 2
    # 15 s to start, 6 s a run; 100 + 0.35 * 20 images at 0.05 s, each (16 / 256)**2 = 1 / 256 of the work.
    assert few.seconds == pytest.approx(15 + 2 * (6 + 107 * 0.05 / 256))
    assert many.seconds - 27 == pytest.approx(2 * (few.seconds - 27))
    synthetic = SyntheticRequest(num_images=100, folds=4)
    assert work_of(synthetic, 0, 0).runs == 4
