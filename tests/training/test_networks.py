import numpy as np
import pytest

from core.config import NetConfig
from core.nets import border
from core.training.networks import exported_network, training_network


@pytest.mark.parametrize(
    "net",
    [
        NetConfig(depth=2, base_filters=4),
        NetConfig(architecture="fcn", depth=2, base_filters=2),
        NetConfig(architecture="fcn8s", base_filters=1),
        NetConfig(depth=1, base_filters=2, padding="valid"),
    ],
)
def test_the_exported_network_predicts_what_the_trained_one_does(net):
    trained = training_network(net, (32, 32), precision="float32", seed=0)
    side = 32 + 2 * border(net)
    images = np.random.default_rng(0).random((4, side, side, 1)).astype(np.float32)
    # A step in training mode, so that the moving statistics are no longer those of a fresh layer.
    trained(images, training=True)
    logits = np.asarray(trained(images, training=False))
    exported = exported_network(trained, net)
    np.testing.assert_allclose(np.asarray(exported(images)), 1 / (1 + np.exp(-logits)), atol=1e-5)


def test_bfloat16_training_has_float32_weights_and_logits():
    trained = training_network(NetConfig(depth=1, base_filters=2), (8, 8), precision="bfloat16", seed=0)
    assert {weight.dtype for weight in trained.weights} == {"float32"}
    assert trained.get_layer("bottom_conv_a").compute_dtype == "bfloat16"
    assert trained.outputs[0].dtype == "float32"
