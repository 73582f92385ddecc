"""What counts as a mask, and how it is said of what does not."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.errors import BadFileError
from core.imaging.decode import decode_mask, mask_reading, read_mask
from core.imaging.mask_files.mask_values import MaskValues
from tests.imaging.making import saved, tiff

MASK = np.array([[0, 1, 1], [0, 0, 1]], np.uint8)


def png(values: NDArray[Any]) -> bytes:
    return saved(Image.fromarray(values), "PNG")


def disc(side: int = 64) -> NDArray[np.uint8]:
    rows, cols = np.ogrid[:side, :side]
    return ((rows - side // 2) ** 2 + (cols - side // 2) ** 2 < (side // 3) ** 2).astype(np.uint8)


@pytest.mark.parametrize(
    "data",
    [
        png(MASK),
        png(MASK * 255),
        png(MASK * 128),
        png(MASK.astype(bool)),
        png(np.stack([MASK * 255] * 3, axis=-1)),
        tiff(MASK),
        tiff(MASK.astype(np.int32)),
        tiff(MASK.astype(np.float32)),
        tiff(MASK.astype(np.uint16) * 65535, compression="zlib"),
    ],
)
def test_two_values_are_a_mask(data: bytes) -> None:
    mask = decode_mask(data, "m")
    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, MASK)


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (1, 1), (255, 1)])
def test_one_value_is_empty_or_full(value: int, expected: int) -> None:
    assert decode_mask(png(np.full((2, 2), value, np.uint8)), "m").tolist() == [[expected] * 2] * 2


def test_one_other_value_is_no_mask() -> None:
    with pytest.raises(BadFileError, match="^m.png: is no mask: every pixel is 100;"):
        decode_mask(png(np.full((2, 2), 100, np.uint8)), "m.png")


def test_edges_blurred_by_jpeg_are_cut_at_half() -> None:
    mask = disc()
    data = saved(Image.fromarray(mask * 255), "JPEG", quality=60)
    decoded = decode_mask(data, "m.jpg")
    assert len(np.unique(cv2.imdecode(np.frombuffer(data, np.uint8), -1))) > 2
    assert np.abs(decoded.astype(int) - mask).mean() < 0.005


def test_half_and_more_is_foreground() -> None:
    grey = np.array([[0, 0, 127, 128, 255, 255, 255, 255]], np.uint8)
    assert decode_mask(png(grey), "m.png").tolist() == [[0, 0, 0, 1, 1, 1, 1, 1]]


@pytest.mark.parametrize(
    "values",
    [
        np.arange(256, dtype=np.uint8).reshape(16, 16),
        np.where(disc() != 0, 255, 0).astype(np.uint8) // 2 + disc(64)[::-1] * 20 + 10,
        np.array([[0, 1, 2]], np.uint8),
        np.array([[100, 200]], np.uint8),
        np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8),
    ],
)
def test_photographs_classes_and_noise_are_no_masks(values: NDArray[np.uint8]) -> None:
    with pytest.raises(BadFileError, match="^m.png: is no mask: it has .* expected two"):
        decode_mask(png(values), "m.png")


def test_a_third_grey_area_is_no_blur() -> None:
    values = disc() * 255
    values[2:14, 2:14] = 128
    with pytest.raises(BadFileError, match="is no mask: it has 3 different values .0, 128, 255.;"):
        decode_mask(png(values), "m.png")


def test_one_colour_on_black_is_foreground() -> None:
    red = np.zeros((2, 2, 3), np.uint8)
    red[0, 0] = (255, 0, 0)
    assert decode_mask(png(red), "m.png").tolist() == [[1, 0], [0, 0]]


def test_several_colours_are_no_mask() -> None:
    red = np.zeros((2, 2, 3), np.uint8)
    red[0, 0], red[1, 0] = (255, 0, 0), (0, 255, 0)
    with pytest.raises(BadFileError, match="is no mask: it is a colour picture"):
        decode_mask(png(red), "m.png")


def test_a_coloured_palette_counts_by_index() -> None:
    indexed = Image.fromarray(MASK, "P")
    indexed.putpalette([0, 0, 0, 128, 0, 0])
    np.testing.assert_array_equal(decode_mask(saved(indexed, "PNG"), "m.png"), MASK)


@pytest.mark.parametrize("used", [MASK, MASK * 0, MASK * 0 + 1])
def test_a_table_that_shows_0_as_white_and_1_as_black_is_asked_about(used: np.ndarray) -> None:
    indexed = Image.fromarray(used, "P")
    indexed.putpalette([255, 255, 255, 0, 0, 0])
    data = saved(indexed, "PNG")
    with pytest.raises(BadFileError, match=r"0 as white and 1 as black.*--mask_values 1 or --mask_values 0"):
        decode_mask(data, "m.png")
    for said, expected in ((MaskValues((1,)), used == 1), (MaskValues((0,)), used == 0)):
        np.testing.assert_array_equal(read_mask(data, "m.png", meaning=said), expected)
    if len(np.unique(used)) == 2:
        assert mask_reading(data, "m.png").options == (MaskValues(), MaskValues((0,)))


@pytest.mark.parametrize(
    ("used", "levels"),
    [
        (MASK * 255, [255, *[0] * 255]),
        (MASK * 2, [255, 9, 0]),
        (MASK * 254, list(range(254, -1, -1))),
        (np.array([[0, 7, 15], [0, 3, 15]], np.uint8), list(range(255, -1, -17))),
        (MASK * 0 + 3, [255, 9, 9, 0]),
    ],
)
def test_so_is_any_table_that_goes_from_white_to_black(used: np.ndarray, levels: list[int]) -> None:
    indexed = Image.fromarray(used, "P")
    indexed.putpalette([level for level in levels for _ in range(3)])
    with pytest.raises(BadFileError, match=f"0 as white and {used.max()} as black"):
        decode_mask(saved(indexed, "PNG"), "m.png")


def test_black_that_is_half_transparent_everywhere_is_asked_about() -> None:
    tile = np.zeros((4, 5, 4), np.uint8)
    tile[..., 3] = 128
    with pytest.raises(BadFileError, match="can be all foreground or none"):
        decode_mask(png(tile), "m.png")
    tile[..., 0] = 255
    assert decode_mask(png(tile), "m.png").all()


def test_a_mask_that_is_all_in_alpha() -> None:
    rgba = np.zeros((2, 3, 4), np.uint8)
    rgba[..., 3] = MASK * 255
    np.testing.assert_array_equal(decode_mask(png(rgba), "m.png"), MASK)


def test_what_is_transparent_is_background() -> None:
    rgba = np.full((2, 3, 4), 255, np.uint8)
    rgba[0, 0, :3] = 0
    rgba[1, 2, 3] = 0
    assert decode_mask(png(rgba), "m.png").tolist() == [[0, 1, 1], [1, 1, 0]]


def test_another_size_names_both() -> None:
    with pytest.raises(BadFileError) as caught:
        decode_mask(png(MASK), "m.png", (512, 640))
    assert str(caught.value) == ("m.png: is 3 x 2 pixels, but its image is 640 x 512; they must be the same.")
    assert decode_mask(png(MASK), "m.png", (2, 3)).shape == (2, 3)
    turned = "they must be the same. One of the two lies turned, as a header may say that an image is."
    with pytest.raises(BadFileError, match=turned):
        decode_mask(png(MASK), "m.png", (3, 2))


def test_a_mask_of_one_pixel() -> None:
    assert decode_mask(png(np.array([[1]], np.uint8)), "m.png").tolist() == [[1]]
