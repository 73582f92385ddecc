from dataclasses import replace

import keras
import numpy as np
import pytest

from core.config import NetConfig
from core.nets import build

SMALL = NetConfig(architecture="lite_unet", depth=1, base_filters=2)


def test_number_of_weights_of_depth_1_with_2_filters_worked_out_by_hand():
    # Way down, four numbers a filter for each normalisation: stem 9 * 32 + 128, depthwise 9 * 32 + 128,
    # 1x1 32 -> 16: 512 + 64. Way up: 2x2 transposed 16 -> 2: 128 + 2; 3x3 from 2 and the grey image to 2:
    # 54 + 8, again 36 + 8; 1x1 to one channel: 2 + 1. Together 1647.
    assert build(SMALL).count_params() == 1647


def test_the_way_down_is_efficientnet_lite0():
    # Its paper's tables count 4,652,008 weights that learn, of them 320 * 1280 + 2 * 1280 in the last
    # convolution and 1281 * 1000 in the classifier, which a mask needs not.
    model = build(NetConfig(architecture="lite_unet", depth=5, base_filters=1, input_channels=3))
    way_down = [layer for layer in model.layers if layer.name.startswith(("stem", "stage"))]
    learnt = sum(int(np.prod(each.shape)) for layer in way_down for each in layer.trainable_weights)
    assert learnt == 4_652_008 - 320 * 1280 - 2 * 1280 - 1281 * 1000


def test_an_inverted_residual_adds_what_it_was_given():
    model = build(NetConfig(architecture="lite_unet", depth=2, base_filters=1))
    # Without its last normalisation's scale the second block of stage 1 changes nothing.
    scale, *rest = model.get_layer("stage1_1_project_norm").get_weights()
    model.get_layer("stage1_1_project_norm").set_weights([scale * 0, *rest])
    ends = [model.get_layer(name).output for name in ("stage1_0_project_norm", "stage1_1_add")]
    image = np.random.default_rng(0).random((1, 16, 16, 1), np.float32)
    before, after = keras.Model(model.input, ends)(image)
    np.testing.assert_array_equal(np.asarray(before), np.asarray(after))


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_the_mask_has_the_size_of_the_image(depth):
    model = build(replace(SMALL, depth=depth, dropout=0.2, num_classes=3))
    probability = np.asarray(model(np.zeros((1, 32, 64, 1), np.float32)))
    assert probability.shape == (1, 32, 64, 3)
    np.testing.assert_allclose(probability.sum(axis=-1), 1, atol=1e-6)


def test_more_halvings_than_the_way_down_has_are_refused():
    with pytest.raises(ValueError, match="halves 5 times at the most, got depth 6"):
        build(replace(SMALL, depth=6))
