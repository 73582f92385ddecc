import keras
import numpy as np
import pytest

from core.classification.backbones import CAFFE_MEANS, backbone_layers, build_classifier
from core.classification.predictor import Classifier
from core.classifier_cards import ClassifierCard
from core.imaging.decode import DecodedImage
from core.inference.export import save_weights
from core.inference.load import load_classifier_network
from tests.inference.conftest import TOLERANCE


@pytest.mark.parametrize("backbone", ["small", "mobilenet_v3_small"])
def test_a_network_gives_probabilities_and_opens_again(backbone, tmp_path):
    model = build_classifier(backbone, 3, image_size=32, dropout=0.2, seed=1)
    image = np.random.default_rng(0).random((2, 32, 32, 3), dtype=np.float32)
    expected = np.asarray(model(image))
    np.testing.assert_allclose(expected.sum(axis=1), 1, atol=1e-5)
    save_weights(model, tmp_path / "model.keras")
    assert (tmp_path / "model.keras").stat().st_size < 10e6
    loaded = load_classifier_network(tmp_path / "model.keras")
    np.testing.assert_allclose(np.asarray(loaded(image)), expected, atol=1e-6)
    card = ClassifierCard("lesions", labels=("a", "b", "c"), image_size=32, backbone=backbone)
    classifier = Classifier(tmp_path / "model.keras", card)
    shown = np.rint(image[0] * 255)
    expected = np.asarray(model(shown[None] / 255))[0]
    found = classifier.probabilities(DecodedImage(shown.astype(np.uint8)))
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)
    assert classifier.explain(DecodedImage(shown.astype(np.uint8)), None, "b").shape == (32, 32)


@pytest.mark.slow
def test_resnet50_takes_rgb_and_sees_what_keras_expects():
    model = build_classifier("resnet50", 3, image_size=32)
    sees = keras.Model(model.inputs[0], model.get_layer("imagenet_scaling").output)
    rgb = np.array([10, 20, 30], np.float32).reshape(1, 1, 1, 3) * np.ones((1, 32, 32, 1), np.float32)
    seen = np.asarray(sees(rgb / 255))[0, 0, 0]
    np.testing.assert_allclose(seen, np.array([30, 20, 10]) - CAFFE_MEANS, atol=1e-3)
    assert "imagenet_scaling" not in {layer.name for layer in backbone_layers(model)}


def test_the_same_seed_gives_the_same_weights():
    first, second, third = (build_classifier("small", 2, image_size=16, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.get_weights()[0], second.get_weights()[0])
    assert (first.get_weights()[0] != third.get_weights()[0]).any()


def test_what_makes_no_network_is_refused():
    with pytest.raises(ValueError, match="no backbone 'vgg'"):
        build_classifier("vgg", 3, image_size=32)
    with pytest.raises(ValueError, match="two labels and 32 pixels"):
        build_classifier("resnet50", 3, image_size=16)
