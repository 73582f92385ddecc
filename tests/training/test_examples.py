import numpy as np
import pytest

from core.config import ScalingConfig
from core.imaging.decode import DecodedImage
from core.training.examples import Example, prepare_examples


def example(values, mask=None, kind="display"):
    values = np.array(values)
    mask = np.zeros(values.shape[:2], np.uint8) if mask is None else np.array(mask, np.uint8)
    return Example(DecodedImage(values, kind), mask)


def prepare(*examples, size=(2, 2), channels=1, scaling=None):
    return prepare_examples(examples, image_size=size, channels=channels, scaling=scaling or ScalingConfig())


def test_eight_bit_images_of_the_right_size_are_kept_bit_for_bit():
    values = np.array([[0, 100], [200, 255]], np.uint8)
    arrays = prepare(example(values, [[0, 1], [1, 0]]))
    np.testing.assert_array_equal(arrays.images, values[None, ..., None])
    assert arrays.images.dtype == np.uint8
    np.testing.assert_array_equal(arrays.masks, [[[0, 1], [1, 0]]])
    assert arrays.weights is None


def test_shrinking_averages_the_image_and_takes_half_of_the_mask():
    values = np.array([[0, 100, 10, 10], [100, 200, 10, 10]], np.uint8)
    arrays = prepare(example(np.vstack([values, values]), [[1, 1, 1, 0], [0, 0, 0, 0]] * 2))
    # Left blocks: (0 + 100 + 100 + 200) / 4; half of the left block is mask, a quarter of the right one.
    np.testing.assert_array_equal(arrays.images[0, ..., 0], [[100, 10], [100, 10]])
    np.testing.assert_array_equal(arrays.masks[0], [[1, 0], [1, 0]])


def test_the_aspect_ratio_is_not_kept():
    arrays = prepare(example(np.full((1, 6), 7, np.uint8)), size=(4, 3))
    np.testing.assert_array_equal(arrays.images, np.full((1, 4, 3, 1), 7))


def test_hounsfield_units_are_kept_in_16_bit():
    values = np.array([[-1000, 400], [-300, 3000]], np.int16)
    arrays = prepare(example(values, kind="hu"), scaling=ScalingConfig("hu_window", -1000, 400))
    assert arrays.images.dtype == np.uint16
    # -300 is the middle of the window.
    np.testing.assert_array_equal(arrays.images[0, ..., 0], [[0, 65535], [32768, 65535]])


def test_eight_and_sixteen_bit_together_become_sixteen():
    arrays = prepare(
        example(np.full((2, 2), 51, np.uint8)),
        example(np.array([[-1000, -1000], [400, 400]], np.int16), kind="hu"),
        scaling=ScalingConfig("hu_window", -1000, 400),
    )
    # 51 / 255 = 0.2 = 13107 / 65535.
    np.testing.assert_array_equal(arrays.images[..., 0], [[[13107] * 2] * 2, [[0, 0], [65535, 65535]]])


def test_a_grey_image_is_repeated_for_three_channels():
    arrays = prepare(example(np.full((2, 2), 9, np.uint8)), channels=3)
    np.testing.assert_array_equal(arrays.images, np.full((1, 2, 2, 3), 9))


def test_weights_of_some_are_ones_for_the_others():
    nothing = np.zeros((2, 2), np.uint8)
    arrays = prepare(example(nothing, [[255, 0], [0, 0]]), example(nothing))
    np.testing.assert_array_equal(arrays.weights, [[[0, 1], [1, 1]], [[1, 1], [1, 1]]])


def test_functions_load_examples_and_the_order_stays():
    arrays = prepare(*(lambda v=v: example(np.full((2, 2), v, np.uint8)) for v in range(20)))
    np.testing.assert_array_equal(arrays.images[:, 0, 0, 0], range(20))


def test_no_examples_are_refused():
    with pytest.raises(ValueError, match="at least one image"):
        prepare()


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(ValueError, match="must agree"):
        prepare(example(np.zeros((2, 2), np.uint8), [[0, 1, 0]]))


def test_255_weighs_nothing_in_a_mask_of_one_foreground():
    arrays = prepare(example(np.zeros((2, 2), np.uint8), [[0, 1], [255, 1]]))
    np.testing.assert_array_equal(arrays.masks[0], [[0, 1], [0, 1]])
    np.testing.assert_array_equal(arrays.weights[0], [[1, 1], [0, 1]])


def test_other_values_are_refused():
    with pytest.raises(ValueError, match="below 2 and 255 only"):
        prepare(example(np.zeros((1, 2), np.uint8), [[0, 254]]))


def test_classes_shrink_to_the_largest_part_and_undefined_pixels_count_for_none():
    labels = np.array([[2, 2, 255, 255], [1, 0, 255, 1]], np.uint8)
    example_ = Example(DecodedImage(np.zeros((2, 4), np.uint8)), labels)
    arrays = prepare_examples(
        [example_], image_size=(2, 2), channels=1, scaling=ScalingConfig(), num_classes=3
    )
    # Two neighbours become one pixel. Of the tie of 1 and 0 the lower class; half decided is decided.
    np.testing.assert_array_equal(arrays.masks[0], [[2, 0], [0, 1]])
    np.testing.assert_array_equal(arrays.weights[0], [[1, 0], [1, 1]])


def test_classes_of_the_right_size_are_kept_and_others_refused():
    example_ = example(np.zeros((2, 2), np.uint8), [[2, 255], [255, 0]])
    size = {"image_size": (2, 2), "channels": 1, "scaling": ScalingConfig()}
    arrays = prepare_examples([example_], **size, num_classes=3)
    np.testing.assert_array_equal(arrays.masks[0], [[2, 0], [0, 0]])
    np.testing.assert_array_equal(arrays.weights[0], [[1, 0], [0, 1]])
    with pytest.raises(ValueError, match="indices below 2"):
        prepare_examples([example_], **size, num_classes=2)


def test_hair_is_removed_before_an_example_is_resized():
    skin = np.full((96, 96, 3), (220, 170, 150), np.uint8)
    hairy = skin.copy()
    hairy[np.arange(90), np.arange(90)] = hairy[np.arange(90), np.arange(90) + 1] = (40, 25, 20)
    mask = np.zeros((96, 96), np.uint8)
    with_hair, without = (
        prepare_examples(
            [Example(DecodedImage(hairy), mask)],
            image_size=(96, 96),
            channels=3,
            scaling=ScalingConfig(),
            remove_hair=wanted,
        ).images[0]
        for wanted in (False, True)
    )
    assert with_hair.min() == 20
    assert np.abs(without.astype(int) - skin).max() < 40
