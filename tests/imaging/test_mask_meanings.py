"""What a mask's values, colours, tables and opacity mean: what the tools that write so mean by them."""

from __future__ import annotations

import io
from typing import Any

import cv2
import imagecodecs
import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLSLossless

from core.errors import AppError, BadFileError
from core.imaging.class_table import table_of_names
from core.imaging.decode import all_frames, decode_image, decode_mask, mask_reading, read_mask
from core.imaging.mask_files.mask_values import MaskValues, mask_values
from core.imaging.masks import encode_png
from tests.imaging.making import dicom, nifti, png_by_hand, saved, tiff

ROWS, COLUMNS = np.mgrid[:40, :60]
DISTANCE = np.hypot(ROWS - 20, COLUMNS - 25)
DISC = (DISTANCE < 12).astype(np.uint8)
RING = (DISTANCE >= 12) & (DISTANCE < 14)
VOC = np.where(RING, np.uint8(255), DISC)
# Black on white, of which the white is transparent.
ONE_BIT = b"".join(b"\0" + bytes(np.packbits(1 - row)) for row in DISC)
FOUR_BITS = b"".join(b"\0" + bytes(row[::2] * 16 + row[1::2]) for row in DISC)
# Thin arteries and veins, and in one place both.
LINES = np.where(ROWS % 9 == 4, 85, np.where(COLUMNS % 9 == 4, 170, 0)).astype(np.uint8)
LINES[:2, :2] = 255
VOC_COLOURS = [(0, 0, 0), (128, 0, 0), *[(0, 0, 0)] * 253, (224, 224, 192)]


def png(values: NDArray[Any]) -> bytes:
    return saved(Image.fromarray(values), "PNG")


def palette(
    indices: NDArray[np.uint8], colours: list[tuple[int, int, int]], kind: str = "PNG", **more: Any
) -> bytes:
    picture = Image.fromarray(np.ascontiguousarray(indices), "P")
    picture.putpalette([level for colour in colours for level in colour])
    return saved(picture, kind, **more)


def rgba(inside: tuple[int, ...], outside: tuple[int, ...]) -> bytes:
    return png(np.where(DISC[..., None] == 1, np.array(inside, np.uint8), np.array(outside, np.uint8)))


def refusal(data: bytes) -> str:
    with pytest.raises(BadFileError) as caught:
        decode_mask(data, "m")
    return str(caught.value)


REVERSED = [(255 - level,) * 3 for level in range(256)]


@pytest.mark.parametrize(
    "data",
    [
        # Fiji's inverting tables, and white-is-zero of any depth
        tiff(DISC * 255, photometric="miniswhite"),
        tiff(DISC * 255, photometric="miniswhite", compression="zlib"),
        tiff(DISC.astype(np.uint16) * 65535, photometric="miniswhite"),
        tiff(DISC.astype(bool)),
        tiff(DISC.astype(bool), compression="zlib"),
        tiff(DISC.astype(bool), photometric="minisblack"),
        palette(DISC * 255, REVERSED),
        palette(DISC * 255, REVERSED, "BMP"),
        tiff(DISC * 255, photometric="palette", colormap=np.array(REVERSED, np.uint16).T * 257),
        saved(Image.fromarray(DISC.astype(bool)), "TIFF", compression="group4"),
        # what is opaque
        palette(DISC, [(0, 0, 0), (0, 0, 0)], transparency=bytes([0, 255])),
        palette(DISC, [(255,) * 3] * 2, transparency=bytes([0, 255])),
        palette(DISC, [(255,) * 3, (0, 0, 0)], transparency=bytes([0, 255])),
        palette(DISC, [(255, 0, 0), (0, 255, 0)], transparency=0),
        saved(Image.fromarray(DISC * 255), "PNG", transparency=0),
        saved(Image.fromarray((1 - DISC) * 255), "PNG", transparency=255),
        png_by_hand(60, 40, depth=1, colour=0, pixels=ONE_BIT, transparent=b"\0\1"),
        saved(Image.fromarray(np.stack([DISC * 200, DISC * 9, DISC], -1)), "PNG", transparency=(0, 0, 0)),
        rgba((0, 0, 0, 255), (255, 255, 255, 0)),
        rgba((0, 255, 255, 180), (0, 0, 0, 0)),
        rgba((255, 255, 255, 255), (0, 0, 0, 0)),
        rgba((255, 0, 0, 255), (255, 0, 0, 0)),
        png(np.stack([DISC * 0, DISC * 255], -1)),
        # one colour on black, whatever the palette's order
        png(np.stack([DISC * 255, DISC * 0, DISC * 9], -1)),
        palette(1 - DISC, [(255, 0, 0), (0, 0, 0)]),
        palette(DISC, [(0, 0, 0), (0, 0, 0)]),  # a table that was never filled in
        palette(DISC, [(255, 255, 255), (255, 0, 0)]),
        # numbers of any depth
        png_by_hand(60, 40, depth=4, colour=0, pixels=FOUR_BITS),
        tiff(DISC.astype(np.float32)),
        tiff(DISC.astype(np.int32)),
        dicom(DISC, Modality="OT"),
        dicom(DISC, Modality="OT", PhotometricInterpretation="MONOCHROME1"),
        dicom(DISC, Modality="OT", WindowCenter=40, WindowWidth=400),
    ],
)
def test_the_disc_is_foreground(data: bytes) -> None:
    np.testing.assert_array_equal(decode_mask(data, "m"), DISC)


