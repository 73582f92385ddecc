"""A model of three classes, of dark, grey and bright pixels, is scored and predicts."""

import csv
import json
import shutil
from dataclasses import replace

import cv2
import nibabel as nib
import numpy as np
import pytest

from core.cards import MaskClass, ModelCard, load_card, save_card
from core.config import NetConfig, TrainConfig
from core.errors import AppError, BadDatasetError
from core.imaging.class_table import table_of_names
from core.workflows.learn.training_card import TrainRequest
from core.workflows.measure.evaluate_model import EvaluateRequest, evaluate_model
from core.workflows.predict.predict_many import PredictRequest, predict_many
from tests.workflows.conftest import png

CLASSES = (
    MaskClass("background", (0, 0, 0)),
    MaskClass("grey", (200, 0, 0)),
    MaskClass("bright", (0, 0, 200)),
)
CARD = ModelCard("m", net=NetConfig(depth=1, num_classes=3), image_size=(16, 16), classes=CLASSES)
LABELS = np.zeros((16, 16), np.uint8)
LABELS[:4], LABELS[8:] = 1, 2


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    import keras

    from core.inference.export import save_weights

    layer = keras.layers.Conv2D(3, 1, activation="softmax")
    network = keras.Sequential([keras.Input((None, None, 1)), layer])
    # At 0 the first logit is the highest, at 0.5 the second, at 1 the third.
    layer.set_weights([np.array([[[[-4, 0, 4]]]], np.float32), np.array([1, 0.5, -3], np.float32)])
    folder = tmp_path_factory.mktemp("model")
    save_weights(network, folder / "model.keras")
    save_card(CARD, folder / "card.json")
    return folder


@pytest.fixture
def data(tmp_path):
    """An image whose first row is told wrong by the model, and its mask."""
    image = np.array([0, 128, 255], np.uint8)[LABELS]
    image[0] = 0
    for name, pixels in (("images", image), ("masks", LABELS)):
        (tmp_path / "test" / name).mkdir(parents=True)
        (tmp_path / "test" / name / "a.png").write_bytes(png(pixels))
    return tmp_path


@pytest.mark.usefixtures("eager")
def test_training_keeps_the_classes_and_their_scores(tmp_path):
    from core.workflows.learn.train_model import train_model

    for split, seeds in (("train", range(4)), ("val", range(4, 6))):
        for seed in seeds:
            labels = np.roll(LABELS, seed, axis=0)
            labels[:, 0] = 255
            image = np.array([0, 128, 255] + [0] * 253, np.uint8)[labels]
            for folder, pixels in (("images", image), ("masks", labels)):
                path = tmp_path / split / folder / f"{seed}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(png(pixels))
    request = TrainRequest(
        tmp_path,
        tmp_path / "out",
        net=NetConfig(depth=1, base_filters=2, num_classes=3),
        classes=table_of_names(["background", "grey", "bright", "undefined"]),
        settings=TrainConfig(image_size=(16, 16), epochs=1, batch_size=4, precision="float32"),
    )
    card = train_model(request).card
    assert [each.name for each in card.classes] == ["background", "grey", "bright"]
    assert {"dice", "accuracy", "dice_background", "dice_grey", "dice_bright"} <= set(card.validation)
    assert card.threshold == 0.5


def test_each_class_is_scored_and_kept(data, model):
    request = EvaluateRequest(
        data_dir=data, model_path=model, json_path=data / "scores.json", update_card=True
    )
    outcome = evaluate_model(request)
    # The first class loses one of its four rows: 2 * 3 / (3 + 4). The second is whole.
    told = json.loads((data / "scores.json").read_text())
    assert told["classes"]["grey"]["dice"] == pytest.approx(6 / 7)
    assert told["dice"] == pytest.approx((6 / 7 + 1) / 2)
    assert told["accuracy"] == pytest.approx(15 / 16) and told["threshold"] is None
    kept = load_card(model / "card.json").test
    assert kept["dice_grey"].mean == pytest.approx(6 / 7, abs=1e-5)
    assert kept["dice"] == outcome.scores["dice"]


