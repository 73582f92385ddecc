from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest

from core.cards import ModelCard, save_card
from core.config import NetConfig, ScalingConfig
from core.errors import BadModelError
from core.imaging.decode import DecodedImage
from core.inference.export import save_weights
from core.inference.predictor import Predictor, load_predictor
from tests.inference.conftest import TOLERANCE


def predictor(model_file, side, scaling=None):
    card = ModelCard(name="test", image_size=(side, side), scaling=scaling or ScalingConfig())
    return Predictor(model_file, card)


def picture(height, width, seed=0):
    return DecodedImage(np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8))


def direct(network, values):
    return np.asarray(network(values.astype(np.float32)[None, ..., None] / 255, training=False))[0, ..., 0]


def test_it_is_the_network_itself_where_nothing_needs_scaling(model_file, network):
    image = picture(32, 32)
    np.testing.assert_allclose(
        predictor(model_file, 32).predict(image), direct(network, image.values), atol=TOLERANCE
    )


def test_an_odd_size_is_padded_run_and_cut_back(model_file, network):
    # 30 is no multiple of 4: two rows and columns are mirrored on.
    image = picture(30, 30)
    padded = np.pad(image.values, ((0, 2), (0, 2)), mode="symmetric")
    expected = direct(network, padded)[:30, :30]
    np.testing.assert_allclose(predictor(model_file, 30).predict(image), expected, atol=TOLERANCE)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (7, 5), (33, 64), (1200, 900)])
def test_the_answer_has_the_size_of_the_image(model_file, size):
    probability = predictor(model_file, 32).predict(picture(*size))
    assert probability.shape == size and probability.dtype == np.float32
    assert probability.min() >= 0 and probability.max() <= 1


def test_black_white_and_deep_images_are_predicted(model_file):
    ready = predictor(model_file, 16)
    for values in (
        np.zeros((9, 9), np.uint8),
        np.full((9, 9), 255, np.uint8),
        np.full((9, 9), 40000, np.uint16),
        np.full((9, 9, 3), 7, np.uint8),
        np.full((9, 9), np.float32(0.25)),
    ):
        assert np.isfinite(ready.predict(DecodedImage(values))).all()


def test_the_card_says_how_values_are_scaled(model_file, network):
    hounsfield = np.random.default_rng(0).integers(-1200, 600, (16, 16)).astype(np.int16)
    ready = predictor(model_file, 16, ScalingConfig("hu_window", -1000, 400))
    windowed = np.clip((hounsfield.astype(np.float32) + 1000) / 1400, 0, 1)
    expected = np.asarray(network(windowed[None, ..., None], training=False))[0, ..., 0]
    np.testing.assert_allclose(ready.predict(DecodedImage(hounsfield, "hu")), expected, atol=TOLERANCE)


def test_flips_of_the_card_are_averaged(model_file, network):
    image = picture(16, 16)
    ready = Predictor(model_file, ModelCard("test", image_size=(16, 16), flips=("horizontal", "vertical")))
    expected = np.mean(
        [
            direct(network, image.values),
            direct(network, image.values[:, ::-1])[:, ::-1],
            direct(network, image.values[::-1])[::-1],
            direct(network, image.values[::-1, ::-1])[::-1, ::-1],
        ],
        axis=0,
    )
    np.testing.assert_allclose(ready.predict(image), expected, atol=TOLERANCE)
    assert np.abs(expected - direct(network, image.values)).max() > 1e-3


def test_an_unknown_flip_is_refused(model_file):
    with pytest.raises(BadModelError, match="diagonal"):
        Predictor(model_file, ModelCard("test", flips=("diagonal",)))


def test_a_rectangle_is_height_by_width(model_file, network):
    # At the card's own size nothing is stretched, so the answer is the network's, row for row.
    image = picture(16, 40)
    ready = Predictor(model_file, ModelCard("test", image_size=(16, 40), flips=("horizontal",)))
    expected = (direct(network, image.values) + direct(network, image.values[:, ::-1])[:, ::-1]) / 2
    np.testing.assert_allclose(ready.predict(image), expected, atol=TOLERANCE)
    # The other way round it is stretched, and comes back to the image's own size.
    other = Predictor(model_file, ModelCard("test", image_size=(40, 16))).predict(image)
    assert other.shape == (16, 40) and np.abs(other - expected).max() > 1e-3