@pytest.mark.parametrize(
    "data",
    [
        png(VOC),
        palette(VOC, VOC_COLOURS),
        tiff(VOC.astype(np.uint16)),
        png(np.array(VOC_COLOURS, np.uint8)[VOC]),
        dicom(VOC, JPEGLSLossless, Modality="OT", PixelData=encapsulate([imagecodecs.jpegls_encode(VOC)])),
    ],
)
def test_255_beside_0_and_1_is_undefined(data: bytes) -> None:
    np.testing.assert_array_equal(read_mask(data, "m"), VOC)
    np.testing.assert_array_equal(decode_mask(data, "m"), DISC)


@pytest.mark.parametrize("background", [4, 30])
def test_where_little_was_decided_the_rest_is_undefined(background: int) -> None:
    decided = np.full((200, 200), 255, np.uint8)
    decided[50 : 50 + background, 50:150], decided[51:54, 60:64] = 0, 1
    np.testing.assert_array_equal(read_mask(png(decided), "m"), decided)


def test_of_1_and_255_alone_either_may_be_the_foreground() -> None:
    with pytest.raises(BadFileError, match=r"2 different values \(1, 255\)"):
        decode_mask(png(np.where(DISC == 1, 255, 1).astype(np.uint8)), "m")
    drawn = palette(np.where(DISC == 1, 255, 1).astype(np.uint8), VOC_COLOURS)
    assert set(np.unique(read_mask(drawn, "m"))) == {1, 255}


@pytest.mark.parametrize("colours", [VOC_COLOURS, [(level,) * 3 for level in range(256)]])
def test_undecided_pixels_of_a_palette_may_be_transparent(colours: list[tuple[int, int, int]]) -> None:
    clear = bytes([*[255] * 255, 0])
    data = palette(VOC, colours, transparency=clear)
    np.testing.assert_array_equal(read_mask(data, "m"), VOC)
    of_classes = table_of_names(["background", "lung", "heart", "undefined"])
    np.testing.assert_array_equal(read_mask(data, "m", meaning=of_classes), VOC)
    outline = np.where(RING, np.uint8(255), np.uint8(0))
    assert set(np.unique(read_mask(palette(outline, VOC_COLOURS, transparency=clear), "m"))) == {0, 255}


def test_a_tile_of_voc_that_is_all_outline_is_undefined() -> None:
    outline = np.where(RING, np.uint8(255), np.uint8(0))
    assert not decode_mask(palette(outline, VOC_COLOURS), "m").any()
    assert set(np.unique(read_mask(palette(outline, VOC_COLOURS), "m"))) == {0, 255}


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (255, 1)])
def test_an_empty_or_full_tile_keeps_its_meaning(value: int, expected: int) -> None:
    tile = np.full((8, 9), value, np.uint8)
    for data in (png(tile), palette(tile, REVERSED), tiff(tile, photometric="miniswhite")):
        assert (decode_mask(data, "m") == expected).all()
    for colours in ([(0, 0, 0)] * 2, [(255, 255, 255), (0, 0, 0)], [(0, 0, 0), (255, 0, 0)]):
        data = palette(tile // 255, colours, transparency=bytes([0, 255]))
        assert (decode_mask(data, "m") == expected).all()
    clear = np.zeros((8, 9, 4), np.uint8)
    clear[..., :3], clear[..., 3] = 255, value
    assert (decode_mask(png(clear), "m") == expected).all()


def labels(side: int = 16, count: int = 100, size: int = 4) -> NDArray[np.uint16]:
    """Discs in a grid, numbered through."""
    plane = np.zeros((10 * side, 10 * side), np.uint16)
    rows, columns = np.mgrid[: 10 * side, : 10 * side]
    for number in range(1, count + 1):
        row, column = divmod(number - 1, 10)
        plane[np.hypot(rows - row * side - 8, columns - column * side - 8) <= size] = number
    return plane


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.uint32, np.float32])
def test_a_label_image_of_many_objects_is_foreground_all_over(dtype: type[np.generic]) -> None:
    plane = labels()
    np.testing.assert_array_equal(decode_mask(tiff(plane.astype(dtype)), "m"), plane > 0)


