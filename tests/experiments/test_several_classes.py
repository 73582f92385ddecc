"""Experiments on masks of several classes: scores by hand, then a small comparison, folds and a search."""

import csv
import json
import shlex
from dataclasses import replace

import cv2
import numpy as np
import pytest

from core.errors import AppError
from core.experiments.reports.report import markdown_table
from core.experiments.reports.tables import column_word, mean_row, pooled_row
from core.experiments.requests.checks import check_request
from core.experiments.requests.plan import (
    CompareRequest,
    CrossValidateRequest,
    SyntheticRequest,
    ThresholdRequest,
    TuneRequest,
)
from core.experiments.requests.several_classes import dice_column, shown_columns
from core.experiments.runs.run import run_experiment
from core.experiments.runs.scoring import image_scores
from core.imaging.class_table import class_table_json, names_alone, read_class_table, table_of_names
from tests.eager import eagerly
from tests.experiments.making import RECIPE, make_class_set

CLASSES = table_of_names(["ground", "disc", "low", "undefined"])
CLASS_RECIPE = replace(RECIPE, net=replace(RECIPE.net, num_classes=3), classes=CLASSES)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_class_set(tmp_path_factory.mktemp("classes") / "cells")


@pytest.fixture(scope="module")
def compared(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("compared") / "out"
    request = CompareRequest(str(data), arms=("unet", "fcn"), recipe=CLASS_RECIPE)
    with eagerly():
        return run_experiment(request, out), out


def scored():
    # Of the four pixels that count (the fifth is undefined) one of class 1 is taken for class 2.
    reference = np.array([[0, 1, 1, 2, 255]], np.uint8)
    predicted = np.array([[0, 1, 2, 2, 2]], np.uint8)
    return image_scores("a", predicted, reference, 0.0, CLASSES)


def test_scores_are_means_over_the_foreground_and_each_class_has_its_dice():
    scores = scored().scores
    # disc: 2 * 1 / (1 + 2) = 2/3. low: 2 * 1 / (2 + 1) = 2/3. ground: 1.
    assert scores[dice_column("disc")] == scores[dice_column("low")] == pytest.approx(2 / 3)
    assert scores[dice_column("ground")] == 1.0
    assert scores["dice"] == pytest.approx(2 / 3) and scores["iou"] == pytest.approx(1 / 2)
    assert scores["accuracy"] == pytest.approx(3 / 4)
    # In one row every pixel is an outline. disc: precision 1, recall 1/2; low: the other way round: F1 2/3.
    assert scores["boundary_f1"] == pytest.approx(2 / 3)


def test_a_class_called_low_is_not_taken_for_the_end_of_an_interval():
    row = mean_row([scored()])
    assert row["dice_low"] == row["dice"] and row[dice_column("low")] == pytest.approx(2 / 3, abs=1e-6)
    assert {f"{dice_column('low')}_low", f"{dice_column('low')}_high"} <= set(row)
    assert column_word(dice_column("low")) == "low Dice"


def test_pooled_pixels_keep_the_classes_apart():
    # Twice the same image: 6 of 8 pixels right, each class as in one image.
    row = pooled_row([scored(), scored()])
    assert row["accuracy"] == 0.75 and row["dice"] == pytest.approx(2 / 3, abs=1e-6)
    assert row[dice_column("disc")] == pytest.approx(2 / 3, abs=1e-6)


def test_columns_have_the_foreground_classes_and_no_threshold():
    assert shown_columns(("dice", "iou", "hd95", "threshold"), CLASSES) == (
        *("dice", "iou", "disc dice", "low dice", "hd95"),
    )
    assert shown_columns(("dice", "iou", "threshold"), None) == ("dice", "iou", "threshold")


def test_classes_can_be_written_down_again(tmp_path):
    assert names_alone(CLASSES) == ("ground", "disc", "low", "undefined")
    path = tmp_path / "classes.json"
    path.write_text(
        '[{"name": "a", "colour": [0, 0, 0]}, {"name": "b", "colour": [9, 9, 0]}, '
        '{"name": "undefined", "colour": [255, 255, 255]}]'
    )
    coloured = read_class_table(path)
    assert names_alone(coloured) is None
    path.write_text(class_table_json(coloured))
    assert read_class_table(path) == coloured


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            CompareRequest("x", recipe=replace(RECIPE, classes=CLASSES)),
            "tells one foreground, but 3 classes are named",
        ),
        (SyntheticRequest(recipe=CLASS_RECIPE), "masks of noise have one foreground"),
        (TuneRequest("x", recipe=CLASS_RECIPE, losses=("bce",)), 'take "cross_entropy"'),
    ],
)
def test_what_cannot_be_is_one_sentence(request_, sentence):
    with pytest.raises(AppError, match=sentence):
        check_request(request_)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_networks_are_compared_by_the_means_and_every_class_is_told(compared):
    result, out = compared
    assert "disc Dice | low Dice" in markdown_table(result) and "threshold" not in result.columns
    assert (
        "and 2 foreground classes" in result.headline
        and "U-Net minus FCN (no skips), Dice" in result.headline
    )
    assert any("2 foreground classes (disc, low)" in note for note in result.notes)
    assert not any("threshold" in note for note in result.notes)
    for row in result.rows:
        assert row["dice"] == pytest.approx((row["disc dice"] + row["low dice"]) / 2, abs=1e-5)
    with (out / "table.csv").open(newline="") as file:
        assert {"ground dice", "low dice_low"} <= set(next(csv.reader(file)))
    mask = cv2.imread(str(out / "runs" / "unet" / "masks" / "v0.png"), cv2.IMREAD_UNCHANGED)
    assert mask.shape == (32, 32) and set(np.unique(mask)) <= {0, 1, 2}
    assert (out / "predictions.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_the_scores_are_those_of_evaluate(compared, data):
    from core.workflows.measure.evaluate_model import EvaluateRequest, evaluate_model

    result, out = compared
    model = out / "runs" / "unet" / "model.keras"
    report = evaluate_model(
        EvaluateRequest(data_dir=data, model_path=model, split="val", classes=CLASSES)
    ).report
    row = result.rows[0]
    assert row["dice"] == pytest.approx(report["dice"], abs=1e-5)
    assert row["disc dice"] == pytest.approx(report["classes"]["disc"]["dice"], abs=1e-5)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_a_sweep_of_thresholds_is_refused_before_the_data_are_read(compared, tmp_path):
    _, out = compared
    request = ThresholdRequest(str(tmp_path / "nowhere"), str(out / "runs" / "unet"))
    with pytest.raises(AppError, match="no threshold to sweep"):
        run_experiment(request, tmp_path / "out")


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_out_of_fold_masks_are_indices_and_shown_in_colours(data, tmp_path):
    request = CrossValidateRequest(str(data), folds=2, recipe=CLASS_RECIPE)
    result = run_experiment(request, tmp_path / "out")
    with (tmp_path / "out" / "out_of_fold.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12 and all(row["threshold"] == "" and row["low dice"] for row in rows)
    masks = [cv2.imread(str(tmp_path / "out" / row["mask"]), cv2.IMREAD_UNCHANGED) for row in rows]
    assert set(np.unique(masks)) <= {0, 1, 2}
    everything, pixels = result.rows[-2:]
    assert everything["dice"] == pytest.approx(np.mean([float(row["dice"]) for row in rows]), abs=1e-5)
    assert 0 <= pixels["low dice"] <= 1
    assert "predictions.png" in [picture.file for picture in result.pictures]
    assert "over folds and 2 foreground classes" in result.headline


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_a_search_ends_in_a_command_with_the_classes(data, tmp_path):
    import train

    search = replace(CLASS_RECIPE, settings=replace(CLASS_RECIPE.settings, epochs=1))
    request = TuneRequest(str(data), trials=1, recipe=search, base_filters=(2,), batch_size=(4,))
    result = run_experiment(request, tmp_path / "out")
    assert result.number is not None and any("and 2 foreground classes" in note for note in result.notes)
    command = shlex.split((tmp_path / "out" / "best_command.txt").read_text())[2:]
    assert train.main([*command, "--output_dir", str(tmp_path / "trained")]) == 0
    card = json.loads((tmp_path / "trained" / "unet_model.card.json").read_text())
    assert [each["name"] for each in card["classes"]] == ["ground", "disc", "low"]
