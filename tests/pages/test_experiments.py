"""The Experiments page: what it asks, what it starts, how it shows what runs, what ended and what is kept."""

import json
import os
from dataclasses import asdict, replace

import numpy as np
import pytest

from core.experiments.requests.naming import title_of
from core.experiments.requests.plan import CompareRequest, SyntheticRequest, request_to_json
from core.experiments.runs.run import STOPPED
from core.experiments.runs.start import experiments_root
from core.experiments.runs.store import DIED, ExperimentResult, Picture, State
from core.imaging.masks import encode_png
from core.jobs import queue
from core.jobs.process import machine
from core.reasons import Reason
from core.ui import state
from core.ui.experiments.plain_words import sentence
from core.ui.experiments.running import quiet_runs, series_of
from core.ui.running_job import job_name, latest, part_done, seconds_left
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workspace import DraftContent, NewVersion, TaskClass
from tests.imaging.making import tiff
from tests.pages.conftest import png, shown


@pytest.fixture(autouse=True)
def no_processes(monkeypatch):
    """Jobs are put into the queue and stay there: what a worker does is tested elsewhere."""
    monkeypatch.setattr(queue, "start_next", lambda workspace: None)


@pytest.fixture
def nuclei(workspace):
    return workspace.tasks.create("Nuclei")


@pytest.fixture
def folder(tmp_path):
    """Four pairs to train on and two to score."""
    for split, count in (("train", 4), ("val", 2)):
        for number in range(count):
            values = np.random.default_rng([count, number]).integers(0, 256, (16, 16)).astype(np.uint8)
            for kind, picture in (("images", values), ("masks", values > 127)):
                path = tmp_path / "set" / split / kind / f"{number}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(encode_png(picture))
    return tmp_path / "set"


@pytest.fixture
def keep(workspace):
    """Puts a finished experiment where the page looks for them."""

    def write(name, request=None, *, status="done", reason="", result=None, created="2026-01-02T03:04:05Z"):
        request = request or CompareRequest("/data/lungs", arms=("unet", "fcn"))
        path = experiments_root(workspace) / name
        path.mkdir(parents=True)
        record = {
            **request_to_json(request),
            "title": title_of(request),
            "created": created,
            "command": "python -m core.experiments compare --data_dir /data/lungs",
        }
        (path / "experiment.json").write_text(json.dumps(record))
        (path / "state.json").write_text(json.dumps({"status": status, "reason": reason}))
        if result is not None:
            (path / "results.json").write_text(json.dumps(asdict(result)))
            (path / "table.csv").write_text("arm,dice\n")
            (path / "curves.png").write_bytes(png(1))
        return path

    return write


def result():
    return ExperimentResult(
        kind="compare",
        columns=("arm", "dice", "hd95"),
        rows=({"arm": "U-Net", "dice": 0.9312, "dice_low": 0.921, "dice_high": 0.9404, "hd95": None},),
        headline="Mean Dice over 58 val images: U-Net 0.9312.",
        number=0.9312,
        number_name="U-Net: val Dice",
        pictures=(Picture("curves.png", "Loss and Dice."), Picture("../../workspace.db", "Not a picture.")),
        notes=("All networks have the same splits.",),
    )


def labelled(elements, label):
    (found,) = [each for each in elements if each.label == label]
    return found


def plain(elements):
    return [shown(each.value) for each in elements]


def said(app):
    return " ".join(plain((*app.header, *app.subheader, *app.markdown, *app.caption, *app.info)))


def correct(workspace, task, count):
    uploads = [(f"{number}.png", png(number)) for number in range(count)]
    for outcome in add_images(workspace, task.id, uploads):
        content = DraftContent(0.5, None, None)
        save_mask(workspace, outcome.image_id, state.predictors(), content=content, who="Kim")


