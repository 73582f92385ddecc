"""PNG, JPEG, BMP, WebP, GIF and PNM through the one door."""

from __future__ import annotations

import gzip
import re
import struct
import zlib

import cv2
import imagecodecs
import numpy as np
import pytest
from PIL import Image

from core.errors import BadFileError
from core.imaging.decode import decode_image
from core.imaging.intensity import to_display
from tests.imaging.making import png_by_hand, png_chunk, saved, tiff

GREY = np.array([[0, 50, 100], [150, 200, 250]], np.uint8)
COLOUR = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [10, 20, 30]]], np.uint8)


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "GIF"])
def test_grey_comes_back_as_it_was_saved(file_format: str) -> None:
    image = decode_image(saved(Image.fromarray(GREY), file_format), "a")
    assert image.values.dtype == np.uint8
    np.testing.assert_array_equal(image.values, GREY)
    assert (image.kind, image.notes) == ("display", ())


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "WEBP"])
def test_colour_comes_back_in_the_order_red_green_blue(file_format: str) -> None:
    options = {"lossless": True} if file_format == "WEBP" else {}
    image = decode_image(saved(Image.fromarray(COLOUR), file_format, **options), "a")
    np.testing.assert_array_equal(image.values, COLOUR)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"P5\n# made by hand\n3 1\n255\n" + bytes([0, 7, 255]), np.array([[0, 7, 255]], np.uint8)),
        (b"P5 3 1 15\n" + bytes([0, 2, 15]), np.array([[0, 2, 15]], np.uint8)),
        (b"P2\n3 1 # width, height\n15\n0 2 15\n", np.array([[0, 2, 15]], np.uint8)),
        (b"P2 3 1 255 7 8 9", np.array([[7, 8, 9]], np.uint8)),  # no line ends behind the last number
        (b"P3 1 1 65535 7 8 65535", np.array([[[7, 8, 65535]]], np.uint16)),
        (b"P1 3 1 0 1 0", np.array([[255, 0, 255]], np.uint8)),
        (b"P5\n2 1\n4095\n" + np.array([1, 4095], ">u2").tobytes(), np.array([[1, 4095]], np.uint16)),
        (b"P6\n1 1\n255\n" + bytes([1, 2, 3]), np.array([[[1, 2, 3]]], np.uint8)),
        (b"P3\n1 1\n9\n1 2 3\n", np.array([[[1, 2, 3]]], np.uint8)),
        (b"P1\n3 1\n0 1 0\n", np.array([[255, 0, 255]], np.uint8)),  # 1 is black
    ],
)
def test_pnm_comes_back_with_the_numbers_that_are_in_it(data: bytes, expected: np.ndarray) -> None:
    values = decode_image(data, "a.pgm").values
    assert values.dtype == expected.dtype
    np.testing.assert_array_equal(values, expected)


def test_the_largest_value_of_a_pnm_is_white() -> None:
    grey = (
        b"P5 3 1 15\n" + bytes([0, 3, 15]),
        b"P2\n# 9 9 9 9\n3 1\n15\n0 3 15\n",
        b"P5 3 1 255\n" + bytes([0, 51, 255]),
    )
    for data in grey:
        assert to_display(decode_image(data, "a.pgm")).tolist() == [[0, 51, 255]]
    for data in (b"P6 1 1 15\n" + bytes([0, 3, 15]), b"P3\n1 1\n15\n0 3 15\n"):
        assert to_display(decode_image(data, "a.ppm")).tolist() == [[[0, 51, 255]]]


@pytest.mark.parametrize(
    "data", [b"P5\n3 2\n255\n\0", b"P6 9", b"P2\n2 1\n255\n1 x", b"P2\n2 1\n9\n1 300", b"P5\n-3 2\n255\n\0"]
)
def test_a_damaged_pnm_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(BadFileError, match="damaged|cut off"):
        decode_image(data, "a.pgm")


def test_jpeg_colour_is_close_to_what_was_saved() -> None:
    flat = np.full((16, 16, 3), (200, 60, 30), np.uint8)
    values = decode_image(saved(Image.fromarray(flat), "JPEG", quality=95), "a.jpg").values
    assert values.shape == (16, 16, 3)
    assert np.abs(values.astype(int) - flat).max() <= 4


def test_rgb_with_equal_channels_is_grey() -> None:
    image = decode_image(saved(Image.fromarray(GREY).convert("RGB"), "PNG"), "a.png")
    np.testing.assert_array_equal(image.values, GREY)


