import keras
import numpy as np
import pytest

from core.nets.fused_norm import FusedBatchNormalization


@pytest.fixture
def layer():
    made = FusedBatchNormalization(momentum=0.9, epsilon=0.0)
    made.build((None, None, None, 1))
    return made


# Mean 3, variance ((2)^2 + 0 + 0 + (2)^2) / 4 = 2.
IMAGE = np.array([[1, 3], [3, 5]], np.float32).reshape(1, 2, 2, 1)


def test_training_normalises_with_the_batch(layer):
    outputs = np.asarray(layer(IMAGE, training=True)).reshape(2, 2)
    np.testing.assert_allclose(outputs, np.array([[-2, 0], [0, 2]]) / np.sqrt(2), atol=1e-5)


def test_training_moves_the_statistics_by_a_tenth(layer):
    layer(IMAGE, training=True)
    # 0.9 x 0 + 0.1 x 3; 0.9 x 1 + 0.1 x 2, as Keras' own layer.
    np.testing.assert_allclose(np.asarray(layer.moving_mean), [0.3], atol=1e-6)
    np.testing.assert_allclose(np.asarray(layer.moving_variance), [1.1], atol=1e-6)


def test_inference_takes_the_moving_statistics_and_leaves_them(layer):
    layer.set_weights([np.array([2.0]), np.array([1.0]), np.array([3.0]), np.array([4.0])])
    outputs = np.asarray(layer(IMAGE, training=False)).reshape(2, 2)
    np.testing.assert_allclose(outputs, [[-1, 1], [1, 3]], atol=1e-6)
    np.testing.assert_allclose(np.asarray(layer.moving_mean), [3.0])


def test_weights_fit_the_stock_layer_in_the_same_order(layer):
    weights = [np.array([1.5]), np.array([-1.0]), np.array([2.0]), np.array([0.5])]
    layer.set_weights(weights)
    stock = keras.layers.BatchNormalization(epsilon=0.0)
    stock.build((None, None, None, 1))
    stock.set_weights(layer.get_weights())
    np.testing.assert_allclose(
        np.asarray(stock(IMAGE, training=False)), np.asarray(layer(IMAGE, training=False)), atol=1e-5
    )


def test_bfloat16_images_keep_float32_statistics():
    layer = FusedBatchNormalization(momentum=0.9, epsilon=0.0, dtype="mixed_bfloat16")
    outputs = layer(IMAGE, training=True)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert layer.moving_mean.dtype == "float32"
