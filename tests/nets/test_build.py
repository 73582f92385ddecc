from dataclasses import replace

import numpy as np
import pytest

from core.config import NetConfig
from core.nets import build

SMALL = NetConfig(depth=2, base_filters=2)
FCN8S = NetConfig(architecture="fcn8s", base_filters=1)
VALID = NetConfig(depth=1, base_filters=2, padding="valid")
LITE = NetConfig(architecture="lite_unet", depth=2, base_filters=2)


def predict(model, height, width, channels=1):
    image = np.linspace(0, 1, height * width * channels, dtype=np.float32)
    return np.asarray(model(image.reshape(1, height, width, channels), training=False))


def test_output_has_the_size_of_the_input_and_lies_in_0_to_1():
    probability = predict(build(SMALL), 8, 12)
    assert probability.shape == (1, 8, 12, 1)
    assert probability.dtype == np.float32
    assert probability.min() >= 0 and probability.max() <= 1


def test_probability_is_the_sigmoid_of_the_logit():
    logit = predict(build(SMALL, logits=True, seed=3), 8, 8)
    probability = predict(build(SMALL, seed=3), 8, 8)
    np.testing.assert_allclose(probability, 1 / (1 + np.exp(-logit)), atol=1e-6)


def test_classes_sum_to_one():
    probability = predict(build(NetConfig(depth=1, base_filters=2, num_classes=3)), 4, 4)
    assert probability.shape == (1, 4, 4, 3)
    np.testing.assert_allclose(probability.sum(axis=-1), 1, atol=1e-6)


def test_number_of_weights_of_depth_1_with_2_filters_worked_out_by_hand():
    # Without normalisation, weights + biases: two 3x3 convolutions 1 -> 2 -> 2 at full size: 18+2 + 36+2; two
    # at half size 2 -> 4 -> 4: 72+4 + 144+4; 2x2 transposed 4 -> 2: 32+2; after the join with the skip two 4
    # -> 2 -> 2: 72+2 + 36+2; 1x1 to one channel: 2+1. Together 431.
    model = build(NetConfig(depth=1, base_filters=2, batch_norm=False))
    assert model.count_params() == 431


def test_normalisation_swaps_each_bias_for_four_numbers_a_filter():
    # The six convolutions have 2+2+4+4+2+2 = 16 filters: 16 biases go, 4 x 16 numbers come.
    model = build(NetConfig(depth=1, base_filters=2))
    assert model.count_params() == 431 - 16 + 64


def test_resize_upsampling_has_no_transposed_convolution():
    model = build(NetConfig(depth=1, base_filters=2, upsampling="resize"))
    kinds = {type(layer).__name__ for layer in model.layers}
    assert "UpSampling2D" in kinds and "Conv2DTranspose" not in kinds


def test_dropout_stands_after_the_two_deepest_blocks():
    model = build(NetConfig(depth=3, base_filters=2, dropout=0.3))
    dropouts = [layer.name for layer in model.layers if type(layer).__name__ == "Dropout"]
    assert dropouts == ["down2_dropout", "bottom_dropout"]


def test_same_seed_same_weights_other_seed_others():
    first, again, other = (build(SMALL, seed=seed).get_weights() for seed in (1, 1, 100))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("config", [SMALL, replace(SMALL, architecture="fcn"), FCN8S, VALID, LITE])
def test_layers_of_the_exported_form_are_stock_and_float32(config):
    for layer in build(config).layers:
        assert type(layer).__module__.startswith("keras.")
        assert layer.compute_dtype == "float32"


@pytest.mark.parametrize(
    ("config", "size", "message"),
    [
        (NetConfig(architecture="resnet"), None, "there is no network 'resnet'"),
        (SMALL, (32, 30), "30 is not a multiple of"),
        (NetConfig(depth=0), None, "above 0"),
        (NetConfig(dropout=1.0), None, "dropout"),
        (NetConfig(padding="full"), None, 'padding is "same" or "valid"'),
        (NetConfig(architecture="fcn", padding="valid"), None, "the paper's own U-Net"),
        (NetConfig(upsampling="resize", padding="valid"), None, "the paper's own U-Net"),
    ],
)
def test_wrong_settings_are_refused(config, size, message):
    with pytest.raises(ValueError, match=message):
        build(config, size)