def test_nothing_yet_says_what_it_is_for_and_offers_a_trial(open_page, workspace, nuclei):
    app = open_page("experiments", task=nuclei.slug)
    assert not app.exception
    assert "Find out how far a number can be trusted" in said(app)
    labelled(app.button, "Try it on made-up images").click().run()
    assert not app.exception
    (job,) = workspace.jobs.list()
    assert (job.kind, job.task_id, job.settings["kind"]) == ("experiment", None, "synthetic")
    assert job_name(workspace, job) == "Experiment: 120 noise images, 3 folds"
    assert labelled(app.button, "Remove from the queue")


def test_too_few_corrected_images_say_how_many_are_missing(open_page, workspace, nuclei):
    correct(workspace, nuclei, 2)
    app = open_page("experiments", task=nuclei.slug)
    app.segmented_control[0].set_value("task").run()
    assert "needs at least 4 corrected images that are not locked; Nuclei has 1" in said(app)
    assert labelled(app.button, "Start experiment").disabled


def test_corrected_images_are_the_data_where_there_are_enough(open_page, workspace, nuclei):
    correct(workspace, nuclei, 6)
    app = open_page("experiments", task=nuclei.slug)
    # The second is locked; of five a quarter is scored: round(1.25) = 1.
    assert "4 to train on, 1 to score" in said(app)
    labelled(app.button, "Start experiment").click().run()
    assert not app.exception
    (job,) = workspace.jobs.list()
    assert job.task_id == nuclei.id
    assert job.settings["title"] == "U-Net against FCN (no skips) on Nuclei"
    assert job.settings["settings"]["data_dir"] == str(workspace.folder(job.settings["copy_corrected_to"]))


def test_corrected_images_of_several_classes_are_learnt_by_name(open_page, workspace, nuclei):
    workspace.tasks.set_classes(nuclei.id, [TaskClass("nucleus"), TaskClass("membrane")])
    correct(workspace, nuclei, 6)
    app = open_page("experiments", task=nuclei.slug)
    assert "Cross-entropy" not in labelled(app.selectbox, "Loss function").options
    labelled(app.button, "Start experiment").click().run()
    assert not app.exception
    (job,) = workspace.jobs.list()
    recipe = job.settings["settings"]["recipe"]
    assert recipe["net"]["num_classes"] == 3
    assert [each["name"] for each in recipe["classes"]["classes"]] == ["background", "nucleus", "membrane"]


def test_folder_of_several_classes_needs_their_names(open_page, workspace, nuclei, folder):
    for path in folder.glob("*/masks/*.png"):
        path.write_bytes(encode_png((np.arange(256).reshape(16, 16) % 3).astype(np.uint8)))
    app = open_page("experiments", task=nuclei.slug)
    labelled(app.text_input, "Folder").input(str(folder)).run()
    labelled(app.text_input, "Classes of the masks (optional)").input("background, background").run()
    assert "two classes are called" in " ".join(plain(app.error))
    assert labelled(app.button, "Start experiment").disabled
    labelled(app.text_input, "Classes of the masks (optional)").input("background, dot, ring").run()
    assert not app.error
    labelled(app.button, "Start experiment").click().run()
    (job,) = workspace.jobs.list()
    assert job.settings["settings"]["recipe"]["net"]["num_classes"] == 3
    assert "--classes background dot ring" in job.settings["settings"]["command"]


def test_folder_that_cannot_be_used_is_told_before_anything_starts(open_page, workspace, nuclei, folder):
    app = open_page("experiments", task=nuclei.slug)
    labelled(app.text_input, "Folder").input(str(folder / "nowhere")).run()
    assert plain(app.error) == [f"There is no folder {folder}/nowhere."]
    assert labelled(app.button, "Start experiment").disabled
    (folder / "val" / "masks" / "1.png").unlink()
    labelled(app.text_input, "Folder").input(str(folder)).run()
    assert not app.error
    labelled(app.button, "Start experiment").click().run()
    assert plain(app.error) == [f"{folder} cannot be used: val: Image 1.png has no mask of the same name."]
    assert workspace.jobs.list() == []


