import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from core.config import NetConfig
from core.nets import build
from core.nets.fcn8s import bilinear_kernel

FCN = NetConfig(architecture="fcn", depth=1, base_filters=2, batch_norm=False)
FCN8S = NetConfig(architecture="fcn8s", base_filters=2, num_classes=3)


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def test_fcn_is_the_unet_without_its_joins():
    unet = build(NetConfig(depth=3, base_filters=2))
    fcn = build(NetConfig(architecture="fcn", depth=3, base_filters=2))
    assert [kind for kind in kinds(unet) if kind != "Concatenate"] == kinds(fcn)
    assert kinds(unet).count("Concatenate") == 3


def test_number_of_weights_of_an_fcn_worked_out_by_hand():
    # As the U-Net of test_build (431), but the convolution behind the join sees 2 channels instead of 4:
    # 36 + 2 instead of 72 + 2.
    assert build(FCN).count_params() == 431 - 36


def test_fcn8s_scores_at_three_strides_and_gives_the_size_of_its_input():
    model = build(FCN8S, (64, 64))
    assert model.get_layer("score32").output.shape == (None, 2, 2, 3)
    assert model.get_layer("score16").output.shape == (None, 4, 4, 3)
    assert model.get_layer("score8").output.shape == (None, 8, 8, 3)
    assert model.output_shape == (None, 64, 64, 3)


def test_fcn8s_widths_grow_as_in_vgg():
    model = build(FCN8S)
    widths = [model.get_layer(f"down{level}_conv_b").filters for level in range(5)]
    assert widths == [2, 4, 8, 16, 16]
    assert model.get_layer("bottom_conv_b").filters == 32


def test_fcn8s_begins_with_its_coarse_answer_enlarged_by_bilinear_interpolation():
    model = build(FCN8S, (96, 96), logits=True)
    skips = [model.get_layer(name).get_weights()[0] for name in ("score16", "score8")]
    assert not any(skip.any() for skip in skips)
    # Equal coarse scores stay equal where interpolation sees no border: all weights at a place sum to 1.
    bottom = model.get_layer("score32")
    bottom.set_weights([np.zeros_like(bottom.get_weights()[0]), np.array([1.0, -2.0, 0.5])])
    scores = np.asarray(model(np.zeros((1, 96, 96, 1), np.float32)))[0, 40:56, 40:56]
    np.testing.assert_allclose(scores, np.broadcast_to([1.0, -2.0, 0.5], scores.shape), atol=1e-6)


def test_the_bilinear_kernel_of_factor_2_by_hand():
    # 1 - |i + 1/2 - 2| / 2 for i = 0 ... 3: 1/4, 3/4, 3/4, 1/4.
    kernel = bilinear_kernel(2, 2)
    np.testing.assert_allclose(kernel[1, :, 0, 0], 0.75 * np.array([0.25, 0.75, 0.75, 0.25]))
    np.testing.assert_array_equal(kernel[..., 0, 1], 0)


def test_the_last_enlargement_is_not_trained_the_doublings_are():
    model = build(FCN8S)
    assert not model.get_layer("enlarge_by_8").trainable
    assert model.get_layer("double_to_16").trainable and model.get_layer("double_to_8").trainable


def test_bfloat16_networks_sum_scores_in_float32():
    model = build(FCN8S, (32, 32), dtype="mixed_bfloat16", logits=True)
    assert model.get_layer("down4_conv_a").compute_dtype == "bfloat16"
    assert model.get_layer("score8").compute_dtype == "float32"
    assert model.outputs[0].dtype == "float32"


@pytest.mark.skipif(find_spec("jax") is None, reason="jax is not installed")
def test_networks_are_built_on_jax_without_tensorflow():
    program = """
import sys
from core.training.quiet_start import start_keras
start_keras()
from core.config import NetConfig
from core.nets import build
for config in (
    NetConfig(architecture="fcn8s", base_filters=1),
    NetConfig(padding="valid", depth=1, base_filters=1),
):
    print(build(config, (32, 32)).output_shape, "tensorflow" in sys.modules)
"""
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == ["(None, 32, 32, 1) False"] * 2