def test_alpha_is_dropped() -> None:
    alpha = Image.fromarray(np.array([[0, 128, 255], [1, 2, 3]], np.uint8))
    grey_alpha = Image.merge("LA", (Image.fromarray(GREY), alpha))
    np.testing.assert_array_equal(decode_image(saved(grey_alpha, "PNG"), "a.png").values, GREY)
    rgba = Image.fromarray(COLOUR).convert("RGBA")
    rgba.putpixel((0, 0), (255, 0, 0, 7))
    np.testing.assert_array_equal(decode_image(saved(rgba, "PNG"), "a.png").values, COLOUR)


def test_a_palette_becomes_its_colours() -> None:
    indexed = Image.fromarray(np.array([[0, 1], [2, 1]], np.uint8), "P")
    indexed.putpalette([255, 0, 0, 0, 255, 0, 9, 9, 8])
    values = decode_image(saved(indexed, "PNG"), "a.png").values
    assert values.tolist() == [[[255, 0, 0], [0, 255, 0]], [[9, 9, 8], [0, 255, 0]]]


def test_a_grey_palette_becomes_grey_even_with_transparency() -> None:
    indexed = Image.fromarray(np.array([[1, 0]], np.uint8), "P")
    indexed.putpalette([40, 40, 40, 200, 200, 200])
    data = saved(indexed, "PNG", transparency=b"\x00\x80")
    assert decode_image(data, "a.png").values.tolist() == [[200, 40]]


@pytest.mark.parametrize("bits", [4, 8])
def test_a_bmp_of_black_and_white_has_one_pixel_in_each_of_its_4_or_8_bits(bits: int) -> None:
    seen = np.array([[0, 1, 1, 0], [1, 1, 1, 0]], np.uint8)
    rows = seen[::-1] if bits == 8 else seen[::-1, ::2] * 16 + seen[::-1, 1::2]
    pixels = b"".join(bytes(row).ljust(4, b"\0") for row in rows)
    header = struct.pack("<IiiHHIIiiII", 40, 4, 2, 1, bits, 0, len(pixels), 0, 0, 2, 0)
    data = b"BM" + struct.pack("<IHHI", 62 + len(pixels), 0, 0, 62) + header + bytes(4) + b"\xff\xff\xff\0"
    np.testing.assert_array_equal(decode_image(data + pixels, "x.bmp").values, seen * 255)
    with pytest.raises(BadFileError, match="x.bmp"):
        decode_image(data + pixels[:-4], "x.bmp")


def test_one_bit_is_black_and_white() -> None:
    bits = Image.fromarray(np.array([[True, False, True]]))
    assert decode_image(saved(bits, "PNG"), "a.png").values.tolist() == [[255, 0, 255]]


def test_cmyk_becomes_rgb() -> None:
    cmyk = Image.new("CMYK", (16, 16), (0, 255, 255, 0))  # magenta and yellow ink: red
    values = decode_image(saved(cmyk, "JPEG", quality=95), "a.jpg").values
    assert values.shape == (16, 16, 3)
    assert np.abs(values.astype(int) - [255, 0, 0]).max() <= 4


def test_sixteen_bit_is_kept() -> None:
    deep = np.array([[0, 1000], [40000, 65535]], np.uint16)
    _, encoded = cv2.imencode(".png", deep)
    image = decode_image(bytes(encoded), "a.png")
    assert image.values.dtype == np.uint16
    np.testing.assert_array_equal(image.values, deep)


def test_sixteen_bit_colour_is_kept() -> None:
    deep = np.array([[[1, 2, 60000]]], np.uint16)
    _, encoded = cv2.imencode(".png", deep[..., ::-1])
    np.testing.assert_array_equal(decode_image(bytes(encoded), "a.png").values, deep)


