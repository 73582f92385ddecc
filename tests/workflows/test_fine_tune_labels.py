"""Fine-tuning a classifier with a real network, tiny, in this process and once through the worker."""

import time
from dataclasses import replace

import numpy as np
import psutil
import pytest

from core.cards import save_card
from core.classifier_cards import load_classifier_card
from core.config import NetConfig
from core.errors import JobError
from core.imaging.masks import encode_png
from core.inference.export import save_weights
from core.jobs import queue
from core.jobs.kinds import JobContext
from core.jobs.process import is_alive
from core.nets import build
from core.reasons import Reason
from core.registry.compare_labels import LabelComparison
from core.workflows.correct.classify_image import classifier_card
from core.workflows.learn import fine_tune_recipe
from core.workflows.learn import label_trainer as recipe
from core.workflows.learn.fine_tune import plan_fine_tune, run_job, start_fine_tune
from core.workspace import ImageFacts, NewLabel, NewRevision
from tests.workflows import lesions

SIZE = 32
COLOURS = {"MEL": (220, 30, 30), "NV": (30, 220, 30), "Other_SC": (30, 30, 220)}


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return lesions.save_tiny_weights(tmp_path_factory.mktemp("classifier") / "model.keras")


@pytest.fixture
def classifier(workspace, task, weights):
    """In use; it knows nothing yet, and every image has a colour that gives its label away."""
    yield lesions.use_classifier(workspace, task, weights, "masked")
    for job in workspace.jobs.list():
        if job.pid is not None and is_alive(job.pid, job.process_created):
            process = psutil.Process(job.pid)
            if job.status == "running":
                process.kill()
            psutil.wait_procs([process], timeout=120)


@pytest.fixture
def label(workspace, task):
    """Adds images of these labels, with a mask where told so."""

    def add(*names, masked=True):
        for name in names:
            number = len(workspace.images.list(task.id))
            random = np.random.default_rng(number)
            picture = np.array(COLOURS[name]) + random.integers(-25, 25, (SIZE, SIZE, 3))
            image = workspace.images.add(
                task.id, f"{number}.png", encode_png(picture.astype(np.uint8)), ImageFacts(SIZE, SIZE, 3)
            )
            workspace.labels.save(image.id, NewLabel(name, "Kim"))
            if masked:
                mask = encode_png(np.ones((SIZE, SIZE), np.uint8))
                workspace.masks.save(image.id, NewRevision(mask, None, 0.5, None, "Kim", 5.0, 1.0))

    return add


def run(workspace, task, base_id, epochs):
    settings = {"base_version_id": base_id, "epochs": epochs, "seed": 0}
    return run_job(
        JobContext(workspace, workspace.jobs.add("fine_tune_classifier", task.id, settings, who="Kim"))
    )


@pytest.mark.slow
def test_labels_become_a_better_classifier_in_use(workspace, task, classifier, label, monkeypatch):
    monkeypatch.setattr(recipe, "FINE_TUNE_RATE", 1e-2)
    label(*[lesions.LABELS[number % 3] for number in range(32)])
    base = classifier.version
    plan = plan_fine_tune(workspace, task.id, "classify", base_version_id=base.id, epochs=60)
    assert (plan.num_images, plan.num_train, plan.num_locked, plan.num_waiting) == (32, 25, 7, 0)
    result = run(workspace, task, base.id, 60)
    assert result["decision"] == "promote"
    assert result["mean_new"] > result["mean_old"]
    version = workspace.versions.current(task.id, "classify")
    assert (version.id, version.origin, version.parent_id) == (result["version_id"], "fine_tuned", base.id)
    assert len(LabelComparison.from_dict(version.comparison).images) == 7
    trainable = {image.id for image in workspace.images.list(task.id) if not image.locked}
    assert result["label_ids"] == sorted(
        each.id
        for image_id, each in workspace.labels.latest_of_task(task.id).items()
        if image_id in trainable
    )
    card = classifier_card(workspace, version)
    assert (card.labels, card.input, card.parent) == (lesions.LABELS, "masked", "Lesions (shipped)")
    assert (card.data[-1].num_train, card.data[-1].num_val) == (25, 0)
    back = workspace.versions.roll_back(
        task.id, who="Kim", why=Reason("text", {"text": "To see."}), purpose="classify"
    )
    assert back.id == base.id


