"""Fine-tuning with a real network, tiny, through the real queue and worker."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
import pytest

from core.cards import DataSource, ModelCard, load_card, save_card
from core.config import NetConfig, ScalingConfig
from core.datasets.split import draw_groups
from core.errors import JobError
from core.jobs import queue, worker
from core.jobs.kinds import JobContext
from core.jobs.process import is_alive, machine
from core.reasons import Reason
from core.registry import decoded
from core.registry.compare import Comparison
from core.registry.predictors import Predictors
from core.workflows.correct.open_image import open_image
from core.workflows.learn import fine_tune_recipe as recipe
from core.workflows.learn import mask_trainer
from core.workflows.learn.fine_tune import TRAINERS, plan_fine_tune, run_job, start_fine_tune
from core.workflows.learn.pace import epoch_seconds
from core.workflows.open_workspace import open_workspace
from core.workspace import ImageFacts, NewRevision, is_trainable
from core.workspace.truth import LearntFrom
from tests.workflows.conftest import png

TINY = NetConfig(depth=1, base_filters=4)
SIZE = 16


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A shipped model that knows nothing: fresh weights."""
    from core.inference.export import save_weights
    from core.nets import build

    folder = tmp_path_factory.mktemp("models") / "lung_xray"
    folder.mkdir()
    save_weights(build(TINY, seed=1), folder / "model.keras")
    card = ModelCard(
        name="lung_xray",
        title="Lung X-ray",
        net=TINY,
        image_size=(SIZE, 2 * SIZE),
        licence="For research.",
        threshold=0.5,
    )
    save_card(card, folder / "card.json")
    return folder.parent


@pytest.fixture
def workspace(tmp_path, models):
    with open_workspace(tmp_path / "workspace", models) as opened:
        yield opened
        for job in opened.jobs.list():
            if job.pid is not None and is_alive(job.pid, job.process_created):
                process = psutil.Process(job.pid)
                if job.status == "running":
                    process.kill()
                psutil.wait_procs([process], timeout=120)


@pytest.fixture
def task(workspace):
    return workspace.tasks.get("lung_xray")


@pytest.fixture
def correct(workspace, task):
    """Adds pictures with a bright square, each with the square saved as its mask."""

    def add(count, first=0):
        for number in range(first, first + count):
            random = np.random.default_rng(number)
            mask = np.zeros((SIZE, SIZE), np.uint8)
            row, column = random.integers(0, 9, 2)
            mask[row : row + 7, column : column + 7] = 1
            picture = random.integers(0, 60, mask.shape) + 180 * mask
            image = workspace.images.add(task.id, f"{number}.png", png(picture), ImageFacts(SIZE, SIZE))
            workspace.masks.save(image.id, NewRevision(png(mask), None, 0.5, None, "Kim", 5.0, mask.mean()))

    return add


def wait(workspace, job, condition=lambda row: row.status not in ("queued", "running")):
    end = time.monotonic() + 600
    while time.monotonic() < end:
        row = queue.status(workspace, job.id)
        if condition(row):
            return row
        time.sleep(0.1)
    raise AssertionError(f"{row}\n{queue.log_tail(workspace, job.id)}")


def has_trained(workspace, job):
    return any("epoch" in each for each in workspace.jobs.progress(job.id))


