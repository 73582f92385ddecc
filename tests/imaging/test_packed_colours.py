"""Compressed pictures whose own colours and bits are not those that DICOM's or TIFF's header says."""

from __future__ import annotations

import io
import struct

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit

from core.errors import BadFileError
from core.imaging.decode import decode_image
from tests.imaging.making import dicom, saved, tiff

_ROWS, _COLUMNS = np.mgrid[0:32, 0:48]
RGB = np.stack([_COLUMNS * 5, 255 - _ROWS * 7, 40 + _COLUMNS * 3], axis=-1).astype(np.uint8)
# JFIF's: ITU-R BT.601 over the full range.
YBR = np.asarray(Image.fromarray(RGB).convert("YCbCr"))


def jpeg_2000(pixels: NDArray[np.generic], *, transform: bool, colours: str = "") -> bytes:
    container = {"codecformat": "jp2", "colorspace": imagecodecs.JPEG2K.CLRSPC[colours]} if colours else {}
    options = container or {"codecformat": "j2k"}
    packed = imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, mct=transform, **options)
    return bytes(packed)


def dicom_of(packed: bytes, called: str, syntax: str = JPEG2000Lossless) -> bytes:
    elements = {"PhotometricInterpretation": called, "PixelData": encapsulate([packed])}
    return dicom(RGB, syntax, Modality="SM", **elements)


def furthest(data: bytes) -> int:
    return int(np.abs(decode_image(data, "a").values.astype(int) - RGB).max())


@pytest.mark.parametrize("called", ["RGB", "YBR_RCT", "YBR_FULL", "YBR_FULL_422"])
def test_colours_that_jpeg_2000_transformed_are_rgb_whatever_the_header_says(called: str) -> None:
    data = dicom_of(jpeg_2000(RGB, transform=True), called)
    assert furthest(data) == 0
    told = f"a: its header says {called}, but its pixels are packed as RGB, which counts."
    assert (told in decode_image(data, "a").notes) == called.startswith("YBR_FULL")


def test_colours_that_jpeg_2000_did_not_transform_are_what_the_header_says() -> None:
    assert furthest(dicom_of(jpeg_2000(YBR, transform=False), "YBR_FULL")) <= 4
    assert furthest(dicom_of(jpeg_2000(RGB, transform=False), "RGB")) == 0
    ict = dicom_of(jpeg_2000(RGB, transform=False), "YBR_ICT")
    assert furthest(ict) == 0
    told = "a: its header says YBR_ICT, but its pixels are packed as RGB, which counts."
    assert decode_image(ict, "a").notes == (told,)


@pytest.mark.parametrize("called", ["RGB", "YBR_FULL"])
@pytest.mark.parametrize(("colours", "pixels"), [("SRGB", RGB), ("SYCC", YBR)])
def test_the_header_of_a_jp2_inside_counts(colours: str, pixels: NDArray[np.uint8], called: str) -> None:
    assert furthest(dicom_of(jpeg_2000(pixels, transform=False, colours=colours), called)) <= 4


@pytest.mark.parametrize("num_bits", [10, 16])
@pytest.mark.parametrize("allocated", [8, 16])
def test_jpeg_2000_of_more_bits_than_the_header_says_keeps_them(num_bits: int, allocated: int) -> None:
    values = np.linspace(0, 2**num_bits - 1, 48 * 32).astype(np.uint16).reshape(32, 48)
    packed = imagecodecs.jpeg2k_encode(
        values, level=0, reversible=True, bitspersample=num_bits, codecformat="j2k"
    )
    elements = {"BitsAllocated": allocated, "BitsStored": 8, "HighBit": 7}
    data = dicom(values, JPEG2000Lossless, Modality="MR", PixelData=encapsulate([packed]), **elements)
    assert np.array_equal(decode_image(data, "a").values, values)


@pytest.mark.parametrize("jpeg", [False, True])
def test_a_header_of_another_number_of_samples_gives_way(jpeg: bool) -> None:
    syntax = JPEGBaseline8Bit if jpeg else JPEG2000Lossless
    coloured = saved(Image.fromarray(RGB), "JPEG", quality=100, subsampling=0)
    grey = saved(Image.fromarray(RGB[..., 0]), "JPEG", quality=100)
    if not jpeg:
        coloured = jpeg_2000(RGB, transform=True)
        grey = bytes(imagecodecs.jpeg2k_encode(RGB[..., 0], level=0, reversible=True, codecformat="j2k"))
    data = dicom(RGB[..., 0], syntax, Modality="US", PixelData=encapsulate([coloured]))
    assert furthest(data) <= 4
    assert (
        decode_image(data, "a")
        .notes[0]
        .startswith("a: its header says MONOCHROME2, but its pixels are packed")
    )
    data = dicom(RGB, syntax, Modality="US", PixelData=encapsulate([grey]))
    assert np.abs(decode_image(data, "a").values.astype(int) - RGB[..., 0]).max() <= 4
    assert "header says RGB, but its pixels are packed as MONOCHROME2" in decode_image(data, "a").notes[0]


def claiming(packed: bytes, marker: bytes, place: int, size: bytes) -> bytes:
    """Compressed pixels that say that they are far more."""
    begin = packed.index(marker) + place
    return packed[:begin] + size + packed[begin + len(size) :]


