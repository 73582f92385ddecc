"""The three commands as the README writes them: each as a process once, then again in this one."""

import csv
import json

import cv2
import numpy as np
import pytest

from core.cards import load_card
from tests.commands.making import SMALL_NET, make_dataset, run, run_here, write

pytestmark = pytest.mark.slow

METRICS = {"dice", "iou", "accuracy", "precision", "recall", "f1", "hd95"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands")
    make_dataset(folder / "dataset", train=10, test=3)
    return folder


@pytest.fixture(scope="module")
def trained(folder):
    return run(folder, "train.py", "--data_dir", "dataset", "--epochs", "15", "--batch_size", "4", *SMALL_NET)


@pytest.fixture(scope="module")
def evaluated(folder, trained):
    arguments = ("--data_dir", "dataset", "--model_path", "saved_model/unet_model.h5")
    also = ("--json", "scores.json", "--update_card", "--test_log", "scorings.csv")
    return run(folder, "evaluate.py", *arguments, *also)


def noise(process):
    """What stands on stderr beside progress bars."""
    lines = process.stderr.replace("\r", "\n").splitlines()
    return [line for line in lines if line.strip() and "%|" not in line and "epoch" not in line]


def test_train_writes_weights_card_history_and_curves(folder, trained):
    assert trained.returncode == 0, trained.stderr
    saved = folder / "saved_model"
    assert {path.name for path in saved.iterdir()} == {
        *("unet_model.keras", "unet_model.h5", "unet_model.card.json", "history.csv", "curves.png"),
        "run.json",
    }
    with (saved / "history.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == [str(epoch) for epoch in range(1, 16)]


def test_train_says_what_it_reached_and_nothing_else(trained):
    assert "validation dice" in trained.stdout and "Wrote saved_model/unet_model.keras" in trained.stdout
    assert "epoch 15/15" in trained.stderr
    assert noise(trained) == []


def test_the_card_keeps_what_was_done(folder, trained):
    card = load_card(folder / "saved_model" / "unet_model.card.json")
    # No val folder: 15 % of ten images, of which two or more stay in train.
    assert card.data[0].num_train + card.data[0].num_val == 10 and card.data[0].num_val >= 1
    assert card.data[0].num_test == 3
    assert card.command.startswith("python train.py --data_dir dataset --epochs 15")
    assert card.training.learning_rate == 0.02 and card.net.input_channels == 1
    assert set(card.validation) == METRICS and 0 < card.threshold < 1


def test_evaluate_scores_the_test_split(folder, evaluated):
    assert evaluated.returncode == 0, evaluated.stderr
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    assert METRICS | {"threshold", "pooled", "images"} <= set(scores)
    assert scores["dice"] > 0.8
    assert scores["threshold"] == load_card(folder / "saved_model" / "unet_model.card.json").threshold
    assert [image["image"] for image in scores["images"]] == [f"사진_{index}.png" for index in range(3)]
    assert scores["dice"] == pytest.approx(np.mean([image["dice"] for image in scores["images"]]))
    assert f"{scores['dice']:.4f}" in evaluated.stdout
    assert noise(evaluated) == []


def test_evaluate_logs_that_it_looked_at_test(folder, evaluated):
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    with (folder / "scorings.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["part"], row["step"], row["network"]) == ("evaluate", "segment", "saved_model/unet_model.h5")
    assert (row["images"], row["mean"]) == ("3", f"{scores['dice']:.4f}")
    assert row["command"].startswith("python evaluate.py --data_dir dataset")


def test_evaluate_keeps_the_scores_in_the_card_when_asked(folder, evaluated):
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    kept = load_card(folder / "saved_model" / "unet_model.card.json").test["dice"]
    assert kept.mean == pytest.approx(scores["dice"], abs=1e-5)
    assert kept.low <= kept.mean <= kept.high


def test_predict_writes_mask_overlay_and_area_of_one_image(folder, trained):
    image = folder / "dataset" / "test" / "images" / "사진_0.png"
    arguments = ("--image_path", image, "--model_path", "saved_model/unet_model.h5", "--output_path", "out")
    done = run(folder, "predict.py", *arguments)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (folder / "out").iterdir()} == {
        *("사진_0_mask.png", "사진_0_overlay.png", "areas.csv")
    }
    mask = cv2.imdecode(np.fromfile(folder / "out" / "사진_0_mask.png", np.uint8), cv2.IMREAD_UNCHANGED)
    assert mask.shape == (40, 56) and set(np.unique(mask)) == {0, 255}
    with (folder / "out" / "areas.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert int(row["foreground_pixels"]) == (mask == 255).sum()
    assert float(row["foreground_percent"]) == pytest.approx(100 * (mask == 255).mean(), abs=1e-3)


def test_a_bad_file_is_named_and_the_others_go_on(folder, trained):
    for name, content in (("cut.png", b"\x89PNG\r\n\x1a\n123"), ("empty.jpg", b"")):
        (folder / "mixed").mkdir(exist_ok=True)
        (folder / "mixed" / name).write_bytes(content)
    write(folder / "mixed" / "good.png", np.zeros((1, 1), np.uint8))
    arguments = ("--image_path", "mixed", "--model_path", "mixed", "--output_path", "mixed_out")
    refused = run_here(folder, "predict.py", *arguments)
    assert refused.returncode == 2 and "no model" in refused.stderr
    arguments = ("--image_path", "mixed/*", "--model_path", "saved_model/unet_model.keras")
    done = run_here(folder, "predict.py", *arguments, "--output_path", "mixed_out")
    assert done.returncode == 2
    assert "cut.png" in done.stderr and "empty.jpg" in done.stderr and "Traceback" not in done.stderr
    assert (folder / "mixed_out" / "good_mask.png").is_file()


@pytest.mark.usefixtures("eager")
def test_training_again_goes_on_from_a_model_and_moves_the_earlier_one(folder, evaluated):
    before = (folder / "saved_model" / "unet_model.keras").read_bytes()
    flags = ("--data_dir", "dataset", "--epochs", "1", "--batch_size", "4")
    again = run_here(folder, "train.py", *flags, "--init_from", "saved_model/unet_model.keras")
    assert again.returncode == 0, again.stderr
    (kept,) = (folder / "saved_model" / "previous").iterdir()
    assert (kept / "unet_model.keras").read_bytes() == before
    assert "history.csv" in {path.name for path in kept.iterdir()}
    card = load_card(folder / "saved_model" / "unet_model.card.json")
    assert card.parent == "unet_model" and card.image_size == (32, 48) and card.net.depth == 2
    assert card.test == {}


@pytest.mark.usefixtures("eager")
def test_a_refit_trains_on_validation_images_too_and_chooses_nothing(tmp_path):
    make_dataset(tmp_path / "dataset", train=4, val=2, test=1)
    refit = ("--data_dir", "dataset", "--epochs", "2", "--refit", *SMALL_NET)
    process = run_here(tmp_path, "train.py", *refit, "--threshold", "0.37")
    assert process.returncode == 0, process.stderr
    card = load_card(tmp_path / "saved_model" / "unet_model.card.json")
    assert (card.data[0].num_train, card.data[0].num_val, card.data[0].num_test) == (6, 0, 1)
    assert card.threshold == 0.37 and card.validation == {}
    assert "Epoch 2 of 2 was kept." in process.stdout
    refused = run_here(tmp_path, "train.py", *refit)
    assert refused.returncode == 2 and "needs --threshold" in refused.stderr