def framed(plane: NDArray[Any], value: int) -> NDArray[Any]:
    return np.pad(plane, 3, constant_values=value)


@pytest.mark.parametrize("width", [1, 3, 5])
def test_a_frame_round_a_mask_is_no_foreground_unless_somebody_says_so(width: int) -> None:
    plane = np.pad(DISC * np.uint8(255), width, constant_values=255)
    plane[10:, -6:-width] = 255  # an object that touches the frame
    assert "a frame of foreground runs along its edges" in refusal(png(plane))
    assert mask_reading(png(plane), "m").options[0] == MaskValues()
    np.testing.assert_array_equal(read_mask(png(plane), "m", meaning=MaskValues()), plane > 0)
    jpeg = saved(Image.fromarray(plane), "JPEG", quality=95)
    assert "a frame of foreground" in refusal(jpeg)
    np.testing.assert_array_equal(read_mask(jpeg, "m", meaning=MaskValues()), plane > 0)
    # What is not a line is a mask: all but an ellipse, as of what lies outside of an eye.
    np.testing.assert_array_equal(decode_mask(png((1 - DISC) * np.uint8(255)), "m"), 1 - DISC)


# 240 squares, numbered through.
MANY = np.kron(np.arange(1, 241).reshape(15, 16), np.pad(np.ones((4, 4), int), 2)).astype(np.uint8)


@pytest.mark.parametrize(
    "plane",
    [
        labels(count=3).astype(np.uint8),  # objects, or classes?
        framed(labels(count=20).astype(np.uint8), 255),  # objects, and what nobody decided
        framed(labels(count=3), 65535),
        framed(labels(), 65535),
        framed(MANY, 255),
        framed(labels(), 101),  # a frame is no object
        np.where(labels() > 0, labels() + 1, 1)
        * (np.arange(160) != 16),  # nor is 1, the ground of a watershed
        labels() * 3,  # a crop, or values that mean something
        np.where(DISC == 1, np.uint8(2), VOC) + (ROWS < 3).astype(np.uint8),  # classes with 255
        np.where(RING, np.uint8(128), DISC * 255),  # a third value along the outline
        np.where(ROWS < 3, np.uint8(128), DISC * 255),
        np.where((ROWS == 0) & (COLUMNS < 9), np.uint8(1), DISC * 255),  # slips, or all but them undefined?
        LINES,
        np.arange(240, dtype=np.uint8)[:, None].repeat(200, axis=1),  # a slope
        np.minimum(DISTANCE * 6, 250).astype(np.uint8),  # a distance map
        (DISC * 2 - 1).astype(np.int8),
        DISC + np.uint8(1),
    ],
)
def test_what_can_mean_several_things_is_told(plane: NDArray[Any]) -> None:
    assert "is no mask" in refusal(tiff(plane))


@pytest.mark.parametrize("width", [2, 30])
def test_label_images_that_were_inverted_are_not_all_foreground(width: int) -> None:
    objects = np.pad(np.arange(1, 13, dtype=np.uint16).reshape(3, 4).repeat(9, 0).repeat(9, 1), width)
    for inverted in (65535 - np.minimum(objects, 1), 65535 - objects, 255 - objects.astype(np.uint8)):
        assert "different values" in refusal(tiff(inverted))


@pytest.mark.parametrize("how", [cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA])
def test_classes_and_undecided_pixels_that_were_resized_are_not_what_is_undecided(how: int) -> None:
    assert "different values" in refusal(png(cv2.resize(VOC, (90, 64), interpolation=how)))


def test_the_sentence_names_the_flags_that_decide() -> None:
    said = refusal(png(labels(count=3).astype(np.uint8)))
    assert "--mask_values union" in said and "--classes" in said and "(0, 1, 2, 3)" in said


