"""Networks compared: stopped, gone on with, written down; test scorings are logged once each."""

import csv
import json
import shutil

import pytest

from core.errors import AppError
from core.experiments.requests.plan import CompareRequest, Recipe
from core.experiments.runs.run import resume_experiment, run_experiment
from core.experiments.runs.store import progress, read_record, read_result, summary
from core.workflows.learn.train_model import Watchers
from tests.experiments.making import RECIPE, make_set, recipe, write_pair

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("eager")]


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_what_was_finished_before_the_stop_is_kept_and_said(compared):
    assert [row["arm"] for row in compared.half.rows] == ["U-Net"]
    # On the page a button goes on with it, the command says its flag itself.
    assert compared.half.notes[0] == "Stopped before all of it was done; the table has what was finished."
    assert compared.half_summary.status == "stopped"


def test_going_on_trains_only_what_is_missing(compared):
    assert not compared.trained_again
    assert [row["arm"] for row in compared.whole.rows] == ["U-Net", "FCN (no skips)"]
    assert summary(compared.folder).status == "done"
    assert read_result(compared.folder) == compared.whole


def test_the_table_has_every_score_with_its_interval(compared):
    for row in rows_of(compared.folder / "table.csv"):
        assert float(row["dice_low"]) <= float(row["dice"]) <= float(row["dice_high"])
        assert int(row["images"]) == 2
        # Two 3x3 convolutions with bias or batch norm alone have more than 100 numbers.
        assert int(row["parameters"]) > 100


def test_each_scoring_of_test_is_logged_once_here_and_in_the_projects_log(compared):
    for path in (compared.folder / "test_scorings.csv", compared.log):
        assert [row["network"] for row in rows_of(path)] == ["unet", "fcn"]
        assert {(row["part"], row["step"], row["score"]) for row in rows_of(path)} == {
            (compared.folder.name, "compare", "dice")
        }
    resume_experiment(compared.folder)
    assert len(rows_of(compared.log)) == 2


def test_a_crash_between_scoring_and_writing_hides_no_look_at_test(compared, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(compared.folder, folder)
    values = json.loads((folder / "experiment.json").read_text())
    values["settings"]["test_log"] = ""
    (folder / "experiment.json").write_text(json.dumps(values))
    scores = folder / "runs" / "fcn" / "scores.json"
    scores.unlink()
    # A folder of that name cannot be replaced by a file.
    scores.mkdir()
    with pytest.raises(OSError):
        resume_experiment(folder)
    assert [row["network"] for row in rows_of(folder / "test_scorings.csv")] == ["unet", "fcn", "fcn"]


def test_progress_has_every_epoch_of_every_run(compared):
    told = {(line["run"], line["epoch"]) for line in progress(compared.folder)}
    assert {("unet", 1), ("unet", 2), ("fcn", 1), ("fcn", 2)} <= told
    assert {"num_epochs", "loss", "dice", "val_loss", "val_dice", "seconds_left", "time"} <= set(
        progress(compared.folder)[0]
    )


def test_the_folder_holds_what_it_takes_to_do_it_again(compared):
    record = read_record(compared.folder)
    assert {split: len(stems) for split, stems in record["data"].items()} == {"train": 8, "val": 4, "test": 2}
    assert record["settings"]["recipe"]["settings"]["seed"] == 0
    assert {"keras", "numpy", "optuna"} <= set(record["versions"])
    run = json.loads((compared.folder / "runs" / "fcn" / "run.json").read_text())
    assert run["net"]["architecture"] == "fcn"
    assert set(run["data"]["val"]) == {"v0", "v1", "v2", "v3"}


def test_the_report_shows_table_test_and_pictures(compared):
    report = (compared.folder / "report.md").read_text()
    assert "| U-Net | " in report
    assert "U-Net minus FCN (no skips), Dice" in report
    for picture in ("curves.png", "predictions.png"):
        assert f"({picture})" in report
        assert (compared.folder / picture).read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in (compared.folder / "runs" / "unet" / "masks").iterdir()} == {
        "e0.png",
        "e1.png",
    }


def test_one_that_was_killed_in_its_first_checkpoint_goes_on(compared, tmp_path):
    folder = tmp_path / "compare"
    shutil.copytree(compared.folder, folder)
    shutil.rmtree(folder / "runs" / "fcn")
    killed = folder / "runs" / "fcn" / "checkpoints"
    killed.mkdir(parents=True)
    (killed / ".0f3c.part").write_bytes(b"half of it")
    assert [row["arm"] for row in resume_experiment(folder).rows] == ["U-Net", "FCN (no skips)"]


def test_one_that_was_killed_over_its_first_file_leaves_the_folder_free(compared, tmp_path):
    (tmp_path / ".0f3c.part").write_bytes(b"half of it")
    watchers = Watchers(should_stop=lambda: True)
    assert run_experiment(compared.request, tmp_path, watchers).rows == ()
    assert summary(tmp_path).status == "stopped"


def test_other_data_are_not_gone_on_with(compared, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(compared.folder, folder)
    moved = tmp_path / "discs"
    shutil.copytree(compared.data, moved)
    write_pair(moved, "train", "t0", seed=99)
    values = json.loads((folder / "experiment.json").read_text())
    values["settings"]["data_dir"] = str(moved)
    (folder / "experiment.json").write_text(json.dumps(values))
    with pytest.raises(AppError, match="data are not those"):
        resume_experiment(folder)
    assert summary(folder).status == "failed"


def test_a_folder_with_something_in_it_is_refused(compared):
    with pytest.raises(AppError, match="is not empty"):
        run_experiment(compared.request, compared.folder)


def test_a_validation_split_that_shows_nothing_is_one_sentence(tmp_path):
    data = make_set(tmp_path / "set", train=3, val=1, empty=("v0",))
    with pytest.raises(AppError, match="val: The only mask is empty"):
        run_experiment(CompareRequest(str(data), recipe=RECIPE), tmp_path / "out")
    assert summary(tmp_path / "out").status == "failed"


def test_a_single_image_cannot_be_divided(tmp_path):
    data = make_set(tmp_path / "set", train=1, val=0)
    with pytest.raises(AppError, match="No validation images can be set aside"):
        run_experiment(CompareRequest(str(data), recipe=RECIPE), tmp_path / "out")


@pytest.mark.parametrize(
    ("arms", "settings", "sentence"),
    [
        (("unet", "unet"), {}, "each of them once"),
        (("vgg",), {}, "no network 'vgg'"),
        (("unet",), {"loss": "hinge"}, "cannot be trained"),
        (("unet",), {"image_size": (32, 33)}, "33 is not a multiple of 2"),
    ],
)
def test_a_request_that_cannot_be_done_leaves_no_folder(tmp_path, arms, settings, sentence):
    request = CompareRequest("nowhere", arms=arms, recipe=recipe(**settings))
    with pytest.raises(AppError, match=sentence):
        run_experiment(request, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_several_classes_without_names_are_refused(tmp_path):
    from core.config import NetConfig

    request = CompareRequest("nowhere", recipe=Recipe(net=NetConfig(num_classes=3)))
    with pytest.raises(AppError, match="tells 3 classes, but no classes are named; name each by --classes"):
        run_experiment(request, tmp_path / "out")