@pytest.mark.slow
def test_the_worker_does_it_and_a_stop_keeps_the_best(workspace, task, classifier, label):
    label("MEL", "NV", "NV", "Other_SC")
    plan = plan_fine_tune(
        workspace, task.id, "classify", base_version_id=classifier.version.id, epochs=100_000
    )
    job = start_fine_tune(workspace, plan, who="Kim")
    wait(workspace, job, lambda row: "accuracy" in queue.log_tail(workspace, job.id))
    queue.request_stop(workspace, job.id)
    stopped = wait(workspace, job, lambda row: row.status not in ("queued", "running"))
    assert stopped.status == "stopped", queue.log_tail(workspace, job.id)
    version = workspace.versions.get(stopped.result["version_id"])
    # One locked image is too few to decide.
    assert (version.purpose, version.status, stopped.result["decision"]) == ("classify", "candidate", "ask")
    assert workspace.versions.list(task.id) == []


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_from_scratch_it_keeps_labels_and_view(workspace, task, classifier, label):
    label("MEL", "NV", "Other_SC", "MEL", "Other_SC", "NV")
    result = run(workspace, task, None, 1)
    version = workspace.versions.get(result["version_id"])
    card = classifier_card(workspace, version)
    assert (version.origin, version.parent_id, result["decision"]) == ("scratch", None, "ask")
    assert (card.labels, card.input, card.parent, card.temperature) == (lesions.LABELS, "masked", None, 1.0)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_from_scratch_on_an_encoder_it_begins_from_the_general_weights(
    workspace, task, classifier, label, monkeypatch, tmp_path
):
    folder = tmp_path / "general"
    folder.mkdir()
    net = NetConfig(architecture="lite_unet", depth=5, base_filters=1, input_channels=3)
    save_weights(build(net, seed=3), folder / "model.keras")
    monkeypatch.setattr(fine_tune_recipe, "GENERAL_DIR", folder)
    # As train.py --encoder writes it.
    path = workspace.versions.open(classifier.version) / "card.json"
    save_card(replace(load_classifier_card(path), backbone="encoder"), path)
    label("MEL", "NV", "Other_SC", "MEL", "Other_SC", "NV")
    version = workspace.versions.get(run(workspace, task, None, 1)["version_id"])
    card = classifier_card(workspace, version)
    assert (card.backbone, card.origin) == ("encoder", "The encoder of the segmentation model general.")


def wait(workspace, job, condition):
    end = time.monotonic() + 600
    while time.monotonic() < end:
        row = queue.status(workspace, job.id)
        if condition(row):
            return row
        time.sleep(0.1)
    raise AssertionError(f"{row}\n{queue.log_tail(workspace, job.id)}")


def test_only_images_with_a_label_and_a_mask_count(workspace, task, classifier, label):
    label("MEL", "NV", "MEL")
    label("NV", "NV", masked=False)
    grey = workspace.images.add(task.id, "grey.png", b"g", ImageFacts(SIZE, SIZE, 1))
    workspace.labels.save(grey.id, NewLabel("MEL", "Kim"))
    first = workspace.images.list(task.id)[0]
    workspace.labels.save(first.id, NewLabel(None, "Kim"))
    plan = plan_fine_tune(workspace, task.id, "classify", base_version_id=classifier.version.id)
    # The second is locked, the first has its label taken back, and two wait for a mask.
    assert (plan.num_images, plan.num_waiting, plan.num_locked, plan.num_train) == (4, 2, 1, 1)
    assert plan.missing == ("Nevus", "Other")
    assert plan.epochs == fine_tune_recipe.MAX_EPOCHS


def test_nothing_to_train_on_is_said(workspace, task, classifier, label):
    label("NV", masked=False)
    plan = plan_fine_tune(workspace, task.id, "classify", base_version_id=classifier.version.id)
    with pytest.raises(JobError, match="no image with a label and a mask"):
        start_fine_tune(workspace, plan, who="Kim")
    with pytest.raises(JobError, match="no image with a label and a mask"):
        run(workspace, task, classifier.version.id, 1)


def test_from_scratch_every_label_is_needed(workspace, task, classifier, label):
    label("NV", "MEL", "MEL")
    plan = plan_fine_tune(workspace, task.id, "classify")
    with pytest.raises(JobError, match="there is none of Other;"):
        start_fine_tune(workspace, plan, who="Kim")
    no_epoch = plan_fine_tune(workspace, task.id, "classify", base_version_id=classifier.version.id, epochs=0)
    with pytest.raises(JobError, match="0 epochs"):
        start_fine_tune(workspace, no_epoch, who="Kim")
    assert workspace.jobs.list() == []


def test_a_task_without_a_classifier_has_nothing_to_learn(workspace, task):
    with pytest.raises(JobError, match="has no classifier"):
        plan_fine_tune(workspace, task.id, "classify")