def test_files_of_a_folder_that_do_not_tell_it_themselves_can_be_told(open_page, workspace, nuclei, folder):
    ct = np.where(np.arange(256).reshape(16, 16) % 16 < 8, -1000, 40).astype(np.int16)
    for number, path in enumerate(sorted(folder.glob("*/images/*.png"))):
        path.with_suffix(".tif").write_bytes(tiff(ct + np.int16(number)))
        path.unlink()
    for path in folder.glob("*/masks/*.png"):
        path.write_bytes(encode_png((np.arange(256).reshape(16, 16) % 3).astype(np.uint8)))
    app = open_page("experiments", task=nuclei.slug)
    labelled(app.text_input, "Folder").input(str(folder)).run()
    labelled(app.button, "Start experiment").click().run()
    assert "0.tif: looks like a CT" in " ".join(plain(app.error)) and workspace.jobs.list() == []
    labelled(app.selectbox, "Grey values").set_value("hounsfield").run()
    labelled(app.button, "Start experiment").click().run()
    assert "--mask_values" in " ".join(plain(app.error)) and workspace.jobs.list() == []
    values = labelled(app.text_input, "Foreground values")
    values.input("all of them").run()
    labelled(app.button, "Start experiment").click().run()
    assert "takes" in " ".join(plain(app.error)) and workspace.jobs.list() == []
    values.input("1 2").run()
    labelled(app.button, "Start experiment").click().run()
    assert not app.error and not app.exception
    (job,) = workspace.jobs.list()
    settings = job.settings["settings"]
    assert (settings["units"], settings["mask_values"], settings["read_channel"]) == (
        "hounsfield",
        ["1", "2"],
        None,
    )
    assert "--mask_values 1 2 --units hounsfield" in settings["command"]


@pytest.mark.parametrize("kind", ["compare", "cross_validate", "tune"])
def test_folder_is_handed_to_each_kind_of_training(open_page, workspace, nuclei, folder, kind):
    app = open_page("experiments", task=nuclei.slug)
    labelled(app.radio, "What do you want to know?").set_value(kind).run()
    labelled(app.text_input, "Folder").input(f" '{folder}' ").run()
    assert "4 images to train on, 2 to score" in said(app)
    assert "on this machine" in said(app)
    labelled(app.button, "Start experiment").click().run()
    assert not app.exception
    (job,) = workspace.jobs.list()
    assert (job.settings["kind"], job.task_id) == (kind, None)
    assert job.settings["settings"]["data_dir"] == str(folder)
    assert job.settings["settings"]["recipe"]["net"]["input_channels"] == 0


def test_sweep_without_a_model_cannot_start(open_page, nuclei):
    app = open_page("experiments", task=nuclei.slug)
    labelled(app.radio, "What do you want to know?").set_value("threshold_sweep").run()
    assert "This task has no model yet" in said(app)
    assert labelled(app.button, "Start experiment").disabled


def test_sweep_is_named_after_the_model_and_not_its_folder(open_page, workspace, nuclei):
    correct(workspace, nuclei, 6)
    new = NewVersion("versions/nuclei/job-1", "a" * 64, "fine_tuned", who="Kim", title="Nuclei 1")
    version = workspace.versions.add(nuclei.id, new)
    app = open_page("experiments", task=nuclei.slug)
    labelled(app.radio, "What do you want to know?").set_value("threshold_sweep").run()
    labelled(app.button, "Start experiment").click().run()
    assert not app.exception
    (job,) = workspace.jobs.list()
    assert job.settings["title"] == f"Thresholds of {version.title} on Nuclei"
    assert job.settings["settings"]["model_path"] == str(workspace.versions.open(new))


def test_waiting_experiment_names_the_job_before_it_and_can_be_taken_back(open_page, workspace, nuclei):
    first = workspace.jobs.add("fine_tune", nuclei.id, {}, who="Kim")
    workspace.jobs.take_next(machine())
    app = open_page("experiments", task=nuclei.slug)
    labelled(app.button, "Try it on made-up images").click().run()
    # The line of the side bar and the panel of the waiting one.
    texts = [shown(each.proto.text) for each in app.get("progress")]
    assert sorted(texts) == ["Fine-tuning: Nuclei", "waits for the running job (Fine-tuning: Nuclei)"]
    labelled(app.button, "Remove from the queue").click().run()
    assert [job.status for job in workspace.jobs.list()] == ["stopped", "running"]
    workspace.jobs.end(first.id, "done")


