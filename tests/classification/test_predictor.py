from dataclasses import replace

import keras
import numpy as np
import pytest

from core.classification.predictor import Classifier, classifier_input, load_classifier
from core.errors import AppError, BadModelError
from core.imaging.decode import DecodedImage
from core.imaging.lesion_view import Square, lesion_view, put_back
from tests.inference.conftest import TOLERANCE


def test_probabilities_stand_in_the_order_of_the_labels_and_add_up_to_one(folder, lesion):
    classifier = load_classifier(folder)
    probabilities = classifier.classify(*lesion)
    assert tuple(probabilities) == classifier.card.labels
    assert sum(probabilities.values()) == pytest.approx(1)


def test_a_classifier_from_disk_says_what_its_network_says(folder, network, card, lesion):
    scaled, _ = classifier_input(lesion[0], None, card)
    expected = np.asarray(network(scaled[None]))[0]
    np.testing.assert_allclose(
        list(load_classifier(folder).classify(lesion[0]).values()), expected, atol=TOLERANCE
    )


def test_the_temperature_divides_the_logits(weights, card, lesion):
    plain = Classifier(weights, card).probabilities(*lesion)
    cooled = Classifier(weights, replace(card, temperature=2.0)).probabilities(*lesion)
    # softmax(z / 2) is the square root of softmax(z), scaled to a sum of 1.
    np.testing.assert_allclose(cooled, np.sqrt(plain) / np.sqrt(plain).sum(), atol=1e-6)


@pytest.mark.parametrize("view", ["masked", "crop"])
def test_an_empty_mask_falls_back_to_the_whole_image(weights, card, lesion, view):
    image, mask = lesion
    classifier = Classifier(weights, replace(card, input=view))
    whole = Classifier(weights, card).classify(image)
    assert classifier.classify(image, np.zeros_like(mask)) == whole == classifier.classify(image)
    assert classifier.classify(image, mask) != whole


def test_flips_average_the_logits_of_mirrored_images(weights, card, lesion):
    image, _ = lesion
    flipped = DecodedImage(np.ascontiguousarray(image.values[:, ::-1]))
    both = Classifier(weights, replace(card, flips=("horizontal",)))
    np.testing.assert_allclose(both.probabilities(image), both.probabilities(flipped), atol=TOLERANCE)


def test_an_explanation_is_what_gradients_give(weights, network, card, lesion):
    """Grad-CAM with TensorFlow's gradients of the logit by the features, on an image that is not resized."""
    import tensorflow as tf

    image = DecodedImage(lesion[0].values[:32, :32])
    ends = keras.Model(
        network.inputs[0], [network.get_layer("features").output, network.get_layer("logits").output]
    )
    with tf.GradientTape() as tape:
        features, logits = ends(tf.constant(image.values[None], tf.float32) / 255)
        likeliest = int(np.argmax(logits))
        # Only through the head: the features themselves are watched.
        tape.watch(features)
        means = tf.reduce_mean(features, (1, 2))
        logit = network.get_layer("logits")(means)[0, likeliest]
    np.testing.assert_allclose(logit, logits[0, likeliest], atol=1e-5)
    weight_of = tf.reduce_mean(tape.gradient(logit, features), (1, 2))
    heat = np.maximum(np.asarray(tf.einsum("nhwk,nk->hw", features, weight_of)), 0)
    expected = put_back(heat, Square(0, 0, 32, 32), (32, 32))
    explained = Classifier(weights, card).explain(image, None, card.labels[likeliest])
    assert expected.max() > 0 and explained.dtype == np.float32
    np.testing.assert_allclose(explained, expected / expected.max(), atol=TOLERANCE)


def test_an_explanation_of_a_crop_stays_inside_it(weights, card, lesion):
    image, mask = lesion
    classifier = Classifier(weights, replace(card, input="crop", margin=0.0))
    _, square = lesion_view(image, mask, "crop", margin=0.0)
    inside = np.zeros(mask.shape, bool)
    inside[square.top : square.top + square.height, square.left : square.left + square.width] = True
    heats = [classifier.explain(image, mask, label) for label in classifier.card.labels]
    assert any(heat.any() for heat in heats)
    assert all((heat[~inside] == 0).all() for heat in heats)


def test_bad_input_is_one_sentence(weights, card, lesion):
    classifier = Classifier(weights, card)
    with pytest.raises(AppError, match="grey"):
        classifier.classify(DecodedImage(lesion[0].values[..., 0]))
    with pytest.raises(ValueError, match="'SK' is none of the labels"):
        classifier.explain(*lesion, "SK")


def test_what_is_no_classifier_is_refused(folder, weights, card):
    with pytest.raises(BadModelError, match="3 outputs and 2 labels"):
        Classifier(weights, replace(card, labels=("MEL", "NV")))
    inputs = keras.Input((8, 8, 3))
    other = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
    other.save(folder / "other.keras")
    with pytest.raises(BadModelError, match="does not end as"):
        Classifier(folder / "other.keras", replace(card, image_size=8))
    keras.Model(inputs, keras.layers.Conv2D(3, 1)(inputs)).save(folder / "model.keras")
    with pytest.raises(BadModelError, match="choose a classifier"):
        load_classifier(folder)
    keras.Model(inputs, keras.layers.Lambda(lambda x: x[:, 0, 0])(inputs)).save(folder / "model.keras")
    with pytest.raises(BadModelError, match="Lambda"):
        load_classifier(folder)
    (folder / "card.json").write_text('{"name": "x", "labels": ["MEL"]}')
    with pytest.raises(BadModelError, match="two or more different labels"):
        load_classifier(folder)
