"""The results' part of the log of test scorings: a step that is run is a line for each network, once."""

import csv
import json

import pytest

from benchmarks.results import measure as measuring
from benchmarks.results.sections import Section

REPORT = {
    "num_images": 2,
    "classes": {"foreground": {"dice": 0.5, "iou": 0.4, "precision": 0.5, "recall": 0.5}},
    "images": [{"classes": {"foreground": {"dice": 0.5, "iou": 0.4, "precision": 0.5, "recall": 0.5}}}] * 2,
}
SECTION = Section(
    title="A part",
    claim="",
    steps={
        "train": "train.py --data_dir {data}/a",
        "chosen": "evaluate.py --split val --json {work}/chosen/report.json",
        "score": "evaluate.py --split test --json {work}/score/report.json",
    },
    lines=(),
    tables=("chosen", "score"),
    remarks=(),
)


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_only_steps_that_look_at_test_are_logged_each_time_they_are_run(tmp_path, monkeypatch):
    def run_step(step, command, data, work):
        (work / step).mkdir(parents=True, exist_ok=True)
        (work / step / "report.json").write_text(json.dumps(REPORT))
        return 1.0

    monkeypatch.setitem(measuring.SECTIONS, "a_part", SECTION)
    monkeypatch.setattr(measuring, "run_step", run_step)
    output = tmp_path / "docs" / "results"
    for _ in range(2):
        measuring.measure("a_part", tmp_path, tmp_path / "work", output)
    log = tmp_path / "docs" / "test_scorings.csv"
    (row,) = rows_of(log)
    assert [row[name] for name in ("part", "step", "network", "images", "score", "mean")] == [
        *("a_part", "score", "foreground", "2", "dice", "0.5000"),
    ]
    (tmp_path / "work" / "score" / "done.json").unlink()
    measuring.measure("a_part", tmp_path, tmp_path / "work", output)
    assert len(rows_of(log)) == 2


def test_notes_name_no_folder_of_this_machine(tmp_path, monkeypatch):
    data, work = tmp_path / "sets", tmp_path / "work"

    def run_step(step, command, data, work):
        notes = [f"python train.py --data_dir {data}/a --output_dir {work}/chosen"]
        (work / step).mkdir(parents=True)
        (work / step / "results.json").write_text(json.dumps({"columns": [], "rows": [], "notes": notes}))
        return 1.0

    steps = {"chosen": "-m core.experiments tune --data_dir {data}/a"}
    monkeypatch.setitem(measuring.SECTIONS, "a_part", Section("A part", "", steps, (), ("chosen",)))
    monkeypatch.setattr(measuring, "run_step", run_step)
    path = measuring.measure("a_part", data, work, tmp_path / "docs" / "results")
    assert json.loads(path.read_text())["tables"]["chosen"]["notes"] == [
        "python train.py --data_dir DATA/a --output_dir RUNS/a_part/chosen"
    ]


@pytest.mark.parametrize(
    ("command", "looks"),
    [
        ("evaluate.py --data_dir a", True),
        ("evaluate.py --data_dir a --split val", False),
        ("-m core.experiments compare --score_split test", True),
        ("-m core.experiments compare --data_dir a", False),
        ("train.py --data_dir a", False),
    ],
)
def test_which_commands_look_at_test(command, looks):
    assert measuring.scores_test(command) is looks