@pytest.mark.parametrize(
    "soft",
    [
        cv2.resize(DISC * 255, (150, 100), interpolation=cv2.INTER_LINEAR),
        cv2.resize(DISC * 255, (31, 21), interpolation=cv2.INTER_AREA),
        cv2.resize(DISC * 255, (150, 100), interpolation=cv2.INTER_CUBIC),
        cv2.GaussianBlur(DISC * 255, (3, 3), 0),
    ],
)
def test_soft_edges_of_resizing_are_cut_at_half(soft: NDArray[np.uint8]) -> None:
    expected = soft >= 128
    np.testing.assert_array_equal(decode_mask(png(soft), "m"), expected)
    np.testing.assert_array_equal(decode_mask(tiff(soft.astype(np.float32) / 255), "m"), expected)


def test_a_jpeg_saved_as_png_is_still_soft() -> None:
    lossy = cv2.imdecode(cv2.imencode(".jpg", DISC * 255, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], -1)
    assert len(np.unique(lossy)) > 16
    np.testing.assert_array_equal(decode_mask(png(lossy), "m"), lossy >= 128)


def test_specks_that_became_grey_in_resizing_are_no_lines() -> None:
    drawn = cv2.circle(np.zeros((80, 240), np.uint8), (51, 39), 24, 255, -1)
    drawn[15:17, 181:183] = drawn[41:43, 201:203] = 255
    soft = cv2.resize(drawn, (120, 40), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(decode_mask(png(soft), "m"), soft >= 128)


def test_a_small_object_in_the_best_jpeg() -> None:
    small = np.zeros((64, 64), np.uint8)
    small[20:23, 30:33] = 255
    data = saved(Image.fromarray(small), "JPEG", quality=100)
    assert np.unique(decode_image(data, "m.jpg").values).tolist() == [0, 1, 255]
    np.testing.assert_array_equal(decode_mask(data, "m.jpg"), small // 255)


def test_a_jpeg_of_0_and_1_is_told() -> None:
    assert "JPEG does not keep values so close" in refusal(
        saved(Image.fromarray(DISC * 3), "JPEG", quality=95)
    )


@pytest.mark.parametrize("quality", [30, 75, 95])
def test_a_third_class_is_told_in_a_jpeg_too(quality: int) -> None:
    large = np.kron(DISC, np.ones((5, 5), np.uint8))
    around = cv2.dilate(large, np.ones((9, 9), np.uint8))
    classes = np.where(large == 1, 255, around * 128).astype(np.uint8)
    assert "different values" in refusal(saved(Image.fromarray(classes), "JPEG", quality=quality))
    expected = saved(Image.fromarray(large * 255), "JPEG", quality=quality)
    assert (decode_mask(expected, "m.jpg") != large).mean() < 0.002


def test_a_codec_that_may_have_changed_values_keeps_no_undefined_ones() -> None:
    packed = tiff(np.kron(VOC, np.ones((8, 8), np.uint8)), compression="jpeg2000")
    assert "3 different values (0, 1, 255)" in refusal(packed)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16])
def test_numbers_of_classes_that_nibabel_scaled_are_these(dtype: type[np.generic]) -> None:
    labels = np.repeat([0.0, 1.0, 2.0], 20)[:, None, None] * np.ones((1, 40, 1))
    header = nib.Nifti1Image(np.zeros(labels.shape, dtype), np.eye(4)).header
    scaled = nib.Nifti1Image(labels, np.eye(4), header).to_bytes()
    table = table_of_names(["background", "liver", "tumour"])
    read, expected = (
        read_mask(data, "m.nii", meaning=table) for data in (scaled, nifti(labels.astype(dtype)))
    )
    np.testing.assert_array_equal(read, expected)
    # Probabilities are none, nor what lies between.
    soft = nib.Nifti1Image(labels / 3, np.eye(4), header).to_bytes()
    with pytest.raises(BadFileError, match="is no mask"):
        read_mask(soft, "m.nii", meaning=table)


def test_several_pictures_are_told() -> None:
    pages = tiff(np.stack([DISC, DISC]), photometric="minisblack")
    first, second = Image.fromarray(DISC * 255), Image.fromarray(255 - DISC * 255)
    film = saved(first, "GIF", save_all=True, append_images=[second])
    for data in (pages, film, dicom(np.stack([DISC, DISC]), Modality="OT", NumberOfFrames=2)):
        assert "it holds 2 pictures, and a mask is one" in refusal(data)