HUGE = (
    claiming(jpeg_2000(RGB, transform=True), b"\xff\x51", 6, struct.pack(">II", 60000, 60000)),
    claiming(jpeg_2000(RGB, transform=True), b"\xff\x51", 38, struct.pack(">H", 16384)),
    claiming(saved(Image.fromarray(RGB), "JPEG"), b"\xff\xc0", 5, struct.pack(">HH", 60000, 60000)),
)


@pytest.mark.parametrize("packed", HUGE)
def test_compressed_pixels_that_claim_to_be_far_more_take_no_memory(packed: bytes) -> None:
    syntax = JPEGBaseline8Bit if packed.startswith(b"\xff\xd8") else JPEG2000Lossless
    with pytest.raises(BadFileError, match="its DICOM pixels end too early or do not fit its header"):
        decode_image(dicom_of(packed, "RGB", syntax), "a")
    compression = 7 if syntax == JPEGBaseline8Bit else 34712
    with pytest.raises(BadFileError, match="its strips or tiles are larger than its pixels"):
        decode_image(tiff_of(packed, compression, "rgb", (1, 1)), "a")


def test_luma_and_chroma_of_more_than_8_bits_are_refused_by_their_name() -> None:
    deep = imagecodecs.jpeg2k_encode(YBR.astype(np.uint16), level=0, mct=False, codecformat="j2k")
    elements = {"PhotometricInterpretation": "YBR_FULL", "PixelData": encapsulate([deep])}
    data = dicom(YBR.astype(np.uint16), JPEG2000Lossless, Modality="SM", **elements)
    with pytest.raises(BadFileError, match=r"has colours of the kind YBR_FULL \(16\); save it as RGB"):
        decode_image(data, "a")


def adobe_jpeg(*, transformed: bool) -> bytes:
    """A JPEG with Adobe's marker alone, its components numbered as JFIF does."""
    picture = Image.fromarray(RGB)
    data = saved(picture, "JPEG", quality=100, subsampling=0, **({} if transformed else {"keep_rgb": True}))
    if transformed:
        return data[:2] + b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\x01" + data[20:]
    for letter, number in ((b"R", b"\1"), (b"G", b"\2"), (b"B", b"\3")):
        data = data.replace(letter + b"\x11\0", number + b"\x11\0").replace(letter + b"\0", number + b"\0")
    return data


@pytest.mark.parametrize("called", ["RGB", "YBR_FULL", "YBR_FULL_422"])
@pytest.mark.parametrize("transformed", [False, True])
def test_adobe_s_marker_says_how_a_jpeg_holds_its_colours(called: str, transformed: bool) -> None:
    data = dicom_of(adobe_jpeg(transformed=transformed), called, JPEGBaseline8Bit)
    assert furthest(data) <= 4
    assert len(decode_image(data, "a").notes) == (called.startswith("YBR") != transformed)


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEG2000Lossless])
def test_what_is_compressed_lies_pixel_by_pixel_whatever_the_header_says(syntax: str) -> None:
    if syntax == JPEGBaseline8Bit:
        packed, called = saved(Image.fromarray(RGB), "JPEG", quality=100, subsampling=0), "YBR_FULL_422"
    else:
        packed, called = jpeg_2000(RGB, transform=True), "YBR_RCT"
    elements = {"PhotometricInterpretation": called, "PixelData": encapsulate([packed])}
    data = dicom(RGB, syntax, Modality="US", PlanarConfiguration=1, **elements)
    assert furthest(data) <= 4


def tiff_of(packed: bytes, compression: int, photometric: str, subsampling: tuple[int, int]) -> bytes:
    """A TIFF of one strip that says of packed bytes what one wants."""
    options = {"photometric": photometric, "metadata": None, "rowsperstrip": 32}
    data = io.BytesIO(tiff(RGB, compression="jpeg2000", subsampling=subsampling, **options))
    with tifffile.TiffFile(data) as file:
        page = file.pages.first
        begin, tags = page.dataoffsets[0], page.tags
        places = {name: tags[name].valueoffset for name in ("Compression", "StripByteCounts")}
    written = bytearray(data.getvalue()[:begin] + packed)
    struct.pack_into("<H", written, places["Compression"], compression)
    struct.pack_into("<I", written, places["StripByteCounts"], len(packed))
    return bytes(written)


@pytest.mark.parametrize("subsampling", [(1, 1), (2, 2)])
@pytest.mark.parametrize(
    ("pixels", "transform", "compression", "photometric"),
    [
        (RGB, True, 34712, "ycbcr"),  # the transform gives RGB, whatever the page says
        (YBR, False, 34712, "ycbcr"),
        (RGB, False, 34712, "rgb"),
        (YBR, False, 33003, "rgb"),  # Aperio's two numbers say it, whatever the page says
        (YBR, False, 33003, "ycbcr"),
        (RGB, False, 33005, "ycbcr"),
    ],
)
def test_jpeg_2000_in_a_tiff(
    pixels: NDArray[np.uint8],
    transform: bool,
    compression: int,
    photometric: str,
    subsampling: tuple[int, int],
) -> None:
    data = tiff_of(jpeg_2000(pixels, transform=transform), compression, photometric, subsampling)
    assert furthest(data) <= 4
