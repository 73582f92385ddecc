"""A value far from all others, by which programs say that there is no data: -3.4e38, -9999, 65535."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from core.errors import BadFileError
from core.imaging.decode import decode_image, decode_mask, mask_reading, open_file, read_frame, read_mask
from core.imaging.intensity import to_display
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.masks import encode_png
from core.imaging.units import looks_like_ct
from tests.imaging.making import dicom, nifti, tiff

RAMP = np.arange(600, dtype=np.int64).reshape(20, 30)


def with_gap(value: float, dtype: Any) -> NDArray[Any]:
    """Greys from 150 to 599, and five rows of a value."""
    values = RAMP.astype(dtype)
    values[:5] = value
    return values


MADE: dict[str, Callable[[Any], bytes]] = {
    "tif": tiff,
    "nii": lambda values: nifti(values[:, :, None]),
    "dcm": lambda values: dicom(values, Modality="CR"),
    "png": encode_png,
}


@pytest.mark.parametrize(
    ("value", "dtype", "kinds"),
    [
        (-3.4028235e38, np.float32, "tif nii"),
        (1e20, np.float32, "tif nii"),
        (-9999, np.float64, "tif nii"),
        (-32768, np.int16, "tif nii dcm"),
        (65535, np.uint16, "tif nii dcm png"),
        (-(2**31), np.int32, "tif nii"),
        (-1100, np.int16, "tif nii dcm"),  # as far away as all others are from each other, and as usual
        (4095, np.uint16, "tif nii dcm png"),  # a scale bar of a camera of 12 bits
    ],
)
def test_it_leaves_the_greys_to_the_others_and_is_told(value: float, dtype: Any, kinds: str) -> None:
    for kind in kinds.split():
        image = decode_image(MADE[kind](with_gap(value, dtype)), f"a.{kind}")
        shown = to_display(image)
        shown = shown if kind != "nii" else shown[::-1, ::-1].T
        assert (int(shown[5:].min()), int(shown[5:].max())) == (0, 255)
        assert np.unique(shown[:5]).tolist() == [255 if value > 0 else 0]
        told = f"a.{kind}: its value {value:g} lies far from all others and is left out of its greys."
        assert image.notes == (told,)


def test_padding_is_black_in_a_film_that_is_turned_round_too() -> None:
    data = dicom(with_gap(65535, np.uint16), Modality="CR", PhotometricInterpretation="MONOCHROME1")
    shown = to_display(decode_image(data, "a.dcm"))
    assert not shown[:5].any() and (int(shown[5, 0]), int(shown[-1, -1])) == (255, 0)


@pytest.mark.parametrize(
    "values",
    [
        RAMP.astype(np.uint16),
        with_gap(0, np.uint16) + np.uint16(0),  # what is dark
        with_gap(0, np.float32) / 1000 + np.float32(0),
        with_gap(3000, np.uint16),  # a bright label, no more than a few ranges away
        with_gap(1023, np.uint16),  # the last of 10 bits, less than a range away
        (RAMP > 300).astype(np.uint16) * 65535,  # two values
        with_gap(255, np.uint8) // 100,
    ],
)
def test_other_greys_are_what_they_were(values: NDArray[Any]) -> None:
    image = decode_image(tiff(values), "a.tif")
    np.testing.assert_array_equal(image.values, values)
    assert image.notes == () and image.shown is None


@pytest.mark.parametrize("nodata", ["-3.4028234663852886e+38", "-3.40282346638529e+38", "-9999"])
def test_what_gdal_writes_of_it_is_read_whatever_its_digits(nodata: str) -> None:
    values = with_gap(float(nodata), np.float32)
    values[6, 0] = 0  # another one that a reader may take it for
    image = decode_image(tiff(values, extratags=[(42113, "s", 0, nodata, True)]), "a.tif")
    shown = to_display(image)
    assert image.notes == () and not shown[:5].any() and (shown[6, 0], shown[-1, -1]) == (0, 255)
    whole = RAMP.astype(np.uint16)
    image = decode_image(tiff(whole, extratags=[(42113, "s", 0, "-9999", True)]), "a.tif")
    assert image.shown is None


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_what_is_no_number_is_no_data_where_gdal_says_so(
    kind: type[np.floating[Any]], byteorder: str
) -> None:
    values = with_gap(np.nan, kind)
    said: dict[str, Any] = {"extratags": [(42113, "s", 0, "nan", True)], "byteorder": byteorder}
    image = decode_image(tiff(values, **said), "a.tif")
    shown = to_display(image)
    assert np.isfinite(image.values).all() and not shown[:5].any()
    assert (shown[5, 0], shown[-1, -1]) == (0, 255)
    for bad in (np.where(np.isnan(values), np.inf, values), values * np.nan):
        with pytest.raises(BadFileError, match="not numbers"):
            decode_image(tiff(bad, **said), "a.tif")
    with pytest.raises(BadFileError, match="not numbers"):
        decode_image(tiff(values), "a.tif")


@pytest.mark.parametrize("inside", [[0], [1], [0, 1]])
def test_a_mask_of_which_a_part_has_no_data_is_told(inside: list[int]) -> None:
    mask = with_gap(np.nan, np.float32)
    mask[5:] = np.resize(inside, (15, 30))
    data = tiff(mask, extratags=[(42113, "s", 0, "nan", True)])
    with pytest.raises(BadFileError, match="different values .*nan"):
        decode_mask(data, "m.tif")
    union = read_mask(data, "m.tif", meaning=MaskValues())
    assert not union[:5].any() and (union[5:] == mask[5:]).all()


def test_masks_count_by_what_is_stored() -> None:
    mask = np.zeros((20, 30), np.uint16)
    mask[4:9, 4:9], mask[12:, 12:] = 1, 65535
    data = tiff(mask)
    assert mask_reading(data, "m.tif").values == (0, 1, 65535)
    mask[mask == 65535] = 255
    assert int(decode_mask(tiff(mask), "m.tif").sum()) == 25


def test_slices_of_a_mask_of_which_some_have_no_data_mean_the_same() -> None:
    full = np.full((20, 30), 7, np.uint16)
    part = full.copy()
    part[:5] = 0
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        for slice_ in (full, part):
            writer.write(slice_, extratags=[(42113, "s", 0, "0", True)])
    reading = mask_reading(buffer.getvalue(), "m.tif")
    assert (reading.values, reading.foreground) == ((0, 7), (7,))


def test_what_is_no_data_makes_no_ct_of_an_image() -> None:
    values = with_gap(-9999, np.float32) / np.float32(9)
    values[:5] = -9999
    assert not looks_like_ct(open_file(tiff(values), "a.tif"))
    ct = np.where(RAMP % 2 == 0, -1000, RAMP % 60).astype(np.int16)
    ct[:2] = -32768
    assert looks_like_ct(open_file(tiff(ct), "ct.tif"))
    assert read_frame(open_file(tiff(ct), "ct.tif", "hounsfield"), "ct.tif", 0).values.min() == -32768


def test_a_16_bit_picture_of_colours_is_left_alone() -> None:
    colours = np.stack([RAMP, RAMP // 2, RAMP // 3], axis=-1).astype(np.uint16)
    colours[:5] = 65535
    np.testing.assert_array_equal(decode_image(tiff(colours, photometric="rgb"), "a.tif").values, colours)