def test_stop_asks_the_running_experiment_to_end(open_page, workspace, nuclei):
    request = SyntheticRequest(folds=2)
    settings = {**request_to_json(request), "folder": "experiments/one", "title": "Noise"}
    job = workspace.jobs.add("experiment", None, settings, who="Kim")
    workspace.jobs.take_next(machine())
    app = open_page("experiments", task=nuclei.slug)
    labelled(app.button, "Stop").click().run()
    assert workspace.jobs.get(job.id).stop_requested
    assert labelled(app.button, "Stop").disabled


def test_list_has_the_newest_first_and_opens_one(open_page, nuclei, keep):
    keep("older", created="2026-01-01T00:00:00Z", result=result())
    full = "The disk is full."
    keep("newer", SyntheticRequest(), status="failed", reason=full, created="2026-01-02T00:00:00Z")
    app = open_page("experiments", task=nuclei.slug)
    assert not app.exception
    text = said(app)
    assert text.index("1000 noise images") < text.index("U-Net against")
    assert full in text
    assert "**0.9312**" in text
    [each for each in app.button if each.label == "Open"][1].click().run()
    assert app.query_params["experiment"] in ("older", ["older"])
    assert plain(app.subheader) == ["U-Net against FCN (no skips) on lungs"]


@pytest.mark.parametrize("reason", [STOPPED, DIED])
def test_an_opened_experiment_says_why_it_ended_early(open_page, nuclei, keep, reason):
    keep("one", status="stopped", reason=reason, result=replace(result(), notes=(reason, "Same splits.")))
    app = open_page("experiments", task=nuclei.slug, experiment="one")
    assert plain(app.info)[0] == reason
    # Once is enough: the command and the report have it among the notes.
    assert [each for each in plain(app.markdown) if "Same splits" in each] == ["- Same splits."]


def test_one_that_goes_on_shows_no_numbers_of_when_it_was_stopped(open_page, nuclei, keep):
    folder = keep("one", result=replace(result(), notes=(STOPPED,)))
    (folder / "state.json").write_text(json.dumps(asdict(State(pid=os.getpid()))))
    app = open_page("experiments", task=nuclei.slug, experiment="one")
    assert plain(app.info) == ["This experiment runs now; its numbers come when it ends."]
    assert not app.table and STOPPED not in said(app)


def test_opened_experiment_shows_numbers_how_to_read_them_pictures_and_command(open_page, nuclei, keep):
    keep("one", result=result())
    app = open_page("experiments", task=nuclei.slug, experiment="one")
    assert not app.exception
    (table,) = app.table
    # A column that no row has a value for, HD95 here, is left out.
    assert [shown(name) for name in table.value.columns] == ["network", "Dice"]
    assert shown(table.value.iloc[0, 1]).startswith("0.9312")
    assert "0.921\u00a0– 0.940" in table.value.iloc[0, 1]
    assert "93 % of the average area" in said(app)
    assert "All networks have the same splits." in said(app)
    assert "core.experiments compare" in app.code[0].value
    # The second "picture" lies outside the experiment's folder and is not shown.
    assert len(app.get("image")) == 1
    labelled(app.button, "All experiments").click().run()
    assert labelled(app.button, "Open")


def test_failed_experiment_says_why_and_goes_on_where_it_was(open_page, workspace, nuclei, keep):
    keep("one", SyntheticRequest(), status="failed", reason="The disk is full.")
    settings = {**request_to_json(SyntheticRequest()), "folder": "experiments/one", "title": "Noise"}
    job = workspace.jobs.add("experiment", None, settings, who="Kim")
    workspace.jobs.take_next(machine())
    workspace.jobs.end(job.id, "failed", reason=Reason("text", {"text": "The disk is full."}))
    app = open_page("experiments", task=nuclei.slug, experiment="one")
    assert plain(app.error) == ["The disk is full."]
    labelled(app.button, "Go on").click().run()
    again = workspace.jobs.list()[0]
    assert (again.retry_of, again.settings["folder"]) == (job.id, "experiments/one")


