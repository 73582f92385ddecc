"""TIFF: number types, Hounsfield units, pages, compression, and values that are none."""

from __future__ import annotations

import io
import struct
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms

from core.errors import BadFileError
from core.imaging.decode import decode_image, decode_mask, open_file, read_frame
from core.imaging.intensity import to_display
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


def test_a_ct_keeps_its_values_and_is_hounsfield_units_where_that_is_said() -> None:
    units = np.array([[-1806, -1000], [40, 1355]], np.int32)
    for said, kind in ((None, "display"), ("hounsfield", "hu")):
        image = decode_image(tiff(units), "ct.tif", units=said)
        assert image.kind == kind
        np.testing.assert_array_equal(image.values, units)
    image = decode_image(tiff(np.array([[-900.5, 30.0]], np.float32)), "a.tif", units="hounsfield")
    assert image.kind == "hu" and image.values.tolist() == [[-900.5, 30.0]]


@pytest.mark.parametrize(
    "values",
    [
        (np.arange(2400).reshape(40, 60) - 5).astype(np.int16),
        np.linspace(-10, 20, 2400).reshape(40, 60).astype(np.int8),
        np.linspace(-3000, 3000, 2400).reshape(40, 60).astype(np.int16),
        np.random.default_rng(0).normal(0, 900, (40, 60)).astype(np.float32),
    ],
)
def test_values_below_zero_alone_are_no_hounsfield_units(values: NDArray[Any]) -> None:
    image = decode_image(tiff(values), "a.tif")
    assert image.kind == "display"
    shown = to_display(image)
    assert (shown.min(), shown.max()) == (0, 255)


@pytest.mark.parametrize("offset", [-32768, -33792])
def test_what_imagej_added_to_a_ct_is_taken_off(offset: int) -> None:
    # It holds signed values with 32768 added, and says so; a DICOM file's intercept of -1024 is in it too.
    units = np.array([[-1020, -1000], [40, 1355]], np.int32)
    calibration = {"cf": 0, "c0": float(offset), "c1": 1.0, "vunit": "Gray Value"}
    stored = (units - offset).astype(np.uint16)
    for values, metadata in ((stored, {"axes": "YX"}), (np.stack([stored] * 3), {"axes": "ZYX"})):
        data = tiff(values, imagej=True, metadata=metadata | calibration)
        image = decode_image(data, "ct.tif", units="hounsfield")
        assert image.kind == "hu"
        np.testing.assert_array_equal(image.values, units)
    # What is no CT keeps the values that it has.
    image = decode_image(
        tiff(RAMP + np.uint16(32768), imagej=True, metadata={"axes": "YX"} | calibration), "a"
    )
    np.testing.assert_array_equal(image.values, RAMP + np.uint16(32768))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused(bad: float) -> None:
    with pytest.raises(BadFileError, match="not numbers"):
        decode_image(tiff(np.array([[0.0, bad]], np.float32)), "a.tif")


def test_of_several_pages_the_first_is_used_and_said() -> None:
    pages = np.stack([RAMP, 255 - RAMP])
    image = decode_image(tiff(pages, photometric="minisblack"), "scan.tif")
    np.testing.assert_array_equal(image.values, RAMP)
    assert image.notes == ("scan.tif holds 2 pictures; the first one is used.",)


def test_of_a_slide_of_aperio_s_the_copies_label_and_overview_are_no_pictures() -> None:
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        for kind, step in (("", 1), (" -> 4x3", 2), ("\r\nlabel", 1)):
            about = f"Aperio Image Library v11.2.1\r\n8x6{kind}"
            writer.write(RAMP[::step, ::step], photometric="minisblack", metadata=None, description=about)
    image = decode_image(buffer.getvalue(), "a.tif")
    assert image.notes == ()
    np.testing.assert_array_equal(image.values, RAMP)


