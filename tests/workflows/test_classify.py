"""Train, score, predict and cross-validate a tiny classifier on spots of three colours."""

import csv
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import tifffile

from core.cards import DataSource, ModelCard, save_card
from core.classifier_cards import ClassifyConfig, load_classifier_card
from core.config import AugmentConfig, NetConfig, ScalingConfig
from core.errors import AppError, BadDatasetError
from core.imaging.decode import decode_image
from core.inference.export import save_weights
from core.nets import build
from core.workflows.learn.classify_data import LabelSource
from core.workflows.learn.classify_train import ClassifyTrainRequest, classify_train
from core.workflows.learn.train_model import Watchers
from core.workflows.measure.classify_cross_validate import (
    ClassifyCrossValidateRequest,
    classify_cross_validate,
)
from core.workflows.measure.classify_evaluate import ClassifyEvaluateRequest, classify_evaluate
from core.workflows.predict.classify_predict import ClassifyPredictRequest, classify_predict
from tests.classification.making import spot
from tests.eager import eagerly

pytestmark = pytest.mark.usefixtures("eager")

LABELS = ("MEL", "NV", "SK")
SETTINGS = ClassifyConfig(
    "small",
    pretrained=False,
    image_size=32,
    epochs=6,
    batch_size=6,
    learning_rate=3e-3,
    schedule="constant",
    dropout=0.0,
    val_part=0.3,
)
NOTHING = AugmentConfig(0, 0, 0, 0, 0, 0, 0)