@pytest.mark.parametrize(
    ("orientation", "seen"),
    [
        (1, [[0, 80, 160]]),
        (2, [[160, 80, 0]]),
        (3, [[160, 80, 0]]),
        (4, [[0, 80, 160]]),
        (5, [[0], [80], [160]]),
        (6, [[0], [80], [160]]),
        (7, [[160], [80], [0]]),
        (8, [[160], [80], [0]]),
    ],
)
def test_exif_orientation_is_applied(orientation: int, seen: list[list[int]]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.array([[0, 80, 160]], np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    data = saved(Image.fromarray(stored), "JPEG", quality=100, exif=exif)
    values = decode_image(data, "a.jpg").values
    expected = np.array(seen, np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    assert values.shape == expected.shape
    assert np.abs(values.astype(int) - expected).max() <= 3


def test_exif_turns_and_flips_as_pillow_does() -> None:
    corner = np.zeros((16, 24), np.uint8)
    corner[:8, :8] = 255
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = saved(Image.fromarray(corner), "PNG", exif=exif)
        turned = {
            2: Image.Transpose.FLIP_LEFT_RIGHT,
            3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_270,
            7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_90,
        }
        picture = Image.fromarray(corner)
        if orientation in turned:
            picture = picture.transpose(turned[orientation])
        np.testing.assert_array_equal(decode_image(data, "a.png").values, np.asarray(picture))


@pytest.mark.parametrize(
    ("shape", "orientation", "is_told"),
    [((8, 8), 1, False), ((8, 8), 6, True), ((8, 16), 3, True), ((8, 16), 6, False)],
)
def test_where_turning_leaves_the_size_as_it_was_that_is_said(
    shape: tuple[int, int], orientation: int, is_told: bool
) -> None:
    told = "a is turned as its header says; a mask drawn on it as it is stored would lie wrong."
    exif = Image.Exif()
    exif[0x0112] = orientation
    png = saved(Image.fromarray(np.zeros(shape, np.uint8)), "PNG", exif=exif)
    as_tiff = tiff(np.zeros(shape, np.uint8), extratags=[(274, 3, 1, orientation, True)])
    for data in (png, as_tiff):
        assert decode_image(data, "a").notes == ((told,) if is_told else ())


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_picture_is_used_and_said(file_format: str) -> None:
    first, second = Image.new("RGB", (8, 8), (200, 10, 10)), Image.new("RGB", (8, 8), (0, 0, 255))
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = saved(first, file_format, save_all=True, append_images=[second], **options)
    image = decode_image(data, "film")
    assert np.abs(image.values.astype(int) - [200, 10, 10]).max() <= 2
    assert image.notes == ("film holds 2 pictures; the first one is used.",)


@pytest.mark.parametrize(("side", "told"), [(16, ("a holds 2 pictures; the first one is used.",)), (8, ())])
def test_a_second_picture_of_a_jpeg_is_told_unless_it_is_a_small_one(
    side: int, told: tuple[str, ...]
) -> None:
    pictures = [Image.fromarray(np.full((each, each, 3), 9, np.uint8)) for each in (16, side)]
    image = decode_image(saved(pictures[0], "MPO", save_all=True, append_images=pictures[1:]), "a")
    assert image.values.shape == (16, 16) and image.notes == told


def test_an_animation_of_16_bits_keeps_them() -> None:
    frame = struct.pack(">IIIIHHBB", 2, 1, 0, 0, 1, 10, 0, 0)
    pixels = zlib.compress(b"\0" + struct.pack(">HH", 500, 1500))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 2, 1, 16, 0, 0, 0, 0)),
        *[(b"acTL", struct.pack(">II", 2, 0)), (b"fcTL", bytes(4) + frame), (b"IDAT", pixels)],
        *[(b"fcTL", b"\0\0\0\1" + frame), (b"fdAT", b"\0\0\0\2" + pixels), (b"IEND", b"")],
    ]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*each) for each in parts)
    assert decode_image(data, "film.png").values.tolist() == [[500, 1500]]


def test_one_pixel_and_all_black_are_images() -> None:
    assert decode_image(saved(Image.new("L", (1, 1), 7), "PNG"), "a.png").values.tolist() == [[7]]
    assert not decode_image(saved(Image.new("L", (9, 5)), "JPEG"), "a.jpg").values.any()


def test_the_limit_is_checked_before_pixels_are_decoded() -> None:
    huge = png_by_hand(20_000, 20_000, depth=8, colour=0, pixels=b"")
    with pytest.raises(BadFileError, match="^huge.png: is 20000 x 20000 pixels; at most 100,000,000 pixels"):
        decode_image(huge, "huge.png")
    long = png_by_hand(40_000, 2, depth=8, colour=0, pixels=b"")
    with pytest.raises(BadFileError, match="30,000 a side"):
        decode_image(long, "long.png")


def test_limits_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(Image.new("L", (10, 10)), "PNG")
    monkeypatch.setenv("LIMIT_MAX_FILE_BYTES", "10")
    with pytest.raises(BadFileError, match="LIMIT_MAX_FILE_BYTES"):
        decode_image(data, "a.png")
    monkeypatch.delenv("LIMIT_MAX_FILE_BYTES")
    monkeypatch.setenv("LIMIT_MAX_PIXELS", "50")
    with pytest.raises(BadFileError, match="at most 50 pixels"):
        decode_image(data, "a.png")


