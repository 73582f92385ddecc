from dataclasses import replace

import keras
import numpy as np
import pytest

from core.classification.predictor import Classifier, classifier_input, load_classifier
from core.errors import AppError, BadModelError
from core.imaging.decode import DecodedImage
from core.imaging.lesion_view import lesion_view


def test_probabilities_stand_in_the_order_of_the_labels_and_add_up_to_one(folder, lesion):
    classifier = load_classifier(folder)
    probabilities = classifier.classify(*lesion)
    assert tuple(probabilities) == classifier.card.labels
    assert sum(probabilities.values()) == pytest.approx(1)


def test_a_classifier_from_disk_says_what_its_network_says(folder, network, card, lesion):
    scaled, _ = classifier_input(lesion[0], None, card)
    expected = np.asarray(network(scaled[None]))[0]
    np.testing.assert_allclose(
        list(load_classifier(folder).classify(lesion[0]).values()), expected, atol=1e-6
    )


def test_the_temperature_divides_the_logits(network, card, lesion):
    plain = Classifier(network, card).probabilities(*lesion)
    cooled = Classifier(network, replace(card, temperature=2.0)).probabilities(*lesion)
    # softmax(z / 2) is the square root of softmax(z), scaled to a sum of 1.
    np.testing.assert_allclose(cooled, np.sqrt(plain) / np.sqrt(plain).sum(), atol=1e-6)


@pytest.mark.parametrize("view", ["masked", "crop"])
def test_an_empty_mask_falls_back_to_the_whole_image(network, card, lesion, view):
    image, mask = lesion
    classifier = Classifier(network, replace(card, input=view))
    whole = Classifier(network, card).classify(image)
    assert classifier.classify(image, np.zeros_like(mask)) == whole == classifier.classify(image)
    assert classifier.classify(image, mask) != whole


def test_flips_average_the_logits_of_mirrored_images(network, card, lesion):
    image, _ = lesion
    flipped = DecodedImage(np.ascontiguousarray(image.values[:, ::-1]))
    both = Classifier(network, replace(card, flips=("horizontal",)))
    np.testing.assert_allclose(both.probabilities(image), both.probabilities(flipped), atol=1e-5)


def test_an_explanation_is_the_gradient_weighted_map(network, card, lesion):
    """The heat at the map's own size, with weights taken from gradients by finite differences of the head."""
    image, _ = lesion
    scaled, _ = classifier_input(image, None, card)
    ends = keras.Model(network.inputs[0], network.get_layer("features").output)
    features = np.asarray(ends(scaled[None]))[0]
    kernel, bias = network.get_layer("logits").get_weights()

    def logit(maps):
        return maps.mean(axis=(0, 1)) @ kernel[:, 1] + bias[1]

    gradients = np.empty(features.shape[-1])
    for k in range(features.shape[-1]):
        more = features.astype(np.float64)
        more[0, 0, k] += 1
        gradients[k] = logit(more) - logit(features.astype(np.float64))
    heat = np.maximum((features * gradients).sum(axis=-1), 0)
    explained = Classifier(network, card).explain(image, None, "NV")
    assert explained.shape == image.values.shape[:2] and explained.dtype == np.float32
    assert explained.max() == pytest.approx(1) and explained.min() >= 0
    # The map's hottest place covers the image's hottest pixel.
    row, column = np.unravel_index(explained.argmax(), explained.shape)
    place = (row * heat.shape[0] // 40, column * heat.shape[1] // 56)
    assert place == np.unravel_index(heat.argmax(), heat.shape)


def test_an_explanation_of_a_crop_stays_inside_it(network, card, lesion):
    image, mask = lesion
    classifier = Classifier(network, replace(card, input="crop", margin=0.0))
    _, square = lesion_view(image, mask, "crop", margin=0.0)
    inside = np.zeros(mask.shape, bool)
    inside[square.top : square.top + square.height, square.left : square.left + square.width] = True
    heats = [classifier.explain(image, mask, label) for label in classifier.card.labels]
    assert any(heat.any() for heat in heats)
    assert all((heat[~inside] == 0).all() for heat in heats)


def test_bad_input_is_one_sentence(network, card, lesion):
    classifier = Classifier(network, card)
    with pytest.raises(AppError, match="grey"):
        classifier.classify(DecodedImage(lesion[0].values[..., 0]))
    with pytest.raises(ValueError, match="'SK' is none of the labels"):
        classifier.explain(*lesion, "SK")


def test_what_is_no_classifier_is_refused(folder, network, card):
    with pytest.raises(BadModelError, match="3 outputs and 2 labels"):
        Classifier(network, replace(card, labels=("MEL", "NV")))
    inputs = keras.Input((8, 8, 3))
    other = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
    with pytest.raises(BadModelError, match="does not end as"):
        Classifier(other, card)
    keras.Model(inputs, keras.layers.Conv2D(3, 1)(inputs)).save(folder / "model.keras")
    with pytest.raises(BadModelError, match="choose a classifier"):
        load_classifier(folder)
    keras.Model(inputs, keras.layers.Lambda(lambda x: x[:, 0, 0])(inputs)).save(folder / "model.keras")
    with pytest.raises(BadModelError, match="Lambda"):
        load_classifier(folder)
    (folder / "card.json").write_text('{"name": "x", "labels": ["MEL"]}')
    with pytest.raises(BadModelError, match="two or more different labels"):
        load_classifier(folder)
