from dataclasses import replace

import keras
import numpy as np
import pytest

from core.classification import backbones
from core.classification.examples import labelled_batches
from core.classification.fit import ClassifyRun, train_classifier
from core.classifier_cards import ClassifyConfig
from core.config import AugmentConfig, NetConfig
from core.errors import BadModelError, DivergedError
from core.inference.export import save_weights
from core.nets import build
from tests.classification.making import spots

NOTHING = AugmentConfig(0, 0, 0, 0, 0, 0, 0)
SETTINGS = ClassifyConfig(
    "small", pretrained=False, image_size=32, epochs=1, batch_size=8, learning_rate=3e-3, dropout=0.0
)
LABELS = [0, 1, 2] * 6


@pytest.fixture(scope="module")
def training():
    return spots(LABELS, seed=0)


@pytest.fixture(scope="module")
def validation():
    return spots([0, 1, 2] * 3, seed=1)


@pytest.fixture(scope="module")
def learnt(training, validation):
    seen = []
    settings = replace(SETTINGS, epochs=12, schedule="constant")
    run = ClassifyRun(3, settings, NOTHING, flips=("horizontal",))
    return train_classifier(training, validation, run, on_progress=seen.append), seen


def test_three_colours_are_learnt(learnt, validation):
    result, _ = learnt
    logits = result.logits_of(validation.images, ("horizontal",))
    assert (logits.argmax(axis=1) == validation.labels).mean() > 0.85
    np.testing.assert_allclose(logits, result.validation_logits, atol=1e-4)
    best = min(result.history, key=lambda row: row.val_loss)
    assert result.best_epoch == best.epoch
    assert result.temperature > 0 and not result.stopped and not result.model.compiled
    assert result.origin == "From scratch."


def test_progress_is_told_at_each_step_and_each_epoch(learnt):
    _, seen = learnt
    # Eighteen images in batches of eight: two steps an epoch, and one report at its end.
    assert len(seen) == 12 * 3
    assert [(each.step, each.epoch_done) for each in seen[:3]] == [(1, False), (2, False), (2, True)]
    assert seen[0].val_loss is None and seen[2].val_loss is not None
    assert seen[-1].seconds_left == pytest.approx(0)


@pytest.mark.usefixtures("eager")
def test_a_run_is_repeatable(training):
    run = ClassifyRun(3, replace(SETTINGS, seed=7), AugmentConfig(hair=0.5, rotation=90))
    first, second = (train_classifier(training, None, run) for _ in range(2))
    assert first.history[0].loss == pytest.approx(second.history[0].loss, rel=1e-5)
    assert (first.temperature, first.validation_logits, first.best_epoch) == (1.0, None, 1)


@pytest.mark.usefixtures("eager")
def test_patience_and_a_wish_to_stop_end_a_run(training, validation):
    # At a rate of nearly 0 the validation loss of the first epoch is hardly ever beaten for long.
    hopeless = replace(
        SETTINGS, epochs=9, patience=1, learning_rate=1.0, optimizer="sgd", class_weights=False
    )
    result = train_classifier(training, validation, ClassifyRun(3, hopeless, NOTHING))
    assert len(result.history) < 9 and result.best_epoch < len(result.history)
    stopped = train_classifier(
        training, None, ClassifyRun(3, replace(SETTINGS, epochs=9), NOTHING), should_stop=lambda: True
    )
    assert stopped.stopped and len(stopped.history) == 1


@pytest.mark.usefixtures("eager")
def test_a_loss_that_is_no_number_ends_the_run(training):
    wild = replace(SETTINGS, learning_rate=1e30, optimizer="sgd", loss="focal", epochs=5)
    with pytest.raises(DivergedError, match="stopped being finite at step"):
        train_classifier(training, None, ClassifyRun(3, wild, NOTHING))


@pytest.mark.usefixtures("eager")
def test_going_on_from_a_classifier_keeps_its_statistics(learnt, training, tmp_path):
    save_weights(learnt[0].model, tmp_path / "model.keras")
    run = ClassifyRun(3, SETTINGS, NOTHING, start_from=tmp_path / "model.keras")
    result = train_classifier(training, None, run)
    before, after = (each.get_layer("block0_norm") for each in (learnt[0].model, result.model))
    np.testing.assert_array_equal(before.moving_mean, after.moving_mean)
    with pytest.raises(BadModelError, match="another network than a classifier of 2 labels"):
        train_classifier(spots([0, 1], 0), None, replace(run, num_labels=2))


