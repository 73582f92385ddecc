import numpy as np
import pytest

from core.config import NetConfig
from core.errors import BadModelError
from core.nets import border
from core.training.networks import copy_weights, exported_network, training_network


@pytest.mark.parametrize(
    "net",
    [
        NetConfig(depth=2, base_filters=4),
        NetConfig(architecture="fcn", depth=2, base_filters=2),
        NetConfig(architecture="fcn8s", base_filters=1),
        NetConfig(depth=1, base_filters=2, padding="valid"),
        NetConfig(architecture="lite_unet", depth=3, base_filters=2),
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


def predicted(trained, net, images):
    return np.asarray(exported_network(trained, net)(images))


def test_a_wider_last_layer_says_the_same_of_the_classes_that_were_there():
    images = np.random.default_rng(0).random((2, 16, 16, 1)).astype(np.float32)
    nets = [NetConfig(depth=1, base_filters=2, num_classes=number) for number in (1, 3, 4)]
    one, three, four = (training_network(net, (16, 16), precision="float32", seed=5) for net in nets)
    copy_weights(one, three)
    foreground = predicted(one, nets[0], images)[..., 0]
    wide = predicted(three, nets[1], images)
    # Class 1 beside background is what it was, and the new one takes e^-4 of background.
    np.testing.assert_allclose(wide[..., 1] / (wide[..., 0] + wide[..., 1]), foreground, atol=1e-6)
    np.testing.assert_allclose(wide[..., 2] / wide[..., 0], np.exp(-4), rtol=1e-4)
    copy_weights(three, four)
    wider = predicted(four, nets[2], images)
    np.testing.assert_array_equal(wider.argmax(axis=-1), wide.argmax(axis=-1))
    with pytest.raises(BadModelError, match="other sizes"):
        copy_weights(four, three)