def test_a_huge_gif_is_refused_by_its_size() -> None:
    data = bytearray(saved(Image.new("L", (4, 4)), "GIF"))
    data[6:10] = b"\xff\xff\xff\xff"
    with pytest.raises(BadFileError, match="pixels"):
        decode_image(bytes(data), "a.gif")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"just some text", "is no image that can be read"),
        (b"\x89PNG\r\n\x1a\nrubbish", "is cut off or damaged"),
        (b"\xff\xd8\xff\xe0rubbish", "is cut off or damaged"),
        (b"BM" + bytes(60), "is cut off or damaged"),
    ],
)
def test_what_is_no_image_is_refused_in_one_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(BadFileError, match=f"^사진.png: {reason}"):
        decode_image(data, "사진.png")


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "BMP", "WEBP", "GIF"])
def test_cut_off_pixels_are_an_error(file_format: str) -> None:
    busy = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = saved(Image.fromarray(busy), file_format)
    with pytest.raises(BadFileError, match="^cut: is cut off or damaged"):
        decode_image(data[: len(data) // 2], "cut")


def test_a_flipped_bit_in_a_png_is_an_error() -> None:
    data = bytearray(saved(Image.fromarray(GREY), "PNG"))
    data[data.index(b"IDAT") + 6] ^= 0x10
    with pytest.raises(BadFileError, match="check sums"):
        decode_image(bytes(data), "a.png")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes(344) + b"n+1\0" + bytes(60), "is cut off or damaged (its NIfTI header cannot be read)"),
        (bytes(344) + b"ni1\0" + bytes(60), "is the header of a NIfTI volume in two files"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer without the file itself"),
        (b"/annex/objects/SHA256E-s9--00.png\n", "is a git-annex pointer without the file itself"),
        (b"../../.git/annex/objects/9K/0w/SHA256E-s9--00.png", "is a git-annex pointer without the file"),
        (b"bplist00\xd2", "is a placeholder of iCloud without the file itself, which is not read; download"),
        (imagecodecs.jpegls_encode(GREY), "is a JPEG-LS picture, which is not read; save it as PNG"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "is an HEIC picture, which is not read; save it as PNG"),
        (b"\0\0\0\x0cjP  \r\n", "is a JPEG 2000 picture"),
        (b"\x5c\x01\0\0" + bytes(344), "is the header of an Analyze volume in two files"),
        (b"\0\0\x01\x5c" + bytes(344), "is the header of an Analyze volume in two files"),
        (b"\x1c\x02\0\0ni2\0" + bytes(532), "is the header of a NIfTI volume in two files"),
        (b"P7\nWIDTH 3\n", "is a PAM picture"),
        (b"Pf\n3 2\n-1.0\n", "is a PFM picture"),
        (b"a.png".ljust(257, b"\0") + b"ustar\0", "is a tar archive"),
        (b"\x1f\x8b\x08" + bytes(20), "is a gzip file"),
        (
            gzip.compress(b"\0\0\0\1\0\0\1\0" + bytes(280), mtime=0),
            "is a FreeSurfer volume (MGH), which is not read; save",
        ),
        (gzip.compress(b"a.png".ljust(257, b"\0") + b"ustar\0", mtime=0), "is a tar archive"),
        (b"NDims = 3\nDimSize = 4 5 3\n", "is a MetaImage volume"),
        (b"\xda\xce\xbe\x0a" + bytes(20), "is a Nikon ND2 file, which is not read; export it as TIFF"),
        (bytes(208) + b"MAP DD\0\0" + bytes(900), "is an MRC volume"),
        (b"\0\0\0\x18ftypisom", "is a video"),
        (b"\0\0\0\x18ftypavis", "is an AVIF picture"),
        (b"\0\0\1\0\2\0\x10\x10", "is an icon, which is not read; save it as PNG"),
        (b"icns\0\0\0\x20", "is an icon"),
        (b"<!DOCTYPE html><title>404</title>", "is a web page, not a picture"),
        (b"BZh91AY&SY", "is a bzip2 file, which is not read; unpack it first"),
        (b"<?xml version='1.0'?><svg/>", "is an XML or SVG file"),
    ],
)
def test_a_format_that_is_not_read_is_called_by_its_name(data: bytes, reason: str) -> None:
    with pytest.raises(BadFileError, match=f"^a.png: {re.escape(reason)}"):
        decode_image(data, "a.png")


@pytest.mark.parametrize("lossless", [True, False])
def test_jpeg_of_twelve_bits_and_without_loss(lossless: bool) -> None:
    deep = np.linspace(0, 4095, 64 * 64).reshape(64, 64).astype(np.uint16)
    encode = imagecodecs.ljpeg_encode if lossless else imagecodecs.jpeg_encode
    image = decode_image(encode(deep, bitspersample=12), "a.jpg")
    assert image.values.dtype == np.uint16
    assert np.abs(image.values.astype(int) - deep).max() <= (0 if lossless else 40)