@pytest.mark.usefixtures("eager")
def test_without_pretrained_weights_the_run_says_so(training, monkeypatch):
    def no_internet(**_):
        raise Exception("URL fetch failure on https://example.invalid: no route to host")

    monkeypatch.setitem(backbones.PRETRAINED, "small", no_internet)
    result = train_classifier(training, None, ClassifyRun(3, replace(SETTINGS, pretrained=True), NOTHING))
    assert "could not be loaded (URL fetch failure" in result.origin and "from scratch" in result.origin


@pytest.mark.usefixtures("eager")
def test_pretrained_weights_are_put_in_and_frozen_first(training, monkeypatch):
    source = backbones.build_classifier("small", 3, image_size=32, seed=5)
    backbone = keras.Model(source.inputs[0], source.get_layer("features").output)
    monkeypatch.setitem(backbones.PRETRAINED, "small", lambda **_: backbone)
    expected = backbone.get_layer("block0_conv").get_weights()[0].copy()
    settings = replace(SETTINGS, pretrained=True, frozen_epochs=1)
    frozen = train_classifier(training, None, ClassifyRun(3, settings, NOTHING))
    assert frozen.origin.startswith("ImageNet")
    np.testing.assert_array_equal(frozen.model.get_layer("block0_conv").get_weights()[0], expected)
    thawed = train_classifier(training, None, ClassifyRun(3, replace(settings, epochs=2), NOTHING))
    assert np.abs(thawed.model.get_layer("block0_conv").get_weights()[0] - expected).max() > 0
    # What was learnt on a million images: the statistics stay those of the source.
    norm = backbone.get_layer("block0_norm").moving_mean
    np.testing.assert_array_equal(thawed.model.get_layer("block0_norm").moving_mean, norm)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    ("net", "last"),
    [
        (NetConfig(depth=2, base_filters=4, input_channels=3), "bottom_conv_b"),
        (
            NetConfig(architecture="lite_unet", depth=5, base_filters=1, input_channels=3),
            "stage6_0_project",
        ),
    ],
)
def test_the_encoder_of_a_segmentation_model_is_frozen_first(training, tmp_path, net, last):
    network = build(net, seed=4)
    save_weights(network, tmp_path / "lesions.keras")
    settings = replace(SETTINGS, epochs=2, frozen_epochs=2)
    run = ClassifyRun(3, settings, NOTHING, encoder=tmp_path / "lesions.keras")
    result = train_classifier(training, None, run)
    assert "encoder of the segmentation model lesions" in result.origin
    expected = network.get_layer(last).get_weights()[0]
    np.testing.assert_array_equal(result.model.get_layer(last).get_weights()[0], expected)
    assert {layer.name for layer in result.model.layers}.isdisjoint({"up0_up", "probability_map"})
    grey = build(NetConfig(depth=1, base_filters=2, input_channels=1), seed=4)
    save_weights(grey, tmp_path / "grey.keras")
    with pytest.raises(BadModelError, match="no U-Net of colour images"):
        train_classifier(training, None, replace(run, encoder=tmp_path / "grey.keras"))


def test_batches_can_begin_at_any_step(training):
    weights = np.array([1, 2, 3], np.float32)
    settings = {"batch_size": 5, "seed": 2}
    stream = labelled_batches(training, AugmentConfig(), weights, **settings)
    third = [next(stream) for _ in range(4)][3]
    again = next(labelled_batches(training, AugmentConfig(), weights, **settings, first_step=3))
    for one, other in zip(third, again, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(third[2], weights[third[1]])
    assert third[0].dtype == np.float32 and 0 <= third[0].min() and third[0].max() <= 1


def test_a_label_without_an_image_is_refused():
    with pytest.raises(ValueError, match=r"needs a training image, got \[2, 0, 1\]"):
        train_classifier(spots([0, 0, 2], 0), None, ClassifyRun(3, SETTINGS, NOTHING))