def test_experiment_that_is_gone_or_outside_is_not_opened(open_page, nuclei, keep):
    keep("one", result=result())
    for name in ("two", "..", "../experiments/one"):
        app = open_page("experiments", task=nuclei.slug, experiment=name)
        assert not app.exception
        assert "This experiment is not here any more." in said(app)


def test_fine_tune_page_does_not_list_experiments(open_page, workspace, nuclei):
    settings = {"title": "Noise", "folder": "experiments/x"}
    job = workspace.jobs.add("experiment", nuclei.id, settings, who="Kim")
    workspace.jobs.take_next(machine())
    workspace.jobs.end(job.id, "failed", reason=Reason("text", {"text": "Too few images."}))
    app = open_page("fine_tune", task=nuclei.slug)
    assert not app.error
    assert "No run yet." in said(app)


def test_one_curve_a_run_and_the_weak_ones_in_grey():
    reports = [
        {"run": "unet_fold1", "epoch": 1, "val_dice": 0.5},
        {"run": "unet_fold1", "epoch": 3, "val_dice": 0.7},
        {"run": "fcn_fold1", "epoch": 1, "val_dice": 0.4},
    ]
    assert series_of(reports, "val_dice") == {
        "U-Net, fold 1": [0.5, None, 0.7],
        "FCN (no skips), fold 1": [0.4],
    }
    dice = {f"trial {number}": [0.1 * number] for number in range(8)}
    assert quiet_runs(dice) == {f"trial {number}" for number in range(5)}
    assert quiet_runs({"fold 1": [0.5]}) == set()


def test_what_begins_is_told_without_losing_the_place():
    place = {"run_number": 1, "num_runs": 2, "epoch": 2, "num_epochs": 2, "step": 4, "num_steps": 4}
    last = latest([place, {"message": "Scoring U-Net"}])
    assert last["message"] == "Scoring U-Net"
    assert part_done(last) == 0.5
    assert "message" not in latest([place, {"message": "Scoring U-Net"}, place])
    assert latest([]) == {}


def test_part_done_and_time_left_count_all_runs(workspace):
    job = workspace.jobs.add("experiment", None, {}, who="Kim")
    workspace.jobs.take_next(machine())
    job = workspace.jobs.get(job.id)
    report = {"run_number": 2, "num_runs": 4, "epoch": 2, "num_epochs": 2, "step": 1, "num_steps": 2}
    # One run of four, and of the second one epoch and a half of two: (1 + 0.75) / 4.
    assert part_done(report) == 0.4375
    # 35 seconds for 7 / 16 of it: 45 for the other 9 / 16.
    left = seconds_left(job, {**report, "time": job.started_at.timestamp() + 35})
    assert left == pytest.approx(45)


BETTER = "is better than"
UNDECIDED = "nothing is decided: they differ by"


@pytest.mark.parametrize(
    ("difference", "low", "high", "p", "expected"),
    [
        (
            0.012,
            0.004,
            0.021,
            0.001,
            f"U-Net {BETTER} FCN-8s by 0.0120 Dice (95 % interval 0.0040 to 0.0210",
        ),
        (-0.012, -0.02, -0.004, 0.001, f"FCN-8s {BETTER} U-Net by 0.0120 Dice (95 % interval 0.0040 to"),
        (0.002, -0.004, 0.008, 0.4, f"Between U-Net and FCN-8s {UNDECIDED} +0.0020 Dice"),
        # The interval alone would say that it is better.
        (0.002, 0.0001, 0.008, 0.2, f"Between U-Net and FCN-8s {UNDECIDED} +0.0020 Dice"),
    ],
)
def test_difference_in_plain_words(difference, low, high, p, expected):
    numbers = {"difference": difference, "difference_low": low, "difference_high": high, "p": p}
    row = {key: str(value) for key, value in {**numbers, "images": 58}.items()}
    assert sentence({"first": "unet", "second": "fcn8s", **row}).startswith(expected)