def write(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = pixels[..., ::-1] if pixels.ndim == 3 else pixels
    path.write_bytes(cv2.imencode(path.suffix, stored)[1].tobytes())


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("lesions")
    generator = np.random.default_rng(2)
    lines = ["id,split,label"]
    for split, count in (("train", 18), ("test", 6)):
        for number in range(count):
            image, mask = spot(number % 3, generator)
            name = f"{split}_{number}"
            write(root / split / "images" / f"{name}.png", image)
            write(root / split / "masks" / f"{name}.png", mask * 255)
            lines.append(f"{name},{split},{LABELS[number % 3]}")
    (root / "labels.csv").write_text("\n".join(lines) + "\n")
    return root


@pytest.fixture(scope="module")
def source(data):
    return LabelSource(data, merged={"SK": "Other_SC"})


@pytest.fixture(scope="module")
def trained(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "spots"
    with eagerly():
        return classify_train(
            ClassifyTrainRequest(source, out, view="crop", settings=SETTINGS, augment=NOTHING, command="x")
        )


def test_a_card_names_what_taught_the_encoder_where_that_is_known(source, tmp_path):
    net = NetConfig(depth=1, base_filters=2, input_channels=3)
    save_weights(build(net), tmp_path / "model.keras")
    asked = ClassifyTrainRequest(
        source, tmp_path / "out", settings=replace(SETTINGS, epochs=1), encoder=tmp_path / "model.keras"
    )
    assert [each.name for each in classify_train(asked).card.data] == [source.data_dir.name]
    save_card(ModelCard("base", net=net, data=(DataSource("ImageNet"),)), tmp_path / "card.json")
    card = classify_train(asked).card
    assert [each.name for each in card.data] == ["ImageNet", source.data_dir.name]
    assert card.backbone == "encoder"


def test_training_leaves_a_whole_folder(trained):
    assert {path.name for path in trained.weights.parent.iterdir()} == {
        *("model.keras", "card.json", "history.csv", "run.json")
    }
    card = load_classifier_card(trained.weights.parent / "card.json")
    assert card == trained.card
    assert (card.labels, card.input, card.alert_label) == (("MEL", "NV", "Other_SC"), "crop", "MEL")
    # 18 images, a part of 0.3: one of round(1 / 0.3) = 3 folds.
    assert (card.data[0].num_train, card.data[0].num_val) == (12, 6)
    assert card.origin == "From scratch." and 0 < card.threshold < 1
    assert sum(map(sum, card.confusion)) == 6 and card.validation["auc"].mean > 0.5
    run = json.loads((trained.weights.parent / "run.json").read_text())
    assert len(run["data"]["train"]) == 12 and all(len(seal) == 64 for seal in run["data"]["val"].values())


def test_scores_of_a_split_go_into_a_file_and_the_card(trained, source, tmp_path):
    request = ClassifyEvaluateRequest(
        source=source, model_path=trained.weights.parent, json_path=tmp_path / "s.json", update_card=True
    )
    result = classify_evaluate(request)
    report = json.loads((tmp_path / "s.json").read_text())
    assert report["num_images"] == 6 == len(report["images"])
    right = sum(image["label"] == image["predicted"] for image in report["images"])
    assert result.scores["accuracy"].mean == pytest.approx(right / 6, abs=1e-4)
    assert load_classifier_card(trained.weights.parent / "card.json").test == result.scores
    log = tmp_path / "log.csv"
    for split in ("test", "train"):
        model = trained.weights.parent
        classify_evaluate(ClassifyEvaluateRequest(source=source, model_path=model, split=split, test_log=log))
    with log.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["step"], row["images"], row["score"]) == ("classify", "6", "accuracy")
    assert float(row["mean"]) == pytest.approx(right / 6, abs=1e-4)
    with pytest.raises(AppError, match="leave out --update_card"):
        classify_evaluate(replace(request, threshold=0.2))


def test_labels_are_written_beside_masks_of_a_folder(trained, data, tmp_path):
    request = ClassifyPredictRequest(
        str(data / "test" / "images"),
        trained.weights.parent,
        tmp_path / "out",
        masks_from=data / "test" / "masks",
        explain=True,
    )
    outcome = classify_predict(request)
    assert not outcome.problems and len(outcome.classified) == 6
    with (tmp_path / "out" / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row, classified in zip(rows, outcome.classified, strict=True):
        shares = {label: float(row[f"p_{label}"]) for label in outcome.card.labels}
        assert max(shares, key=shares.get) == row["label"] == classified.label
        assert sum(shares.values()) == pytest.approx(1, abs=1e-3)
        alert = classified.probabilities["MEL"] >= outcome.card.threshold
        assert row["alert_MEL"] == ("yes" if alert else "no")
        assert row["mask"] == row["image"]
    assert (tmp_path / "out" / "test_0_explained.png").is_file()


def test_masks_of_a_model_are_written_too(trained, data, tmp_path):
    from core.cards import ModelCard, save_card
    from core.inference.export import save_weights
    from core.nets import build

    net = NetConfig(depth=1, base_filters=2, input_channels=3)
    save_weights(build(net, seed=1), tmp_path / "segment" / "model.keras")
    save_card(
        ModelCard("s", net=net, image_size=(16, 16), scaling=ScalingConfig()),
        tmp_path / "segment" / "card.json",
    )
    image = data / "test" / "images" / "test_1.png"
    request = ClassifyPredictRequest(
        str(image), trained.weights.parent, tmp_path / "o", masks_from=tmp_path / "segment"
    )
    outcome = classify_predict(request)
    assert {path.name for path in (tmp_path / "o").iterdir()} == {
        *("test_1_mask.png", "test_1_overlay.png", "areas.csv", "labels.csv")
    }
    assert outcome.classified[0].mask == tmp_path / "o" / "test_1_mask.png"


def test_bad_images_are_named_and_the_others_go_on(trained, data, tmp_path):
    good, grey = data / "test" / "images" / "test_0.png", np.zeros((20, 20), np.uint8)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.png").write_bytes(good.read_bytes())
    write(tmp_path / "in" / "grey.png", grey)
    (tmp_path / "in" / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n123")
    whole = tmp_path / "whole"
    whole.mkdir()
    card = replace(trained.card, input="whole")
    from core.cards import save_card

    save_card(card, whole / "card.json")
    (whole / "model.keras").write_bytes((trained.weights.parent / "model.keras").read_bytes())
    pages = np.stack([decode_image(good.read_bytes(), good.name).values] * 2)
    tifffile.imwrite(tmp_path / "in" / "pages.tif", pages, photometric="rgb")
    outcome = classify_predict(ClassifyPredictRequest(str(tmp_path / "in"), whole, tmp_path / "out"))
    assert "pages.tif holds 2 pictures; the first one is used." in outcome.notes
    assert [row.image.name for row in outcome.classified] == ["good.png", "pages.tif"]
    assert any("grey.png: The image is grey" in problem for problem in outcome.problems)
    assert any("cut.png" in problem for problem in outcome.problems)
    with pytest.raises(AppError, match="give --masks_from"):
        classify_predict(ClassifyPredictRequest(str(good), trained.weights.parent, tmp_path / "out2"))


def test_training_again_goes_on_and_moves_the_earlier_files(trained, source):
    before = (trained.weights.parent / "model.keras").read_bytes()
    request = ClassifyTrainRequest(
        source,
        trained.weights.parent,
        settings=replace(SETTINGS, epochs=1),
        augment=NOTHING,
        start_from=trained.weights.parent,
    )
    again = classify_train(request)
    assert again.previous is not None and (again.previous / "model.keras").read_bytes() == before
    assert (again.card.input, again.card.parent) == ("crop", "spots")


def test_what_is_wrong_with_labelled_images_is_told_at_once(data, source, tmp_path):
    root = tmp_path / "bad"
    for split in ("train", "val"):
        for number in range(6):
            name = f"train_{number + 6 * (split == 'val')}"
            image = data / "train" / "images" / f"{name}.png"
            target = root / split / "images" / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(image.read_bytes())
    (root / "labels.csv").write_bytes((data / "labels.csv").read_bytes())
    twin = root / "val" / "images" / "train_6.png"
    twin.write_bytes((root / "train" / "images" / "train_0.png").read_bytes())
    write(root / "train" / "images" / "train_1.png", np.zeros((8, 8), np.uint8))
    request = ClassifyTrainRequest(LabelSource(root), tmp_path / "out", settings=SETTINGS)
    with pytest.raises(BadDatasetError) as caught:
        classify_train(request)
    assert "train_1.png is grey" in str(caught.value)
    assert "train/train_0.png and val/train_6.png are the same file" in str(caught.value)
    with pytest.raises(BadDatasetError, match="has no mask"):
        classify_train(replace(request, view="masked"))
    with pytest.raises(AppError, match="alert label 'BCC' is none of"):
        classify_train(ClassifyTrainRequest(source, tmp_path / "out", alert_label="BCC", settings=SETTINGS))


@pytest.mark.slow
def test_inputs_are_compared_on_the_same_folds_and_runs_are_kept(source, tmp_path):
    request = ClassifyCrossValidateRequest(
        source,
        tmp_path,
        views=("whole", "crop"),
        folds=2,
        repeats=1,
        settings=replace(SETTINGS, epochs=1),
        augment=NOTHING,
    )
    begun = []
    first = classify_cross_validate(request, Watchers(on_run=lambda name, *_: begun.append(name)))
    assert begun == ["whole-1-1", "whole-1-2", "crop-1-1", "crop-1-2"]
    # Train alone: test is not opened.
    assert first.num_images == 18 and not first.stopped
    assert [sum(map(sum, view.confusion)) for view in first.views] == [18, 18]
    assert set(first.differences) == {"whole - crop"}
    kept = (tmp_path / "runs" / "crop-1-2.json").read_bytes()
    again = classify_cross_validate(request, Watchers(should_stop=lambda: True))
    assert again.views == first.views
    assert (tmp_path / "runs" / "crop-1-2.json").read_bytes() == kept
    with pytest.raises(AppError, match="runs of other settings"):
        classify_cross_validate(replace(request, folds=3))
    stopped = Watchers(should_stop=lambda: True)
    with pytest.raises(AppError, match="No repeat of the folds is finished"):
        classify_cross_validate(replace(request, output_dir=tmp_path / "new"), stopped)