def test_a_larger_image_is_scaled_down_and_the_answer_up(model_file, network):
    # Blocks of 2x2 equal pixels average to themselves.
    small = picture(16, 16)
    large = DecodedImage(np.repeat(np.repeat(small.values, 2, axis=0), 2, axis=1))
    answer = predictor(model_file, 16).predict(large)
    expected = direct(network, small.values)
    # Bilinear growth by two, at a pixel off the edge: 3/4 of the nearest and 1/4 of the next, in both
    # directions.
    at_3_3 = (9 * expected[1, 1] + 3 * expected[1, 2] + 3 * expected[2, 1] + expected[2, 2]) / 16
    assert answer[3, 3] == pytest.approx(at_3_3, abs=TOLERANCE)


def test_several_threads_get_what_one_gets(model_file):
    ready = predictor(model_file, 32)
    images = [picture(20 + index, 40, seed=index) for index in range(8)]
    alone = [ready.predict(image) for image in images]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(ready.predict, images))
    for first, second in zip(alone, together, strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_folder_is_a_model_with_its_card(network, tmp_path):
    save_weights(network, tmp_path / "model.keras")
    save_card(ModelCard(name="mine", threshold=0.3, image_size=(16, 16)), tmp_path / "card.json")
    loaded = load_predictor(tmp_path)
    assert loaded.card.name == "mine" and loaded.card.threshold == 0.3 and loaded.notes == ()


def test_both_endings_share_one_card(network, tmp_path):
    save_weights(network, tmp_path / "net.h5")
    save_card(ModelCard(name="shared", image_size=(16, 16)), tmp_path / "net.card.json")
    assert load_predictor(tmp_path / "net.h5").card.name == "shared"


def test_weights_without_a_card_work_and_say_what_is_assumed(model_file):
    loaded = load_predictor(model_file)
    assert loaded.card.threshold == 0.5 and loaded.card.image_size == (256, 256)
    (note,) = loaded.notes
    assert note.startswith("net.keras has no card beside it: values 0 to 255, 256x256 pixels and")
    assert loaded.predict(picture(10, 12)).shape == (10, 12)


def test_a_network_of_one_size_gets_that_size(tmp_path):
    inputs = keras.Input((12, 20, 3))
    model = keras.Model(inputs, keras.layers.Conv2D(1, 1, activation="sigmoid")(inputs))
    save_weights(model, tmp_path / "fixed.keras")
    ready = load_predictor(tmp_path / "fixed.keras")
    assert ready.card.image_size == (12, 20)
    assert ready.predict(picture(50, 50)).shape == (50, 50)


def test_several_classes_come_back_as_channels(tmp_path):
    from core.nets import build

    save_weights(build(NetConfig(depth=1, base_filters=2, num_classes=3)), tmp_path / "three.keras")
    answer = load_predictor(tmp_path / "three.keras").predict(picture(9, 11))
    assert answer.shape == (9, 11, 3)
    np.testing.assert_allclose(answer.sum(axis=-1), 1, atol=TOLERANCE)


def test_a_folder_without_weights_is_refused(tmp_path):
    save_card(ModelCard(name="mine"), tmp_path / "card.json")
    with pytest.raises(BadModelError, match="There is no model at"):
        load_predictor(tmp_path)


def test_an_image_smaller_than_what_is_added_is_mirrored_again(model_file, network):
    # One pixel and two halvings: four equal ones a side.
    image = picture(1, 1)
    expected = direct(network, np.repeat(np.repeat(image.values, 4, axis=0), 4, axis=1))[:1, :1]
    np.testing.assert_allclose(predictor(model_file, 1).predict(image), expected, atol=TOLERANCE)
