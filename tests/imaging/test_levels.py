"""All values of an image for a display window in the browser."""

import json

import numpy as np
import pytest

from core.imaging.decode import DecodedImage, decode_image
from core.imaging.levels import pack_levels


def unpacked(content):
    """Header and stored values, as the browser reads them."""
    line, png = content.split(b"\n", 1)
    header = json.loads(line)
    high, low = np.split(decode_image(png, "levels").values.astype(np.int64), 2)
    return header, header["low"] + header["step"] * (256 * high + low)


def test_whole_numbers_come_through_exactly():
    values = np.array([[-1024, -1, 0], [255, 300, 3071]], np.int16)
    header, found = unpacked(pack_levels(DecodedImage(values, "hu"), (-1350, 150)))
    np.testing.assert_array_equal(found, values)
    assert header["is_hu"] and header["shown"] == [-1350, 150]


@pytest.mark.parametrize("values", [[[-5.0, 0.25, 1e6]], [[0, 1, 2**31 - 1]], [[7.5, 7.5, 7.5]]])
def test_wide_ranges_have_65536_steps(values):
    values = np.array(values, np.float32)
    header, found = unpacked(pack_levels(DecodedImage(values), None))
    assert np.abs(found - values).max() <= header["step"] / 2 + 1e-3
    assert not header["is_hu"] and header["shown"][0] < header["shown"][1]


def test_one_hot_pixel_leaves_the_others_their_numbers():
    values = np.linspace(0, 640, 640, dtype=np.float32).reshape(20, 32)
    values[3, 3] = 1e9
    _, found = unpacked(pack_levels(DecodedImage(values), None))
    difference = np.abs(found - values)
    assert np.count_nonzero(difference > 0.1) == 1 and found[3, 3] > 640


def test_8_bits_and_colours_need_none():
    assert pack_levels(DecodedImage(np.zeros((2, 2), np.uint8)), None) == b""
    assert pack_levels(DecodedImage(np.zeros((2, 2, 3), np.uint16)), None) == b""
