"""`--task classify` as a person types it, on six images."""

import json
import re
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from core.commands.classify_flags import evaluate_parser, predict_parser, settings_of, train_parser
from core.commands.segment_presets import SEGMENT_PRESETS, preset_defaults
from core.commands.task import given
from core.experiments.kinds.classify import classify
from core.training.presets import AUGMENT_PRESETS
from tests.classification.making import spot
from tests.commands.making import PROJECT, run_here


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classify")
    generator = np.random.default_rng(0)
    lines = ["image,label"]
    for split in ("train", "val"):
        for number in range(6):
            image, _ = spot(number % 2, generator)
            path = folder / "dataset" / split / "images" / f"{split}{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), image[..., ::-1])
            lines.append(f"{path.stem},{('MEL', 'NV')[number % 2]}")
    (folder / "dataset" / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_train_evaluate_and_predict_labels(folder):
    small = ("--backbone", "small", "--no_pretrained", "--image_size", "32", "--epochs", "2")
    trained = run_here(folder, "train.py", "--task", "classify", "--data_dir", "dataset", *small)
    assert trained.returncode == 0, trained.stderr
    assert "From scratch." in trained.stdout and "validation accuracy" in trained.stdout
    model = ("--task", "classify", "--model_path", "saved_classifier")
    scored = run_here(folder, "evaluate.py", *model, "--data_dir", "dataset", "--split", "val")
    assert scored.returncode == 0, scored.stderr
    assert "majority_accuracy    0.5000" in scored.stdout and "confusion" in scored.stdout
    images = ("--image_path", "dataset/val/images", "--output_path", "out")
    predicted = run_here(folder, "predict.py", *model, *images)
    assert predicted.returncode == 0, predicted.stderr
    assert "no diagnosis" in predicted.stdout
    assert len((folder / "out" / "labels.csv").read_text().splitlines()) == 7


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_inputs_are_compared_and_go_on_where_they_ended(folder, capsys):
    out = folder / "inputs"
    few = ("--inputs", "whole", "--folds", "2", "--repeats", "1", "--epochs", "1")
    small = ("--backbone", "small", "--no_pretrained", "--image_size", "32", "--val_part", "0.4")
    words = ["--data_dir", str(folder / "dataset"), *few, *small, "--output_dir", str(out)]
    before = datetime.now(UTC).replace(microsecond=0)
    assert classify(words) == 0
    assert "Highest out-of-fold accuracy: whole image" in capsys.readouterr().out
    record = json.loads((out / "experiment.json").read_text())
    runs = [out / "runs" / f"whole-1-{fold}.json" for fold in (1, 2)]
    begun = datetime.fromisoformat(record["created"])
    assert before <= begun and begun.timestamp() < min(path.stat().st_mtime for path in runs)
    assert "--rerun" not in (out / "report.md").read_text()
    kept = runs[0].stat().st_mtime_ns
    runs[1].unlink()
    assert classify(words) == 0
    assert runs[0].stat().st_mtime_ns == kept and runs[1].is_file()


@pytest.mark.parametrize(
    ("script", "arguments", "sentence"),
    [
        ("train.py", ["--data_dir", "dataset", "--merge", "SK"], "written OLD=NEW, got 'SK'"),
        ("train.py", ["--data_dir", "nowhere"], "no folder train/images"),
        ("train.py", ["--data_dir", "dataset", "--merge", "NV=MEL"], "All images have the label 'MEL'"),
        ("evaluate.py", ["--data_dir", "dataset", "--model_path", "none"], "There is no model card at none"),
        ("predict.py", ["--image_path", "x.png", "--model_path", "none"], "There is no model card at none"),
    ],
)
def test_wrong_input_is_told_and_the_exit_code_is_2(folder, script, arguments, sentence):
    done = run_here(folder, script, "--task=classify", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr and "Traceback" not in done.stderr and done.stdout == ""


def test_the_task_is_found_however_it_is_written():
    assert given(["--task", "classify"], "--task") == given(["--task=classify"], "--task") == "classify"
    assert given(["--data_dir", "classify"], "--task") == given(["--task"], "--task") == ""


def test_a_preset_gives_defaults_and_flags_count_before_it():
    words = ["--preset", "ham10000", "--data_dir", "d"]
    settings = settings_of(train_parser(words).parse_args([*words, "--task", "classify"]))
    assert (settings.backbone, settings.optimizer, settings.learning_rate) == ("resnet50", "sgd", 0.001)
    assert (settings.batch_size, settings.loss, settings.patience) == (64, "cross_entropy", 50)
    assert not settings.class_weights and settings.frozen_epochs == 0
    changed = settings_of(train_parser(words).parse_args([*words, "--batch_size", "8"]))
    assert (changed.batch_size, changed.patience) == (8, 50)


def test_the_segmentation_preset_holds_what_the_write_up_states():
    preset = preset_defaults(["--preset=ham10000"], SEGMENT_PRESETS)
    stated = {"dropout": 0.3, "upsampling": "transpose", "batch_size": 16, "epochs": 30, "threshold": 0.4}
    assert stated.items() <= preset.items() and preset["channels"] == "3"
    assert preset["image_size"] == "448x592" and not 592 % 2 ** preset["depth"]
    assert preset["augment"][0] in AUGMENT_PRESETS
    assert preset_defaults(["--preset", "other"], SEGMENT_PRESETS) == {}


def test_readme_names_every_flag_of_the_task():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    for parser in (train_parser([]), evaluate_parser(), predict_parser()):
        flags = set(re.findall(r"--[a-z_]+", parser.format_help())) - {"--help"}
        missing = sorted(flag for flag in flags if f"`{flag}" not in readme)
        assert not missing, f"README.md does not name {missing}"
