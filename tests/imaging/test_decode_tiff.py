"""TIFF: number types, Hounsfield units, pages, compression, and values that are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.config import Limits
from core.errors import BadFileError
from core.imaging.decode import decode_image
from tests.imaging.making import saved, tiff

RAMP = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.float32])
def test_number_types_are_kept(dtype: type[np.generic]) -> None:
    values = RAMP.astype(dtype)
    image = decode_image(tiff(values), "a.tif")
    assert image.values.dtype == dtype
    assert image.kind == "display"
    np.testing.assert_array_equal(image.values, values)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (np.array([[1, 65535]], np.uint32), np.uint16),
        (np.array([[1, 70000]], np.uint32), np.int32),
        (np.array([[0, 4_000_000_000]], np.uint32), np.float32),
        (np.array([[-5, 5]], np.int8), np.int16),
        (np.array([[0.25, 0.5]], np.float64), np.float32),
    ],
)
def test_other_types_become_the_nearest_that_holds_them(values: NDArray[Any], dtype: type) -> None:
    image = decode_image(tiff(values), "a.tif")
    assert image.values.dtype == dtype
    np.testing.assert_allclose(image.values, values.astype(np.float64))


def test_big_endian_files_come_back_in_the_machine_s_order() -> None:
    values = np.array([[1, 258]], ">u2")
    image = decode_image(tiff(values, byteorder=">"), "a.tif")
    assert image.values.dtype == np.dtype("uint16")
    assert image.values.tolist() == [[1, 258]]


def test_signed_values_below_zero_are_hounsfield_units() -> None:
    units = np.array([[-1806, -1000], [40, 1355]], np.int32)
    image = decode_image(tiff(units), "ct.tif")
    assert image.kind == "hu"
    np.testing.assert_array_equal(image.values, units)


def test_decimal_values_are_hounsfield_units_only_with_air() -> None:
    assert decode_image(tiff(np.array([[-900.5, 30.0]], np.float32)), "a.tif").kind == "hu"
    assert decode_image(tiff(np.array([[-1.0, 1.0]], np.float32)), "a.tif").kind == "display"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused(bad: float) -> None:
    with pytest.raises(BadFileError, match="not numbers"):
        decode_image(tiff(np.array([[0.0, bad]], np.float32)), "a.tif")


def test_of_several_pages_the_first_is_used_and_said() -> None:
    pages = np.stack([RAMP, 255 - RAMP])
    image = decode_image(tiff(pages, photometric="minisblack"), "scan.tif")
    np.testing.assert_array_equal(image.values, RAMP)
    assert image.notes == ("scan.tif has 2 pages; the first one is used.",)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_colour(compression: str) -> None:
    colour = np.stack([RAMP, RAMP[::-1], RAMP // 2], axis=-1)
    data = saved(Image.fromarray(colour), "TIFF", compression=compression)
    np.testing.assert_array_equal(decode_image(data, "a.tif").values, colour)


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.float32])
def test_compressed_deep_values(dtype: type[np.generic]) -> None:
    values = RAMP.astype(dtype) * 100 - (8000 if dtype == np.int16 else 0)
    data = tiff(values.astype(dtype), compression="zlib")
    np.testing.assert_array_equal(decode_image(data, "a.tif").values, values)


def test_separate_planes_and_tiles() -> None:
    planes = np.stack([RAMP, RAMP[::-1], RAMP // 2])
    data = tiff(planes, photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal(decode_image(data, "a.tif").values, np.moveaxis(planes, 0, -1))
    large = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
    np.testing.assert_array_equal(decode_image(tiff(large, tile=(16, 16)), "a.tif").values, large)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_white_is_zero_is_turned_round(compression: str | None) -> None:
    data = tiff(RAMP, photometric="miniswhite", compression=compression)
    np.testing.assert_array_equal(decode_image(data, "a.tif").values, 255 - RAMP)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_orientation_is_applied(dtype: type[np.generic], compression: str | None) -> None:
    stored = np.array([[0, 1, 2], [3, 4, 5]], dtype)
    data = tiff(stored, compression=compression, extratags=[(274, 3, 1, 6, True)])  # turn right to see it
    assert decode_image(data, "a.tif").values.tolist() == [[3, 0], [4, 1], [5, 2]]


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_palette_becomes_its_colours(compression: str | None) -> None:
    colours = np.zeros((3, 256), np.uint16)
    colours[:, 1] = (65535, 0, 257)
    data = tiff(
        np.array([[0, 1]], np.uint8), photometric="palette", colormap=colours, compression=compression
    )
    assert decode_image(data, "a.tif").values.tolist() == [[[0, 0, 0], [255, 0, 1]]]


def test_one_bit_fax_pages_are_black_and_white() -> None:
    bits = np.zeros((8, 8), bool)
    bits[:, 4:] = True
    data = saved(Image.fromarray(bits), "TIFF", compression="group4")
    np.testing.assert_array_equal(decode_image(data, "fax.tif").values, bits.astype(np.uint8) * 255)


def test_the_limit_is_checked_on_the_header() -> None:
    with pytest.raises(BadFileError, match="is 8 x 6 pixels; at most 40"):
        decode_image(tiff(RAMP), "a.tif", Limits(max_pixels=40))


def test_many_channels_are_refused() -> None:
    with pytest.raises(BadFileError, match="7 channels"):
        decode_image(
            tiff(np.zeros((8, 9, 7), np.uint8), photometric="minisblack", planarconfig="contig"), "a.tif"
        )


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_cut_off_tiff_is_refused(compression: str | None) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)
    data = tiff(noise, compression=compression)
    with pytest.raises(BadFileError, match="^a.tif: is "):
        decode_image(data[: len(data) // 2], "a.tif")
