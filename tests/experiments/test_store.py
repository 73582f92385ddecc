"""What pages read of an experiment's folder: lists, states, results, epochs; damage is a sentence."""

import json
import os
from dataclasses import asdict

import pytest

from core.errors import AppError
from core.experiments.runs.store import (
    DIED,
    ExperimentResult,
    Picture,
    find_experiment,
    list_experiments,
    progress,
    read_result,
    summary,
)
from core.jobs.process import created_at


def make(root, name, *, created="2026-01-01T00:00:00Z", state=None, result=None):
    folder = root / name
    folder.mkdir(parents=True)
    record = {"kind": "compare", "title": f"Title of {name}", "created": created}
    (folder / "experiment.json").write_text(json.dumps(record))
    (folder / "state.json").write_text(json.dumps(state or {"status": "done"}))
    if result is not None:
        (folder / "results.json").write_text(json.dumps(asdict(result)))
    return folder


RESULT = ExperimentResult(
    kind="compare",
    columns=("arm", "dice"),
    rows=({"arm": "unet", "dice": 0.9, "dice_low": 0.8, "dice_high": 0.95},),
    headline="U-Net is ahead.",
    number=0.9,
    number_name="Dice",
    pictures=(Picture("curves.png", "Curves."),),
    notes=("On validation.",),
)


def test_the_newest_comes_first_and_other_folders_are_passed_over(tmp_path):
    make(tmp_path, "old", created="2026-01-01T00:00:00Z")
    make(tmp_path, "new", created="2026-02-01T00:00:00Z", result=RESULT)
    (tmp_path / "something").mkdir()
    listed = list_experiments(tmp_path)
    assert [each.folder.name for each in listed] == ["new", "old"]
    assert (listed[0].number, listed[0].number_name) == (0.9, "Dice")
    assert listed[1].number is None
    assert list_experiments(tmp_path / "nowhere") == []


def test_a_result_comes_back_as_it_was_written(tmp_path):
    assert read_result(make(tmp_path, "one", result=RESULT)) == RESULT
    assert read_result(make(tmp_path, "two")) is None


def test_a_running_one_whose_process_is_gone_was_stopped(tmp_path):
    alive = {"status": "running", "pid": os.getpid(), "process_created": created_at(os.getpid())}
    assert summary(make(tmp_path, "alive", state=alive)).status == "running"
    # The same number, made a day earlier: another process.
    dead = {**alive, "process_created": created_at(os.getpid()) - 86400}
    found = summary(make(tmp_path, "dead", state=dead))
    assert (found.status, found.reason) == ("stopped", DIED)


def test_one_that_died_before_it_said_how_it_stands_can_be_gone_on_with(tmp_path):
    folder = make(tmp_path, "young")
    (folder / "state.json").unlink()
    assert (summary(folder).status, summary(folder).reason) == ("stopped", DIED)


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "../kept/one", "/", "\0", "x" * 300, "empty", "gone"])
def test_a_name_out_of_an_address_finds_an_experiment_of_the_folder_or_nothing(tmp_path, name):
    root = tmp_path / "kept"
    one = make(root, "one")
    (root / "empty").mkdir()
    # What a name with a path in it would reach.
    make(tmp_path, "kept/a/b")
    (tmp_path / "experiment.json").write_text("{}")
    assert find_experiment(root, "one") == one
    assert find_experiment(root, name) is None
    assert find_experiment(tmp_path / "nowhere", "one") is None


def test_damaged_files_are_a_failed_line_and_not_an_error(tmp_path):
    folder = make(tmp_path, "broken")
    (folder / "results.json").write_text("{")
    (found,) = list_experiments(tmp_path)
    assert found.status == "failed"
    assert "results.json" in found.reason
    with pytest.raises(AppError, match="no experiment in"):
        summary(tmp_path / "nowhere")


def test_a_line_that_is_cut_off_is_left_out_of_progress(tmp_path):
    folder = make(tmp_path, "one")
    assert progress(folder) == []
    (folder / "progress.jsonl").write_text('{"run": "unet", "epoch": 1}\n{"run": "un')
    assert progress(folder) == [{"run": "unet", "epoch": 1}]
