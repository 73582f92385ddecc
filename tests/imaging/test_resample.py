import numpy as np
import pytest

from core.config import ScalingConfig
from core.imaging.decode import DecodedImage
from core.imaging.resample import network_input, resize_labels, resize_probability


def test_an_image_of_the_right_size_is_only_scaled():
    image = DecodedImage(np.array([[0, 51], [204, 255]], np.uint8))
    expected = np.array([[0, 0.2], [0.8, 1]], np.float32)[..., None]
    np.testing.assert_allclose(network_input(image, (2, 2), 1, ScalingConfig()), expected, atol=1e-7)


def test_shrinking_averages_over_areas_and_stretches():
    image = DecodedImage(np.array([[0, 102, 255, 255]] * 2, np.uint8))
    # (0 + 102) / 2 / 255 = 0.2
    answer = network_input(image, (2, 2), 3, ScalingConfig())
    assert answer.shape == (2, 2, 3)
    np.testing.assert_allclose(answer[..., 1], [[0.2, 1], [0.2, 1]], atol=1e-6)


def test_one_pixel_fills_the_square():
    answer = network_input(DecodedImage(np.array([[51]], np.uint8)), (3, 3), 1, ScalingConfig())
    np.testing.assert_allclose(answer, np.full((3, 3, 1), 0.2), atol=1e-6)


@pytest.mark.parametrize(
    ("labels", "size", "expected"),
    [
        ([[1, 1, 0, 0], [0, 0, 0, 1]], (1, 2), [[1, 0]]),  # 2 of 4 pixels, 1 of 4
        ([[1, 0]], (2, 2), [[1, 0], [1, 0]]),
        ([[1, 0], [0, 1]], (2, 2), [[1, 0], [0, 1]]),
    ],
)
def test_labels_take_what_at_least_half_was(labels, size, expected):
    resized = resize_labels(np.array(labels, np.uint8), size)
    assert resized.dtype == np.uint8
    np.testing.assert_array_equal(resized, expected)


def test_probabilities_grow_bilinearly():
    probability = np.array([[0, 1]], np.float32)[..., None]
    # Centres of four pixels on two: at -0.25, 0.25, 0.75 and 1.25 of the way, held at the ends.
    np.testing.assert_allclose(
        resize_probability(probability, (1, 4))[0, :, 0], [0, 0.25, 0.75, 1], atol=1e-6
    )


def test_probabilities_of_several_classes_keep_their_channels():
    probability = np.zeros((2, 2, 3), np.float32)
    probability[..., 1] = 1
    resized = resize_probability(probability, (5, 3))
    assert resized.shape == (5, 3, 3)
    np.testing.assert_allclose(resized[..., 1], 1)


def test_more_classes_than_opencv_has_channels_shrink_like_few():
    probability = np.random.default_rng(0).random((6, 6, 7)).astype(np.float32)
    resized = resize_probability(probability, (3, 2))
    assert resized.shape == (3, 2, 7)
    # Each pixel is the mean of 2x3.
    np.testing.assert_allclose(resized[0, 0], probability[:2, :3].mean(axis=(0, 1)), atol=1e-6)
