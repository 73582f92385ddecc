"""What a screen shows and what a network takes."""

from __future__ import annotations

import numpy as np
import pytest

from core.config import ScalingConfig
from core.imaging.decode import DecodedImage
from core.imaging.intensity import scale_intensity, to_display

UNITS = DecodedImage(np.array([[-2000, -1000, -300, 400, 3000]], np.int16), "hu")
DEEP = DecodedImage(np.array([[100, 1120, 2140]], np.uint16))
GREY = DecodedImage(np.array([[0, 51, 255]], np.uint8))
COLOUR = DecodedImage(np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8))


def test_eight_bit_is_shown_as_it_is() -> None:
    assert to_display(GREY) is GREY.values


def test_hounsfield_units_are_shown_in_the_lung_window() -> None:
    assert to_display(UNITS).tolist() == [[0, 0, 128, 255, 255]]  # (-300 + 1000) / 1400 * 255 = 127.5


def test_a_window_is_what_becomes_black_and_white() -> None:
    assert to_display(UNITS, (-300, 400)).tolist() == [[0, 0, 0, 255, 255]]
    assert to_display(GREY, (51, 255)).tolist() == [[0, 0, 255]]


def test_sixteen_bit_is_stretched_over_what_is_there() -> None:
    assert to_display(DEEP).tolist() == [[0, 128, 255]]


@pytest.mark.parametrize("value", [0, 65535])
def test_one_value_is_black(value: int) -> None:
    assert not to_display(DecodedImage(np.full((2, 2), value, np.uint16))).any()


def test_a_window_the_wrong_way_round_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="low < high, got 400 to -1000"):
        to_display(UNITS, (400, -1000))


def test_range_maps_low_to_zero_and_high_to_one() -> None:
    scaled = scale_intensity(GREY, ScalingConfig("range", 0, 255), 1)
    assert scaled.dtype == np.float32
    assert scaled.shape == (1, 3, 1)
    np.testing.assert_allclose(scaled[..., 0], [[0, 0.2, 1]], rtol=1e-6)
    np.testing.assert_allclose(scale_intensity(GREY, ScalingConfig("range", 51, 102), 1)[..., 0], [[0, 0, 1]])


def test_range_takes_deep_values_as_they_are_shown() -> None:
    scaled = scale_intensity(DEEP, ScalingConfig("range"), 1)[..., 0]
    np.testing.assert_allclose(scaled, [[0, 128 / 255, 1]], rtol=1e-6)


def test_the_window_is_exact_for_hounsfield_units_and_given_for_pictures() -> None:
    window = ScalingConfig("hu_window", -1000, 400)
    np.testing.assert_allclose(scale_intensity(UNITS, window, 1)[0, :, 0], [0, 0, 0.5, 1, 1])
    np.testing.assert_allclose(scale_intensity(GREY, window, 1)[0, :, 0], [0, 0.2, 1], rtol=1e-6)


def test_per_image_goes_from_percentile_to_percentile() -> None:
    values = np.arange(1001, dtype=np.uint16).reshape(7, 143)  # 0.5 % is 5, 99.5 % is 995
    scaled = scale_intensity(DecodedImage(values), ScalingConfig("per_image"), 1)[..., 0]
    assert scaled.ravel()[5] == 0 and scaled.ravel()[995] == 1
    assert scaled.ravel()[500] == pytest.approx(0.5)
    assert not scale_intensity(
        DecodedImage(np.full((3, 3), 9, np.uint8)), ScalingConfig("per_image"), 1
    ).any()


def test_grey_is_repeated_and_colour_becomes_luma() -> None:
    scaling = ScalingConfig("range")
    np.testing.assert_allclose(
        scale_intensity(GREY, scaling, 3), np.array([[[0] * 3, [0.2] * 3, [1] * 3]]), rtol=1e-6
    )
    np.testing.assert_allclose(  # Rec. 601
        scale_intensity(COLOUR, scaling, 1)[0, :, 0], [0.299, 0.587, 0.114], atol=1e-6
    )
    np.testing.assert_array_equal(scale_intensity(COLOUR, scaling, 3), COLOUR.values / np.float32(255))


def test_white_stays_within_one() -> None:
    white = DecodedImage(np.full((2, 2, 3), 255, np.uint8))
    assert scale_intensity(white, ScalingConfig("range"), 1).max() <= 1


def test_other_channels_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="1 or 3 channels, got 2"):
        scale_intensity(GREY, ScalingConfig("range"), 2)


def test_one_hot_pixel_changes_nothing() -> None:
    plane = (200 + np.arange(2400).reshape(40, 60) // 60 * 5).astype(np.uint16)
    hot = plane.copy()
    hot[3, 3], hot[5, 5] = 65535, 0
    plain, seen = to_display(DecodedImage(plane)), to_display(DecodedImage(hot))
    others = (hot == plane).nonzero()
    assert np.abs(plain[others].astype(int) - seen[others]).max() <= 2
    assert (plain.min(), plain.max()) == (0, 255)
    for scaling in (ScalingConfig("range"), ScalingConfig("per_image")):
        first, second = (scale_intensity(DecodedImage(each), scaling, 1)[others] for each in (plane, hot))
        np.testing.assert_allclose(first, second, atol=0.01)


def test_few_bright_pixels_on_one_value_are_seen() -> None:
    plane = np.zeros((100, 100), np.uint16)
    plane[4, 4:9] = 700
    assert to_display(DecodedImage(plane)).max() == 255


def test_one_hot_pixel_changes_nothing_where_few_pixels_differ_from_black() -> None:
    plane = np.zeros((40, 60), np.uint16)
    plane[10, 10:18] = np.arange(100, 900, 100)  # 8 of 2400 pixels
    plane[3, 3] = 65535
    assert to_display(DecodedImage(plane))[10, [10, 17]].tolist() == [32, 255]  # 100 / 800 * 255 = 31.9
    one = np.full((40, 60), 7, np.uint16)
    one[3, 3] = 3
    assert to_display(DecodedImage(one))[3, 2:4].tolist() == [255, 0]


def test_the_range_of_the_file_counts_before_percentiles() -> None:
    image = DecodedImage(np.array([[0, 100, 200, 60000]], np.uint16), shown=(100.0, 200.0))
    assert to_display(image).tolist() == [[0, 0, 255, 255]]
    np.testing.assert_allclose(scale_intensity(image, ScalingConfig("per_image"), 1)[0, :, 0], [0, 0, 1, 1])


def test_a_card_s_percentiles_are_the_network_s() -> None:
    plane = np.arange(1001, dtype=np.uint16).reshape(7, 143)
    scaling = ScalingConfig("range", percentiles=(10.0, 90.0))
    scaled = scale_intensity(DecodedImage(plane), scaling, 1).ravel()
    assert (scaled[100], scaled[900]) == (0, 1) and scaled[120] > 0
