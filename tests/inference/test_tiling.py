import numpy as np
import pytest

from core.cards import ModelCard, save_card
from core.config import NetConfig
from core.errors import BadModelError
from core.imaging.decode import DecodedImage
from core.inference.anatomy import tiles_of
from core.inference.export import save_weights
from core.inference.predictor import Predictor, load_predictor
from core.inference.tiling import Tiles, predict_tiles
from core.nets import border, build
from tests.inference.conftest import TOLERANCE

# Output sides are 4 more than a multiple of 8; 2 * (3 * 8 - 2) = 44 pixels are lost on each side.
NET = NetConfig(depth=3, base_filters=2, num_classes=3, padding="valid")


@pytest.fixture(scope="module")
def network():
    return build(NET, seed=5)


def images(height, width, seed=0):
    return np.random.default_rng(seed).random((2, height, width, 1)).astype(np.float32)


def mirrored(images, config, below=0, right=0):
    around = border(config)
    return np.pad(images, ((0, 0), (around, around + below), (around, around + right), (0, 0)), "reflect")


def run(network):
    return lambda tile: np.asarray(network(tile, training=False))


@pytest.mark.parametrize(("height", "width"), [(60, 44), (50, 33), (12, 5)])
def test_tiles_give_what_the_whole_image_gives(network, height, width):
    whole = mirrored(images(height, width), NET, -(height - 4) % 8, -(width - 4) % 8)
    expected = run(network)(whole)[:, :height, :width]
    tiled = predict_tiles(run(network), images(height, width), Tiles(border(NET), 8, (20, 12)))
    assert tiled.shape == (2, height, width, 3) and tiled.dtype == np.float32
    np.testing.assert_allclose(tiled, expected, atol=1e-5)


def test_every_tile_has_the_side_that_was_asked_for():
    seen = []

    def middle(tile):
        seen.append(tile.shape[1:3])
        return tile[:, 3:-3, 3:-3]

    picture = images(11, 5)
    # 11 = 4 + 4 + 3 and 5 = 4 + 1: three rows of two tiles of 4, each with 3 pixels around.
    np.testing.assert_array_equal(predict_tiles(middle, picture, Tiles(3, 2, (4, 4))), picture)
    assert seen == [(10, 10)] * 6


@pytest.mark.parametrize(
    ("length", "expected"), [(1, [0]), (20, [0]), (21, [0, 16]), (36, [0, 16]), (37, [0, 16, 32])]
)
def test_tiles_step_by_multiples_of_what_is_pooled(length, expected):
    # 20 pixels a tile, of which 16 are a multiple of 8: 36 = 16 + 20 need two.
    assert list(Tiles(44, 8, (12, 20)).starts(1, length)) == expected


@pytest.mark.parametrize("size", [(28, 28), (20, 52)])
def test_the_predictor_mirrors_tiles_and_cuts_a_valid_network(network, tmp_path, size):
    save_weights(network, tmp_path / "net.keras")
    image = DecodedImage(np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8))
    scaled = image.values.astype(np.float32)[None, ..., None] / 255
    expected = run(network)(mirrored(scaled, NET))[0]
    predictor = Predictor(tmp_path / "net.keras", ModelCard("test", net=NET, image_size=size))
    np.testing.assert_allclose(predictor.predict(image), expected, atol=TOLERANCE)


def test_a_size_that_a_valid_network_cannot_have_is_made_one_and_cut_back(network, tmp_path):
    save_weights(network, tmp_path / "net.keras")
    image = DecodedImage(np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8))
    odd = Predictor(tmp_path / "net.keras", ModelCard("test", image_size=(30, 30))).predict(image)
    assert odd.shape == (28, 28, 3)
    np.testing.assert_allclose(odd.sum(axis=-1), 1, atol=TOLERANCE)


def test_flips_of_a_valid_network_are_turned_back(network, tmp_path):
    save_weights(network, tmp_path / "net.keras")
    image = DecodedImage(np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8))
    once, mean = (
        Predictor(tmp_path / "net.keras", ModelCard("test", image_size=(28, 28), flips=flips))
        for flips in ((), ("horizontal",))
    )
    other = once.predict(DecodedImage(image.values[:, ::-1].copy()))[:, ::-1]
    np.testing.assert_allclose(mean.predict(image), (once.predict(image) + other) / 2, atol=TOLERANCE)


def test_a_valid_network_of_one_size_makes_tiles_of_that_size():
    config = NetConfig(depth=1, base_filters=1, padding="valid")
    # Two pixels each at two full-size levels, two at half size: 2 + 2 * 2 + 2.
    assert tiles_of(build(config, (12, 20)), (999, 999)) == Tiles(8, 2, (12, 20))


@pytest.mark.parametrize(
    ("image_size", "size"),
    [((256, 256), (260, 260)), ((388, 100), (388, 100)), ((1024, 1024), (388, 388)), ((448, 90), (388, 100))],
)
def test_tiles_are_as_large_as_the_image_up_to_the_papers(image_size, size):
    model = build(NetConfig(base_filters=1, padding="valid"))
    assert tiles_of(model, image_size) == Tiles(92, 16, size)


def test_padded_networks_need_no_tiles():
    assert tiles_of(build(NetConfig(depth=1, base_filters=1)), (16, 16)) is None


def test_valid_convolutions_behind_zero_padding_are_no_valid_network():
    import keras

    inputs = keras.Input((None, None, 1))
    x = keras.layers.Conv2D(1, 3)(keras.layers.ZeroPadding2D(1)(inputs))
    assert tiles_of(keras.Model(inputs, x), (16, 16)) is None


@pytest.mark.parametrize("kernel", [2, (3, 1)])
def test_an_output_that_is_smaller_on_one_side_only_is_refused(kernel):
    import keras

    inputs = keras.Input((None, None, 1))
    model = keras.Model(inputs, keras.layers.Conv2D(1, kernel)(inputs))
    with pytest.raises(BadModelError, match="not the U-Net's"):
        tiles_of(model, (16, 16))


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize(
    "config",
    [
        NetConfig(architecture="fcn", depth=2, base_filters=2),
        NetConfig(architecture="fcn8s", base_filters=1, num_classes=3),
        NetConfig(depth=1, base_filters=2, padding="valid"),
    ],
)
def test_every_architecture_is_saved_loaded_and_predicts(tmp_path, config, ending):
    model = build(config, seed=2)
    save_weights(model, tmp_path / f"net{ending}")
    save_card(ModelCard("test", net=config, image_size=(32, 32)), tmp_path / "net.card.json")
    image = DecodedImage(np.random.default_rng(3).integers(0, 256, (32, 32), dtype=np.uint8))
    scaled = image.values.astype(np.float32)[None, ..., None] / 255
    expected = run(model)(mirrored(scaled, config))[0]
    probability = load_predictor(tmp_path / f"net{ending}").predict(image)
    np.testing.assert_allclose(
        probability, expected[..., 0] if config.num_classes == 1 else expected, atol=TOLERANCE
    )