def segmentation(frames: NDArray[np.uint8], num_segments: int = 1, **elements: Any) -> bytes:
    bits = np.packbits(frames.ravel(), bitorder="little")
    return dicom(
        frames,
        **{
            **dict(SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4", Modality="SEG", SegmentationType="BINARY"),
            **dict(
                BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=bits.tobytes(), NumberOfFrames=len(frames)
            ),
            **dict(SegmentSequence=[Dataset() for _ in range(num_segments)]),
            **elements,
        },
    )


def test_a_dicom_segmentation_is_a_mask() -> None:
    np.testing.assert_array_equal(decode_mask(segmentation(DISC[None]), "s.dcm"), DISC)
    assert decode_image(segmentation(DISC[None]), "s.dcm").notes == (
        "s.dcm is a DICOM segmentation: a mask, not an image.",
    )
    part = dict(SegmentationType="FRACTIONAL", MaximumFractionalValue=200, PixelData=(DISC * 150).tobytes())
    data = segmentation(DISC[None], **part, BitsAllocated=8, BitsStored=8, HighBit=7)
    np.testing.assert_array_equal(decode_mask(data, "s.dcm"), DISC)


def test_frames_of_a_segmentation_may_begin_within_a_byte() -> None:
    # 35 bits a frame: the third one lies in six bytes, from the last two bits of the first one on.
    frames = (np.arange(4 * 35) % 3 == 0).astype(np.uint8).reshape(4, 5, 7)
    read = all_frames(segmentation(frames), "s.dcm").numbers
    np.testing.assert_array_equal(read, frames.reshape(20, 7))
    with pytest.raises(BadFileError, match="cut off"):
        all_frames(segmentation(frames, PixelData=bytes(16)), "s.dcm")


def test_several_segments_or_slices_are_told() -> None:
    assert "of 2 segments" in refusal(segmentation(np.stack([DISC, 1 - DISC]), 2))
    assert "of 2 slices" in refusal(segmentation(np.stack([DISC, 1 - DISC])))


def test_what_a_person_says_decides() -> None:
    plane = labels(count=3).astype(np.uint8)
    for said, expected in (
        (["union"], plane > 0),
        (["2"], plane == 2),
        (["1", "3"], (plane == 1) | (plane == 3)),
    ):
        np.testing.assert_array_equal(read_mask(png(plane), "m", meaning=mask_values(said)), expected)
    found = read_mask(png(plane), "m", meaning=mask_values(["1", "undefined=3"]))
    np.testing.assert_array_equal(found, np.where(plane == 3, 255, plane == 1))
    coloured = np.stack([plane, plane * 2, plane], -1)
    np.testing.assert_array_equal(read_mask(png(coloured), "m", meaning=MaskValues()), plane > 0)


@pytest.mark.parametrize("words", [["x"], ["union", "1"], ["undefined=255"], ["-1"], []])
def test_other_words_are_one_sentence(words: list[str]) -> None:
    with pytest.raises(AppError, match="--mask_values takes"):
        mask_values(words)


def test_a_photograph_is_no_mask() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    assert "is no mask: it is a colour picture" in refusal(buffer.getvalue())


def test_one_colour_on_white_is_the_mask() -> None:
    picture = np.full((*DISC.shape, 3), 255, np.uint8)
    picture[DISC != 0] = (200, 30, 30)
    np.testing.assert_array_equal(decode_mask(encode_png(picture), "m.png"), DISC)


@pytest.mark.parametrize("colour", [(255, 255, 0), (255, 0, 255), (0, 255, 255)])
@pytest.mark.parametrize("object_is_white", [True, False])
def test_a_light_colour_beside_white_may_be_a_class_of_its_own(
    colour: tuple[int, ...], object_is_white: bool
) -> None:
    # Tables of classes have yellow, magenta and cyan together with white; nobody draws with them on white.
    is_white = (DISC == 1) == object_is_white
    picture = np.where(is_white[..., None], np.uint8(255), np.array(colour, np.uint8))
    assert "is no mask: it is a colour picture" in refusal(encode_png(picture))


@pytest.mark.parametrize("quality", [20, 75, 100])
def test_grey_that_webp_made_colours_off_by_one_is_grey(quality: int) -> None:
    data = saved(Image.fromarray(DISC * 255), "WEBP", quality=quality)
    np.testing.assert_array_equal(decode_mask(data, "m.webp"), DISC)


def test_values_that_are_said_are_those_that_a_gif_shows() -> None:
    # Pillow's GIF has a table of the greys that are there, so 3 has the place 2 in it.
    mask = np.array([[0, 2, 3, 3]] * 4, np.uint8)
    data = saved(Image.fromarray(mask), "GIF")
    found = read_mask(data, "m", meaning=mask_values(["2"]))
    assert found[0].tolist() == [0, 1, 0, 0]
    assert mask_reading(data, "m").values == (0, 2, 3)