@pytest.mark.parametrize("axes", ["Z", "T"])
def test_the_planes_of_a_file_of_metamorph_s_that_share_one_directory_are_its_pictures(axes: str) -> None:
    planes = np.stack([np.full((4, 6), 7 * place, np.uint16) for place in range(3)])
    # UIC2: of each plane its distance as a fraction, and when it was made and changed.
    of_planes = [(int(axes == "Z"), 1, 2459000, 10 * place, 2459000, 10 * place) for place in range(3)]
    about = np.array(of_planes, np.uint32).ravel().tolist()
    tags = [(33628, 4, 2, [0, 0], True), (33629, 4, len(about), about, True)]
    written = bytearray(tiff(planes[0], metadata=None, extratags=tags))
    with tifffile.TiffFile(io.BytesIO(written)) as file:
        tag = file.pages.first.tags[33629]
        assert file.pages.first.dataoffsets[0] + planes[0].nbytes == len(written)
    struct.pack_into("<HI", written, tag.offset + 2, 5, len(planes))
    data = bytes(written) + planes[1:].tobytes()
    assert open_file(data, "a.stk").order == (0, 1, 2)
    for place, plane in enumerate(planes):
        assert np.array_equal(decode_image(data, "a.stk", frame=place).values, plane)


def test_what_gdal_calls_no_data_is_left_out() -> None:
    values = np.arange(600, dtype=np.float32).reshape(20, 30)
    values[:5] = -9999
    image = decode_image(tiff(values, extratags=[(42113, "s", 0, "-9999", True)]), "a.tif")
    shown = to_display(image)
    assert image.notes == () and shown[:5].max() == 0
    assert (int(shown[5:].min()), int(shown[5:].max())) == (0, 255)


@pytest.mark.parametrize("mask_first", [False, True])
def test_a_page_of_transparency_is_no_picture(mask_first: bool) -> None:
    buffer = io.BytesIO()
    pages: list[tuple[np.ndarray, dict[str, Any]]] = [
        (np.arange(12, dtype=np.uint16).reshape(3, 4), {}),
        (np.ones((3, 4), bool), {"photometric": "mask", "subfiletype": 4}),
    ]
    with tifffile.TiffWriter(buffer) as writer:
        for values, options in reversed(pages) if mask_first else pages:
            writer.write(values, **options)
    image = decode_image(buffer.getvalue(), "gdal.tif")
    np.testing.assert_array_equal(image.values, pages[0][0])
    assert image.notes == ()


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


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.uint32, np.float32])
def test_white_is_zero_holds_for_numbers_of_every_type(dtype: type[np.generic]) -> None:
    stored = np.array([[0, 1000], [70000 if dtype == np.uint32 else 20000, 7]], dtype)
    shown = to_display(decode_image(tiff(stored, photometric="miniswhite"), "a.tif"))
    assert shown[0, 0] == 255 and shown[1, 0] == 0 and 200 < shown[0, 1] < 255
    mask = (stored > 500).astype(dtype)
    np.testing.assert_array_equal(decode_mask(tiff(mask, photometric="miniswhite"), "m.tif"), mask)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_where_nobody_says_which_end_is_white_0_is_black(dtype: type[np.generic]) -> None:
    stored = np.array([[0, 100, 200]], dtype)
    data = bytearray(tiff(stored))
    # The tag 262 becomes 263, Threshholding, of which 1 is the default.
    at = data.index(struct.pack("<HH", 262, 3))
    data[at : at + 2] = struct.pack("<H", 263)
    np.testing.assert_array_equal(decode_image(bytes(data), "a.tif").values, stored)


def test_slices_of_decimals_in_which_white_is_zero_mean_the_same() -> None:
    stack = np.array([[[0, 1, 8]], [[0, 1, 2]]], np.float32)
    file = open_file(tiff(stack, photometric="miniswhite"), "a.tif")
    first, second = (read_frame(file, "a.tif", frame).values for frame in (0, 1))
    assert first[0, :2].tolist() == second[0, :2].tolist() and first[0, 2] < second[0, 2]


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


def test_the_limit_is_checked_on_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMIT_MAX_PIXELS", "40")
    with pytest.raises(BadFileError, match="is 8 x 6 pixels; at most 40"):
        decode_image(tiff(RAMP), "a.tif")