@pytest.mark.slow
def test_a_killed_run_leaves_no_version_and_done_again_it_becomes_a_better_one_in_use(
    workspace, task, correct
):
    correct(22)
    base = workspace.versions.current(task.id)
    plan = plan_fine_tune(workspace, task.id, base_version_id=base.id, epochs=100)
    assert (plan.num_images, plan.num_train, plan.num_locked) == (22, 17, 5)

    killed = start_fine_tune(workspace, plan, who="Kim")
    running = wait(workspace, killed, lambda _: has_trained(workspace, killed))
    psutil.Process(running.pid).kill()
    failed = wait(workspace, killed)
    assert (failed.status, failed.reason) == ("failed", queue.DIED)
    assert [version.id for version in workspace.versions.list(task.id)] == [base.id]

    again = queue.retry(workspace, killed.id, who="Kim")
    assert again.settings == killed.settings
    job = wait(workspace, again)
    assert job.status == "done", queue.log_tail(workspace, job.id)
    assert job.result["decision"] == "promote"
    assert job.result["mean_new"] > max(0.3, job.result["mean_old"])
    version = workspace.versions.current(task.id)
    assert (version.id, version.origin, version.who) == (job.result["version_id"], "fine_tuned", "Kim")
    assert (version.parent_id, version.job_id) == (base.id, job.id)
    assert len(Comparison.from_dict(version.comparison).images) == 5
    # Learnt from: the newest mask of every corrected image that is not locked.
    revisions = workspace.truth.of_task(task.id)
    trainable = {image.id for image in workspace.images.list(task.id) if not image.locked}
    assert job.result["revision_ids"] == sorted(
        each.id for image_id, each in revisions.items() if image_id in trainable
    )

    assert job.result["pace"]["num_images"] == 22
    assert job.result["pace"]["seconds_per_image"] > 0

    card = load_card(workspace.versions.open(version) / "card.json")
    assert (card.net, card.image_size, card.parent) == (TINY, (SIZE, 2 * SIZE), base.title)
    assert (card.data[-1].num_train, card.data[-1].num_val) == (17, 0)
    assert card.licence == "For research."
    assert card.training.epochs == 100

    reports = [each for each in workspace.jobs.progress(job.id) if "epoch" in each]
    assert reports[-1]["epoch"] == reports[-1]["num_epochs"] == 100
    assert reports[-1]["loss"] < reports[0]["loss"]
    assert "epoch 100/100" in queue.log_tail(workspace, job.id)

    image = workspace.images.list(task.id)[0]
    opened = open_image(workspace, image.id, Predictors(), who="Kim")
    assert opened.version.id == version.id
    assert (
        workspace.versions.roll_back(task.id, who="Kim", why=Reason("text", {"text": "Just to see."})).id
        == base.id
    )


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_a_stopped_run_keeps_its_best(workspace, task, correct, monkeypatch):
    correct(3)
    base = workspace.versions.current(task.id)
    plan = plan_fine_tune(workspace, task.id, base_version_id=base.id, epochs=100_000)
    # As its process would do it, but here.
    monkeypatch.setattr(queue, "start_next", lambda workspace: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    start_fine_tune(workspace, plan, who="Kim")
    job = workspace.jobs.take_next(machine())

    def stop():
        wait(workspace, job, lambda _: has_trained(workspace, job))
        queue.request_stop(workspace, job.id)

    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(stop)
        stopped = worker.run(workspace, job)
        asked.result()
    assert stopped.status == "stopped"
    version = workspace.versions.get(stopped.result["version_id"])
    # One locked image is too few to decide.
    assert (version.status, stopped.result["decision"]) == ("candidate", "ask")
    assert workspace.versions.current(task.id).id == base.id
    assert (workspace.versions.open(version) / "model.keras").is_file()


@pytest.fixture
def new_task(workspace, monkeypatch):
    """A task without a model, with one corrected image, whose first network is a tiny one."""
    task = workspace.tasks.create("Cells")
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    image = workspace.images.add(task.id, "a.png", png(picture), ImageFacts(SIZE, SIZE, 3))
    workspace.masks.save(image.id, NewRevision(png(picture[..., 0]), None, 0.5, None, "Kim", 5.0, 0.0))
    monkeypatch.setattr(recipe, "SCRATCH_IMAGE_SIZE", (SIZE, SIZE))
    monkeypatch.setattr(recipe, "SCRATCH_NET", TINY)
    return task, image


def first_model(workspace, task):
    """A run of one epoch without a base model: the job's result and the version that it made."""
    plan = plan_fine_tune(workspace, task.id, epochs=1)
    assert (plan.base_version_id, plan.num_train, plan.num_locked) == (None, 1, 0)
    job = workspace.jobs.add(
        "fine_tune", task.id, {"base_version_id": None, "epochs": 1, "seed": 0}, who="Kim"
    )
    result = run_job(JobContext(workspace, job))
    return result, workspace.versions.get(result["version_id"])


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_a_new_task_is_trained_from_scratch_on_one_image(workspace, new_task):
    task, image = new_task
    result, version = first_model(workspace, task)
    assert (result["decision"], version.origin, version.parent_id) == ("ask", "scratch", None)
    # One epoch, which compiled, would make the next run look many times as long as it is.
    assert "pace" not in result
    card = load_card(workspace.versions.open(version) / "card.json")
    assert (card.net.input_channels, card.parent, card.threshold) == (3, None, 0.5)
    workspace.versions.promote(version.id, who="Kim", why=Reason("text", {"text": "The first one."}))
    opened = open_image(workspace, image.id, Predictors(), who="Kim")
    assert (opened.version.id, opened.height, opened.width) == (version.id, SIZE, SIZE)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_thin_objects_are_learnt_from_parts_of_images_that_the_network_sees_larger(workspace, monkeypatch):
    monkeypatch.setattr(recipe, "SCRATCH_IMAGE_SIZE", (SIZE, SIZE))
    monkeypatch.setattr(recipe, "SCRATCH_NET", TINY)
    task = workspace.tasks.create("Membranes")
    stripes = np.zeros((4 * SIZE, 4 * SIZE), np.uint8)
    stripes[::8] = 1
    added = workspace.images.add(task.id, "b.png", png(100 * stripes), ImageFacts(*stripes.shape, 1))
    workspace.masks.save(added.id, NewRevision(png(stripes), None, 0.5, None, "Kim", 5.0, 0.125))
    _, version = first_model(workspace, task)
    card = load_card(workspace.versions.open(version) / "card.json")
    # As large as the images are, and a part of it is as large as the image was at first.
    assert (card.image_size, card.augmentation.crop) == ((4 * SIZE, 4 * SIZE), 0.25)
    trainer = mask_trainer.MaskTrainer()
    first = trainer.amount(workspace, task.id, None).card
    assert trainer.work_of(card) == 4 * trainer.work_of(first)
    workspace.versions.promote(version.id, who="Kim", why=Reason("text", {"text": "The first one."}))
    opened = open_image(workspace, added.id, Predictors(), who="Kim")
    assert (opened.version.id, opened.height, opened.width) == (version.id, 4 * SIZE, 4 * SIZE)
    # Who goes on from it learns from parts as well.
    again = workspace.jobs.add(
        "fine_tune", task.id, {"base_version_id": version.id, "epochs": 1, "seed": 0}, who="Kim"
    )
    next_one = workspace.versions.get(run_job(JobContext(workspace, again))["version_id"])
    learnt = load_card(workspace.versions.open(next_one) / "card.json")
    assert (learnt.image_size, learnt.augmentation.crop) == (card.image_size, 0.25)
    # As many images at that size as memory has no room for are learnt from as they were.
    monkeypatch.setattr(recipe, "MOST_PREPARED_PIXELS", (2 * SIZE) ** 2)
    for base in (None, version):
        given = trainer.given(workspace, task.id, base).card
        assert (given.image_size, given.augmentation.crop) == ((2 * SIZE, 2 * SIZE), 0.5)
    monkeypatch.setattr(recipe, "MOST_PREPARED_PIXELS", 1)
    given = trainer.given(workspace, task.id, version).card
    assert (given.image_size, given.augmentation.crop) == ((SIZE, SIZE), 0.0)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_a_new_task_begins_from_the_general_weights(workspace, new_task, monkeypatch, tmp_path):
    import keras

    from core.inference.export import save_weights
    from core.nets import build

    net = NetConfig(architecture="lite_unet", depth=1, base_filters=2, input_channels=3)
    general = build(net, seed=7)
    save_weights(general, tmp_path / "model.keras")
    save_card(
        ModelCard(
            "general",
            "General weights",
            net=net,
            data=(DataSource("ImageNet"),),
            licence="For research.",
            limits_of_use=("It makes no masks.",),
        ),
        tmp_path / "card.json",
    )
    monkeypatch.setattr(recipe, "GENERAL_DIR", tmp_path)
    monkeypatch.setattr(recipe, "GENERAL_FROM", 1)
    task, _ = new_task
    _, version = first_model(workspace, task)
    card = load_card(workspace.versions.open(version) / "card.json")
    assert (card.net, card.parent, card.image_size) == (net, "General weights", (SIZE, SIZE))
    assert [each.name for each in card.data] == ["ImageNet", "Corrected images of the task Cells"]
    assert (card.licence, card.limits_of_use) == ("For research.", ModelCard("x").limits_of_use)
    # One step at the usual rate moves no weight by more than 0.001, and fresh ones lie further apart.
    learnt = keras.models.load_model(workspace.versions.open(version) / "model.keras", compile=False)
    for layer in ("stem", "stage0_0_depthwise", "up0_conv_a"):
        before, after = (each.get_layer(layer).get_weights()[0] for each in (general, learnt))
        np.testing.assert_allclose(after, before, atol=2e-3)
        assert not np.array_equal(after, before)


def test_without_a_corrected_image_nothing_starts(workspace, task):
    plan = plan_fine_tune(workspace, task.id, base_version_id=task.current_version_id)
    assert (plan.num_images, plan.num_train) == (0, 0)
    with pytest.raises(JobError, match="no corrected image to train on yet"):
        start_fine_tune(workspace, plan, who="Kim")
    assert workspace.jobs.list() == []


def test_no_epochs_train_nothing(workspace, task, correct):
    correct(1)
    plan = plan_fine_tune(workspace, task.id, base_version_id=task.current_version_id, epochs=0)
    with pytest.raises(JobError, match="0 epochs"):
        start_fine_tune(workspace, plan, who="Kim")


def test_a_run_whose_images_were_deleted_meanwhile_says_so(workspace, task, correct):
    correct(1)
    settings = {"base_version_id": task.current_version_id, "epochs": 1, "seed": 0}
    job = workspace.jobs.add("fine_tune", task.id, settings, who="Kim")
    workspace.images.delete(workspace.images.list(task.id)[0].id)
    with pytest.raises(JobError, match="no corrected image to train on"):
        run_job(JobContext(workspace, job))


def test_images_are_decoded_where_they_are_prepared(workspace, task, correct, monkeypatch):
    # Decoded ahead by one thread, large ones would wait in memory for those that make them small.
    correct(3)
    settings = {"base_version_id": workspace.versions.current(task.id).id, "epochs": 1, "seed": 0}
    context = JobContext(workspace, workspace.jobs.add("fine_tune", task.id, settings, who="Kim"))
    decoded_by = []

    def decode(workspace, image):
        decoded_by.append(threading.current_thread())
        context.stop.set()
        return decoded.decode(workspace, image)

    monkeypatch.setattr(mask_trainer, "decode", decode)
    run_job(context)
    assert decoded_by
    assert threading.current_thread() not in decoded_by


def test_a_run_that_is_stopped_before_the_first_step_makes_no_version(workspace, task, correct):
    correct(1)
    base_id = workspace.versions.current(task.id).id
    job = workspace.jobs.add(
        "fine_tune", task.id, {"base_version_id": base_id, "epochs": 1, "seed": 0}, who="Kim"
    )
    context = JobContext(workspace, job)
    context.stop.set()
    assert run_job(context) == {"version_id": None}
    assert len(workspace.versions.list(task.id)) == 1


@pytest.mark.parametrize(
    ("num_train", "from_scratch", "epochs"),
    # 1000 images are 63 times 16, from scratch 3200. At the most 100 epochs, from scratch 400, at least one.
    [(16, False, 63), (1, False, 100), (40, False, 25), (16, True, 200), (1, True, 400), (100, True, 32)]
    + [(10_000, False, 1)],
)
def test_the_suggested_epochs_give_about_equal_work(num_train, from_scratch, epochs):
    card = ModelCard("a", data=(DataSource("b", num_train=10_000),))
    assert TRAINERS["segment"].usual_epochs(card, num_train, from_scratch=from_scratch) == epochs


@pytest.mark.parametrize(("learnt_from", "epochs", "warmup"), [(15, 200, 0.1), (16, 63, 0.05)])
def test_a_model_that_saw_fewer_images_than_there_are_is_trained_as_a_new_one(learnt_from, epochs, warmup):
    trainer = TRAINERS["segment"]
    card = ModelCard("a", data=(DataSource("b", num_train=3), DataSource("c", num_train=learnt_from)))
    assert trainer.usual_epochs(card, 16, from_scratch=False) == epochs
    at_length = trainer.at_length(card, 16, from_scratch=False)
    assert trainer.settings(card, epochs, 0, at_length=at_length).warmup == warmup


@pytest.mark.parametrize(("num_images", "kept"), [(1, 0), (39, 0), (40, 6), (100, 15)])
def test_a_part_for_validation_is_kept_of_larger_sets_only(num_images, kept):
    assert recipe.num_validation(num_images) == kept


def ended(workspace, kind="fine_tune", *, worker=None, status="done", **pace):
    """A job of an earlier day."""
    job = workspace.jobs.add(kind, None, {}, who="Kim")
    assert workspace.jobs.take_next(worker or machine()).id == job.id
    workspace.jobs.end(job.id, status, result={"version_id": 1, **({"pace": pace} if pace else {})})


def test_the_estimate_learns_from_the_last_whole_run_on_this_machine(workspace, task, correct):
    correct(7)
    base_id = workspace.versions.current(task.id).id

    def seconds():
        return plan_fine_tune(workspace, task.id, base_version_id=base_id, epochs=10).seconds

    # 16 * 32 / 256^2 * (4 / 16)^2 = 1 / 2048 of the work; 5 images, 10 times; 2 are locked.
    assert seconds() == pytest.approx(15.0 + 0.1 / 2048 * 5 * 10)
    # 15 s for the start, and 30 s for 10 images to decode or compare on.
    ended(workspace, seconds_per_image=4096.0, seconds_around=45.0, num_images=10)
    assert seconds() == pytest.approx(15.0 + 3.0 * 7 + 2.0 * 5 * 10)
    ended(workspace, seconds_per_image=1.0, seconds_around=1.0, num_images=1, worker="elsewhere")
    ended(workspace, "fine_tune_classifier", seconds_per_image=1.0, seconds_around=1.0, num_images=1)
    ended(workspace)
    ended(workspace, status="stopped", seconds_per_image=1.0, seconds_around=1.0, num_images=1)
    assert seconds() == pytest.approx(15.0 + 3.0 * 7 + 2.0 * 5 * 10)
    ended(workspace, seconds_per_image=2048.0, seconds_around=9.0, num_images=10)
    assert seconds() == pytest.approx(9.0 + 5 * 10)


def test_a_network_from_the_general_weights_is_shown_half_as_many_images():
    plain, general = ModelCard("x"), ModelCard("x", net=NetConfig(architecture="lite_unet"))
    epochs = [TRAINERS["segment"].usual_epochs(each, 16, from_scratch=True) for each in (plain, general)]
    assert epochs == [3200 / 16, 1600 / 16]
    assert TRAINERS["segment"].usual_epochs(general, 16, from_scratch=False) == 63


def test_a_network_from_scratch_fits_the_images():
    grey, colour = LearntFrom(2, 0, False, False, (1, 1)), LearntFrom(2, 0, True, False, (1, 1))
    ct = LearntFrom(2, 0, False, True, (1, 1))
    assert recipe.scratch_card("x", grey).net.input_channels == 1
    assert recipe.scratch_card("x", colour).net.input_channels == 3
    assert recipe.scratch_card("x", grey).scaling == ScalingConfig()
    assert recipe.scratch_card("x", ct).scaling == ScalingConfig("hu_window", -1000.0, 400.0)


def test_many_images_in_colour_make_a_first_network_begin_from_the_general_weights(monkeypatch, tmp_path):
    def begins(has_colour: bool, *groups: int) -> bool:
        return recipe.begins_from_general(LearntFrom(sum(groups), 0, has_colour, False, groups))

    assert begins(True, 50, 30) and not begins(True, 50, 29) and not begins(False, 200)
    monkeypatch.setattr(recipe, "GENERAL_DIR", tmp_path)
    assert not begins(True, 200)


def test_whole_groups_are_planned_to_be_validated_on(workspace, task):
    ids = []
    for number in range(90):
        image = workspace.images.add(task.id, f"{number}.png", str(number).encode(), ImageFacts(4, 4))
        workspace.masks.save(image.id, NewRevision(b"mask", None, 0.5, None, "Kim", 1.0, 0.0))
        ids.append(image.id)
    for first in (0, 20, 40):
        workspace.groups.merge([workspace.images.get(each).group_id for each in ids[first : first + 5]])
    groups = [each.group_id for each in workspace.images.list(task.id, "corrected") if is_trainable(each)]
    aside = draw_groups(groups, round(0.15 * len(groups)) / len(groups), 3)
    plan = plan_fine_tune(workspace, task.id, seed=3)
    assert plan.num_validation == sum(group in aside for group in groups) > 0
    assert plan.num_train == len(groups) - plan.num_validation
    assert plan.num_locked == 90 - len(groups) > 0


def test_an_epoch_that_compiled_does_not_slow_the_estimate_of_the_others():
    # The first and the third compiled.
    assert epoch_seconds([20.0, 21.0, 33.0, 34.0, 35.0]) == 1.0