def test_only_a_scoring_of_test_is_logged(data, model):
    log = data / "log.csv"
    shutil.copytree(data / "test", data / "train")
    evaluate_model(EvaluateRequest(data_dir=data, model_path=model, split="train", test_log=log))
    assert not log.exists()
    evaluate_model(EvaluateRequest(data_dir=data, model_path=model, test_log=log))
    assert len(log.read_text().splitlines()) == 2
    log.write_text("image,label\n")
    with pytest.raises(AppError, match="is no log of test scorings"):
        evaluate_model(EvaluateRequest(data_dir=data, model_path=model, test_log=log))


def test_undefined_pixels_of_the_reference_are_left_out(data, model):
    labels = LABELS.copy()
    labels[0] = 255
    (data / "test" / "masks" / "a.png").write_bytes(png(labels))
    with pytest.raises(BadDatasetError, match="the value 255, in 16 pixels, is no class"):
        evaluate_model(EvaluateRequest(data_dir=data, model_path=model))
    table = table_of_names(["background", "grey", "bright", "undefined"])
    outcome = evaluate_model(EvaluateRequest(data_dir=data, model_path=model, classes=table))
    assert outcome.report["dice"] == outcome.report["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"threshold": 0.3}, "tells 3 classes, of which the likeliest is taken; leave out --threshold"),
        ({"classes": table_of_names(["no", "yes", "maybe", "never"])}, "but --classes names 4"),
    ],
)
def test_what_does_not_fit_several_classes_is_one_sentence(data, model, changes, sentence):
    with pytest.raises(AppError, match=sentence):
        evaluate_model(replace(EvaluateRequest(data_dir=data, model_path=model), **changes))


def test_the_mask_holds_indices_and_the_overlay_colours(data, model, tmp_path):
    image = str(data / "test" / "images" / "a.png")
    outcome = predict_many(PredictRequest(image, model, tmp_path / "out"))
    expected = LABELS.copy()
    expected[0] = 0
    mask = cv2.imread(str(tmp_path / "out" / "a_mask.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(mask, expected)
    overlay = cv2.imread(str(tmp_path / "out" / "a_overlay.png"))[..., ::-1]
    assert overlay[1, 0].tolist() == [200, 0, 0] and overlay[8, 0].tolist() == [0, 0, 200]
    assert overlay[6, 6].tolist() == [0, 0, 0]
    (row,) = csv.DictReader((tmp_path / "out" / "areas.csv").read_text().splitlines())
    assert (row["background_pixels"], row["grey_pixels"], row["bright_pixels"]) == ("80", "48", "128")
    assert row["foreground_pixels"] == "176" and row["threshold"] == ""
    assert outcome.predicted[0].foreground_percent == pytest.approx(100 * 176 / 256)
    with pytest.raises(AppError, match="leave out --threshold"):
        predict_many(PredictRequest(image, model, tmp_path / "out", threshold=0.5))


def test_what_is_assumed_of_a_mask_volume_and_not_read_is_told_with_the_scores(model, tmp_path):
    folder = tmp_path / "test"
    volume = np.stack([LABELS.T] * 3, axis=-1)
    for name, affine in (("images", np.diag([-1.0, 1, 1, 1])), ("masks", np.eye(4))):
        (folder / name / "p1").mkdir(parents=True)
        nib.save(nib.Nifti1Image(volume, affine), folder / name / "a.nii.gz")
    told = evaluate_model(EvaluateRequest(data_dir=tmp_path, model_path=model)).notes
    assert [note.split(" ", 3)[:3] for note in told] == [
        ["test/images", "also", "holds"],
        ["test/masks", "also", "holds"],
        ["mask", "a.nii.gz", "says"],
    ]