def test_many_channels_are_refused() -> None:
    with pytest.raises(BadFileError, match="7 channels"):
        decode_image(tiff(np.zeros((8, 9, 7), np.uint8), photometric="rgb", planarconfig="contig"), "a.tif")


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_cut_off_tiff_is_refused(compression: str | None) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)
    data = tiff(noise, compression=compression)
    with pytest.raises(BadFileError, match="^a.tif: is "):
        decode_image(data[: len(data) // 2], "a.tif")


def test_decimals_too_large_for_32_bits_are_refused() -> None:
    with pytest.raises(BadFileError, match="too large for 32 bits"):
        decode_image(tiff(np.array([[0.0, 1e300]])), "a.tif")


def packed(values: NDArray[Any], bits: int) -> bytes:
    """A TIFF by hand whose values have any number of bits; each row begins on a byte of its own."""
    rows = ["".join(f"{value:0{bits}b}" for value in row) for row in values.tolist()]
    rows = [row + "0" * (-len(row) % 8) for row in rows]
    pixels = b"".join(int(row, 2).to_bytes(len(row) // 8, "big") for row in rows)
    height, width = values.shape
    tags = [(256, width), (257, height), (258, bits), (259, 1), (262, 1), (273, 122), (277, 1), (278, height)]
    tags.append((279, len(pixels)))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 0) + pixels


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_bits(bits: int) -> None:
    values = np.arange(45).reshape(5, 9) * (2**bits // 45)
    np.testing.assert_array_equal(decode_image(packed(values, bits), "a.tif").values, values)


@pytest.mark.parametrize("bits", [2, 4])
def test_few_bits_are_spread_over_eight_and_masks_count_what_is_stored(bits: int) -> None:
    values = np.arange(45).reshape(5, 9) % 2**bits
    shown = decode_image(packed(values, bits), "a.tif").values
    np.testing.assert_array_equal(shown, values * (255 // (2**bits - 1)))
    np.testing.assert_array_equal(decode_mask(packed(values % 2, bits), "a.tif"), values % 2)


@pytest.mark.parametrize("options", [{"rowsperstrip": 2}, {"tile": (16, 16)}, {"compression": None}])
def test_separate_planes_of_16_bits(options: dict[str, Any]) -> None:
    colour = np.random.default_rng(0).integers(0, 65535, (3, 40, 60), dtype=np.uint16)
    settings: dict[str, Any] = {"photometric": "rgb", "planarconfig": "separate", "compression": "zlib"}
    found = decode_image(tiff(colour, **{**settings, **options}), "a.tif").values
    np.testing.assert_array_equal(found, np.moveaxis(colour, 0, -1))


@pytest.mark.parametrize("compression", ["zlib", "lzw", "zstd", "lzma", "packbits"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("options", [{}, {"bigtiff": True, "byteorder": ">"}])
def test_compressions(compression: str, dtype: type[np.generic], options: dict[str, Any]) -> None:
    values = np.random.default_rng(0).integers(0, 255, (40, 60)).astype(dtype)
    predicts = compression in ("zlib", "lzw", "zstd", "lzma")
    data = tiff(values, compression=compression, predictor=predicts, **options)
    np.testing.assert_array_equal(decode_image(data, "a.tif").values, values)


def test_two_samples_are_grey_with_alpha_or_two_channels() -> None:
    two = np.stack([RAMP, RAMP[::-1]], -1)
    settings: dict[str, Any] = {"photometric": "minisblack", "planarconfig": "contig", "compression": "zlib"}
    alpha = decode_image(tiff(two, extrasamples=["unassalpha"], **settings), "a.tif")
    np.testing.assert_array_equal(alpha.values, RAMP)
    assert alpha.notes == ()
    channels = decode_image(tiff(two, **settings), "a.tif")
    np.testing.assert_array_equal(channels.values, RAMP)
    assert channels.notes == ("a.tif has 2 channels; number 1 is used.",)
    second = decode_image(tiff(two, **settings), "a.tif", frame=1)
    np.testing.assert_array_equal(second.values, RAMP[::-1])


def with_tag(data: bytes, tag: int, new_tag: int, value: int) -> bytes:
    """A TIFF with the number and the value (of 16 bits) of one tag changed."""
    start = int.from_bytes(data[4:8], "little") + 2
    for place in range(start, start + 12 * int.from_bytes(data[start - 2 : start], "little"), 12):
        if data[place : place + 2] == struct.pack("<H", tag):
            changed = struct.pack("<HHIHH", new_tag, 3, 1, value, 0)
            return data[:place] + changed + data[place + 12 :]
    raise KeyError(tag)


@pytest.mark.parametrize("planar", ["separate", "contig"])
def test_two_samples_that_are_called_colours_are_channels(planar: str) -> None:
    two = np.stack([RAMP, RAMP[::-1]], 0 if planar == "separate" else -1)
    data = with_tag(tiff(two, photometric="minisblack", planarconfig=planar), 262, 262, 2)  # as Zeiss's .lsm
    channels = decode_image(data, "a.lsm")
    np.testing.assert_array_equal(channels.values, RAMP)
    assert channels.notes == ("a.lsm has 2 channels; number 1 is used.",)


def test_four_samples_are_channels_unless_one_is_alpha_and_three_are_colours() -> None:
    four = np.stack([RAMP, RAMP[::-1], RAMP // 2, RAMP * 0 + 7], -1)
    settings: dict[str, Any] = {"photometric": "minisblack", "planarconfig": "contig"}
    channels = decode_image(tiff(four, **settings), "a.tif")
    np.testing.assert_array_equal(channels.values, RAMP)
    assert channels.notes == ("a.tif has 4 channels; number 1 is used.",)
    alpha = tiff(four, extrasamples=["unspecified", "unspecified", "unassalpha"], **settings)
    for data in (alpha, tiff(four[..., :3], **settings)):
        colours = decode_image(data, "a.tif")
        np.testing.assert_array_equal(colours.values, four[..., :3])
        assert colours.notes == ("a.tif: its three grey samples are taken as red, green and blue.",)


def test_a_fourth_sample_that_nobody_names_is_told_to_be_taken_as_alpha() -> None:
    four = np.stack([RAMP, RAMP[::-1], RAMP // 2, RAMP * 0 + 7], -1)
    for kind, notes in (
        ("unspecified", ("a.tif: its fourth channel is not explained and taken as alpha.",)),
        ("unassalpha", ()),
    ):
        read = decode_image(tiff(four, photometric="rgb", extrasamples=[kind]), "a.tif")
        np.testing.assert_array_equal(read.values, four[..., :3])
        assert read.notes == notes
    unsaid = with_tag(tiff(four, photometric="rgb", extrasamples=["unassalpha"]), 338, 65000, 0)
    assert decode_image(unsaid, "a.tif").notes == (
        "a.tif: its fourth channel is not explained and taken as alpha.",
    )


def test_five_samples_are_channels_and_may_be_seen_as_colours() -> None:
    five = np.stack([RAMP, RAMP[::-1], RAMP // 2, RAMP * 0, RAMP * 0 + 7], -1)
    data = tiff(five, photometric="minisblack", planarconfig="contig")
    file = open_file(data, "a.tif")
    assert file.channels == ("",) * 5 and file.order == (0,)
    np.testing.assert_array_equal(decode_image(data, "a.tif", frame=3).values, RAMP * 0)
    (frame,) = file.of_channel(5).order
    colours = decode_image(data, "a.tif", frame=frame)
    assert colours.values.shape == (*RAMP.shape, 3)
    assert colours.notes[0].startswith(
        "a.tif has 5 channels; the first ones are shown as red, green and blue"
    )
    with pytest.raises(BadFileError, match="no picture 7"):
        decode_image(data, "a.tif", frame=6)


COLOUR = np.stack([RAMP, RAMP[::-1], RAMP // 2], axis=-1)


def test_cmyk_ycbcr_and_lab_become_rgb() -> None:
    picture = Image.fromarray(COLOUR)
    for mode, furthest in (("CMYK", 1), ("YCbCr", 3)):
        values = decode_image(saved(picture.convert(mode), "TIFF"), "a.tif").values
        assert np.abs(values.astype(int) - COLOUR).max() <= furthest
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    turned = ImageCms.profileToProfile(picture, srgb, lab, outputMode="LAB")
    assert turned is not None
    values = decode_image(saved(turned, "TIFF"), "a.tif").values
    assert np.abs(values.astype(int) - COLOUR).mean() < 4


def test_jpeg_inside() -> None:
    smooth = cv2.resize(COLOUR, (64, 48), interpolation=cv2.INTER_CUBIC)
    data = tiff(smooth, photometric="rgb", compression="jpeg", compressionargs={"level": 95})
    assert np.abs(decode_image(data, "a.tif").values.astype(int) - smooth).mean() < 4


def test_what_is_not_read_is_called_by_its_name() -> None:
    with pytest.raises(BadFileError, match="has colours of the kind CFA"):
        decode_image(tiff(RAMP, photometric="cfa"), "a.tif")
    odd = bytearray(tiff(RAMP, compression="zlib"))
    place = odd.index(struct.pack("<HHI", 259, 3, 1))
    odd[place + 8 : place + 10] = struct.pack("<H", 34676)
    with pytest.raises(BadFileError, match="is packed as SGILOG, which is not read"):
        decode_image(bytes(odd), "a.tif")
