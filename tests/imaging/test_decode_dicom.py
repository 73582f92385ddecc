"""DICOM: Hounsfield units, what is shown, what is refused, and what must never come out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import MPEG2MPML, ExplicitVRBigEndian, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless

from core.errors import BadFileError
from core.imaging.decode import decode_image, decode_mask, open_file, read_frame
from core.imaging.intensity import to_display
from tests.imaging.making import PATIENT, dicom, saved

STORED = np.array([[24, 1024], [1064, 3051]], np.uint16)


def test_ct_comes_in_hounsfield_units() -> None:
    image = decode_image(dicom(STORED, RescaleSlope=1, RescaleIntercept=-1024), "slice.dcm")
    assert image.kind == "hu"
    assert image.values.dtype == np.int16
    assert image.values.tolist() == [[-1000, 0], [40, 2027]]


def test_slope_and_signed_values_count() -> None:
    stored = np.array([[-500, 20]], np.int16)
    image = decode_image(dicom(stored, RescaleSlope=2, RescaleIntercept=10), "slice.dcm")
    assert image.values.tolist() == [[-990, 50]]


def test_padding_far_outside_stays_in_range() -> None:
    stored = np.array([[-32768, 0]], np.int16)
    image = decode_image(dicom(stored, RescaleSlope=1, RescaleIntercept=-1024), "slice.dcm")
    assert image.values.tolist() == [[-32768, -1024]]


def test_what_is_no_ct_is_grey_to_be_shown() -> None:
    image = decode_image(dicom(STORED, Modality="DX"), "xray.dcm")
    assert image.kind == "display"
    assert image.values.dtype == np.uint16
    assert image.values.tolist() == STORED.tolist()


def test_monochrome1_is_turned_round() -> None:
    image = decode_image(dicom(STORED, Modality="DX", PhotometricInterpretation="MONOCHROME1"), "xray.dcm")
    assert image.values.tolist() == [[3027, 2027], [1987, 0]]


def test_the_window_in_the_file_is_used_outside_ct() -> None:
    stored = np.array([[0, 900, 1000, 1100, 4000]], np.uint16)
    image = decode_image(dicom(stored, Modality="MR", WindowCenter=1000, WindowWidth=200), "mr.dcm")
    values = image.values.astype(float)
    part = (values - values.min()) / (values.max() - values.min())
    # LINEAR function of PS3.3 C.11.2.1.2: ((x - 999.5) / 199 + 0.5) clipped to [0, 1]
    np.testing.assert_allclose(part, [[0, 0.0000, 0.5025, 1, 1]], atol=0.003)


def test_a_window_of_no_width_is_left_out() -> None:
    image = decode_image(dicom(STORED, Modality="MR", WindowCenter=1000, WindowWidth=0), "mr.dcm")
    assert image.values.tolist() == STORED.tolist()


def test_of_several_windows_the_first_is_used() -> None:
    stored = np.array([[0, 500, 4000]], np.uint16)
    data = dicom(stored, Modality="MR", WindowCenter=[100, 2000], WindowWidth=[50, 4000])
    values = decode_image(data, "mr.dcm").values
    assert values[0, 1] == values[0, 2] > values[0, 0]


def test_enhanced_files_keep_slope_and_intercept_with_their_frames() -> None:
    rescale, groups = Dataset(), Dataset()
    rescale.RescaleSlope, rescale.RescaleIntercept, rescale.RescaleType = 1, -1024, "HU"
    groups.PixelValueTransformationSequence = [rescale]
    frames = np.stack([STORED, STORED + 1])
    image = decode_image(
        dicom(frames, NumberOfFrames=2, SharedFunctionalGroupsSequence=[groups]), "enhanced.dcm"
    )
    assert image.kind == "hu"
    assert image.values.tolist() == [[-1000, 0], [40, 2027]]


def test_a_frame_keeps_its_own_window_whichever_was_read_before() -> None:
    window, own = Dataset(), Dataset()
    window.WindowCenter, window.WindowWidth = 1000, 10
    own.FrameVOILUTSequence = [window]
    groups = {"PerFrameFunctionalGroupsSequence": [Dataset(), own], "NumberOfFrames": 2}
    data = dicom(np.stack([STORED, STORED]), Modality="MR", **groups)
    file = open_file(data, "mr.dcm")
    second, first = read_frame(file, "mr.dcm", 1), read_frame(file, "mr.dcm", 0)
    assert second.values.tolist() == [[0, 65535], [65535, 65535]]
    assert first.values.tolist() == STORED.tolist()


def test_big_endian_files_of_twelve_bits() -> None:
    written = pydicom.dcmread(io.BytesIO(dicom(STORED, Modality="DX", BitsStored=12, HighBit=11)))
    written.PixelData = STORED.astype(">u2").tobytes()
    written.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, written, implicit_vr=False, little_endian=False, enforce_file_format=True)
    assert decode_image(buffer.getvalue(), "old.dcm").values.tolist() == STORED.tolist()


@pytest.mark.parametrize("bits", [12, 16])
def test_deep_colours_go_by_their_bits(bits: int) -> None:
    colours = np.array([[[0, 100, 255], [30, 20, 10]]], np.uint16)
    data = dicom(colours << (bits - 8), Modality="XC", BitsStored=bits, HighBit=bits - 1)
    assert decode_image(data, "skin.dcm").values.tolist() == colours.tolist()


def test_a_ct_that_does_not_say_its_scale_is_only_to_be_shown() -> None:
    assert decode_image(dicom(STORED), "a.dcm").kind == "display"


def test_colour_and_several_frames() -> None:
    frames = np.zeros((2, 2, 2, 3), np.uint8)
    frames[0] = (200, 30, 20)
    image = decode_image(dicom(frames, Modality="US", NumberOfFrames=2), "us.dcm")
    assert image.values.tolist() == np.full((2, 2, 3), (200, 30, 20)).tolist()
    assert image.notes == ("us.dcm holds 2 pictures; the first one is used.",)


def test_palette_colour() -> None:
    table = np.array([0, 100, 255], np.uint16) * 257
    elements = {"Modality": "US", "PhotometricInterpretation": "PALETTE COLOR"}
    for index, name in enumerate(("Red", "Green", "Blue")):
        elements[f"{name}PaletteColorLookupTableDescriptor"] = [3, 0, 16]  # type: ignore[assignment]
        colours = (table if index == 0 else np.zeros(3, np.uint16)).tobytes()
        elements[f"{name}PaletteColorLookupTableData"] = colours  # type: ignore[assignment]
    image = decode_image(dicom(np.array([[0, 1, 2]], np.uint8), **elements), "us.dcm")
    assert image.values.tolist() == [[[0, 0, 0], [100, 0, 0], [255, 0, 0]]]


def test_jpeg_2000_is_unpacked() -> None:
    grey = (np.arange(64, dtype=np.uint8) * 3).reshape(8, 8)
    packed = saved(Image.fromarray(grey), "JPEG2000", irreversible=False, no_jp2=True)
    data = dicom(grey, JPEG2000Lossless, Modality="US", PixelData=encapsulate([packed]))
    assert decode_image(data, "us.dcm").values.tolist() == grey.tolist()


def test_jpeg_of_12_bits_of_a_gamma_camera_is_unpacked() -> None:
    path = get_testdata_file("JPEG-lossy.dcm", download=False)
    if path is None:
        pytest.skip("pydicom is installed without its test files")
    values = decode_image(Path(path).read_bytes(), "nm.dcm").values
    assert (values[420, 140], values[230, 120]) == (244, 95)  # as GDCM reads them, in pydicom's own tests


def test_jpeg_ls_is_unpacked() -> None:
    data = dicom(
        STORED, JPEGLSLossless, Modality="DX", PixelData=encapsulate([imagecodecs.jpegls_encode(STORED)])
    )
    assert decode_image(data, "a.dcm").values.tolist() == STORED.tolist()


def test_a_compression_that_is_not_read_is_named() -> None:
    data = dicom(STORED, MPEG2MPML, PixelData=encapsulate([b"\0\0\1\xb3"]))
    with pytest.raises(BadFileError, match="^a.dcm: is compressed .MPEG2.*save it uncompressed"):
        decode_image(data, "a.dcm")


def test_deflated_files_are_refused() -> None:
    with pytest.raises(BadFileError, match="deflated"):
        decode_image(dicom(STORED, "1.2.840.10008.1.2.1.99"), "a.dcm")


def test_no_pixels_is_one_plain_sentence() -> None:
    with pytest.raises(BadFileError) as caught:
        decode_image(dicom(None, Modality="RTSTRUCT"), "plan.dcm")
    assert str(caught.value) == (
        "plan.dcm: is a DICOM structure set (RTSTRUCT), which holds contours and no pixels; save the "
        "structures as DICOM segmentation (SEG) or as PNG masks."
    )


def test_cut_off_pixels_are_an_error() -> None:
    data = dicom(np.zeros((32, 32), np.uint16))
    with pytest.raises(BadFileError, match="^a.dcm: is cut off or damaged"):
        decode_image(data[:-100], "a.dcm")


def test_the_limit_is_checked_on_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMIT_MAX_PIXELS", "3")
    with pytest.raises(BadFileError, match="at most 3 pixels"):
        decode_image(dicom(STORED), "a.dcm")


def test_a_tiff_in_the_preamble_is_still_dicom() -> None:
    data = b"II*\0" + dicom(STORED, RescaleSlope=1, RescaleIntercept=0)[4:]
    assert decode_image(data, "both").values.tolist() == STORED.tolist()


def test_without_the_mark_the_name_decides() -> None:
    bare = dicom(STORED, "1.2.840.10008.1.2")
    start = bare.index(b"\x08\x00\x16\x00")  # the first element after the file's own header
    assert decode_image(bare[start:], "old.dcm").values.tolist() == STORED.tolist()
    with pytest.raises(BadFileError, match="is no image"):
        decode_image(bare[start:], "old.bin")


def test_patient_fields_never_come_out() -> None:
    whole = dicom(STORED, RescaleSlope=1, RescaleIntercept=0)
    image = decode_image(whole, "a.dcm")
    assert PATIENT not in repr(image)
    for cut in range(132, len(whole), 7):
        try:
            decode_image(whole[:cut], "a.dcm")
        except BadFileError as error:
            assert "Hong" not in str(error) and "secret" not in str(error)
            assert error.__cause__ is None


RAMP = np.arange(500, 1460, 16, dtype=np.uint16)[None].repeat(8, axis=0)


@pytest.mark.parametrize(
    "elements",
    [
        {"RescaleSlope": None, "RescaleIntercept": None},
        {"RescaleSlope": None, "RescaleIntercept": None, "WindowCenter": 980, "WindowWidth": 960},
        {"VOILUTFunction": "", "WindowCenter": 980, "WindowWidth": 960},
        {"WindowCenter": None, "WindowWidth": 200},
        {"WindowCenter": 980, "WindowWidth": None},
        {"PresentationLUTShape": None, "PixelPaddingValue": None, "VOILUTSequence": []},
        {"WindowCenter": 90000, "WindowWidth": 10},  # a window that shows nothing
    ],
)
def test_empty_elements_count_as_absent(elements: dict[str, Any]) -> None:
    shown = to_display(decode_image(dicom(RAMP, Modality="MR", **elements), "mr.dcm"))
    assert shown[0, 0] < 8 and shown[0, -1] > 247
    assert (np.diff(shown[0].astype(int)) >= 0).all()


@pytest.mark.parametrize("blank", [{}, {"NumberOfFrames": None}])
def test_frames_of_which_the_header_is_silent_are_told(blank: dict[str, None]) -> None:
    frames = np.stack([STORED, STORED[::-1]])
    image = decode_image(dicom(frames, Modality="MR", **blank), "a.dcm")
    assert image.notes == (
        "a.dcm does not say its NumberOfFrames; the usual is taken (2).",
        "a.dcm holds 2 pictures; the first one is used.",
    )
    file = open_file(dicom(frames, Modality="MR"), "a.dcm")
    np.testing.assert_array_equal(read_frame(file, "a.dcm", 1).numbers, STORED[::-1])
    odd = np.arange(9, dtype=np.uint8).reshape(3, 3)
    data = dicom(odd, Modality="MR", PixelData=odd.tobytes() + b"\0")  # a byte that makes their number even
    assert decode_image(data, "a.dcm").notes == ()


def test_bits_beside_those_that_count_are_told() -> None:
    told = ("a.dcm holds bits beside the 10 that count by its header; they are left out.",)
    image = decode_image(dicom(STORED, Modality="MR", BitsStored=10, HighBit=9), "a.dcm")
    assert image.notes == told
    data = dicom(STORED << 4, Modality="MR", BitsStored=12, HighBit=15)
    image = decode_image(data, "a.dcm")
    assert image.notes == () and image.values[1, 1] == 3051
    signed = STORED.astype(np.int16) - 1100
    assert decode_image(dicom(signed, Modality="MR", BitsStored=12, HighBit=11), "a.dcm").notes == ()
    padded = np.where(STORED == 24, 65535, STORED).astype(np.uint16)
    elements = {"BitsStored": 12, "HighBit": 11, "PixelPaddingValue": 65535}
    assert decode_image(dicom(padded, Modality="MR", **elements), "a.dcm").notes == ()


@pytest.mark.parametrize("slope", [0, None])
def test_a_slope_that_would_leave_nothing_is_taken_as_1_and_told(slope: int | None) -> None:
    elements = {"RescaleSlope": slope, "RescaleIntercept": -1024}
    image = decode_image(dicom(STORED, **elements), "a.dcm")
    assert (image.kind, image.values[0, 0]) == ("hu", -1000)
    assert image.notes == ("a.dcm has no rescale slope, or one of 0; 1 is taken.",)
    assert decode_image(dicom(STORED, RescaleSlope=0, Modality="MR"), "a.dcm").notes == image.notes
    item = Dataset()
    item.RescaleSlope, item.RescaleIntercept = slope, -1024
    groups = Dataset()
    groups.PixelValueTransformationSequence = [item]
    enhanced = dicom(STORED, SharedFunctionalGroupsSequence=[groups])
    assert decode_image(enhanced, "a.dcm").notes == image.notes


@pytest.mark.parametrize("window", [{}, {"WindowCenter": 1725, "WindowWidth": 2551}])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_slope_below_zero_turns_grey_round(window: dict[str, Any], photometric: str) -> None:
    stored = np.arange(256, dtype=np.uint8)[None].repeat(8, axis=0)
    elements = {"Modality": "CR", "RescaleSlope": -10, "RescaleIntercept": 3000, **window}
    data = dicom(stored, PhotometricInterpretation=photometric, **elements)
    shown = to_display(decode_image(data, "cr.dcm"))[0].astype(int)
    # out = 3000 - 10 x; the window of PS3.3 C.11.2.1.2 is (out - 1724.5) / 2550 + 0.5, from 449.5 to 2999.5
    expected = np.clip((3000 - 10.0 * stored[0] - 449.5) / 2550, 0, 1) * 255
    expected = 255 - expected if photometric == "MONOCHROME1" else expected
    assert np.abs(shown - expected).max() < (2 if window else 4)


@pytest.mark.parametrize(
    ("dtype", "padding", "limit"),
    [(np.int16, -32768, None), (np.uint16, 65535, None), (np.uint16, 65000, 65535)],
)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_left_out(
    dtype: type[np.generic], padding: int, limit: int | None, photometric: str
) -> None:
    stored = RAMP.astype(dtype)
    stored[:, :20] = padding
    more = {} if limit is None else {"PixelPaddingRangeLimit": limit}
    elements = {"PixelPaddingValue": padding, "PhotometricInterpretation": photometric, **more}
    shown = to_display(decode_image(dicom(stored, Modality="MG", **elements), "mg.dcm"))
    assert shown[:, 20:].min() < 8 and shown[:, 20:].max() > 247
    assert not shown[:, :20].any()


@pytest.mark.parametrize("modality", ["CT", "XA"])
def test_the_rescale_type_says_hounsfield(modality: str) -> None:
    elements = {"Modality": modality, "RescaleSlope": 1, "RescaleIntercept": -1024, "RescaleType": "HU"}
    assert decode_image(dicom(STORED, **elements), "a.dcm").kind == "hu"


@pytest.mark.parametrize("elements", [{"Modality": "CT", "RescaleType": "US"}, {"Modality": "PT"}])
def test_another_rescale_is_no_hounsfield(elements: dict[str, str]) -> None:
    data = dicom(STORED, RescaleSlope=2, RescaleIntercept=-1024, **elements)
    assert decode_image(data, "a.dcm").kind == "display"


def test_only_the_stored_bits_count() -> None:
    values = RAMP % 4096
    for stored, high in ((values | 0xF000, 11), (values << 4, 15)):
        data = dicom(stored, Modality="MR", BitsStored=12, HighBit=high)
        assert decode_image(data, "mr.dcm").values.tolist() == values.tolist()
    signed = (np.array([[-5, 5, 2047]], np.int16) & 0x0FFF).astype(np.int16)
    data = dicom(signed, Modality="CT", BitsStored=12, HighBit=11, RescaleSlope=1, RescaleIntercept=0)
    assert decode_image(data, "ct.dcm").values.tolist() == [[-5, 5, 2047]]


def lookup_table(descriptor: list[int], entries: list[int]) -> Dataset:
    table = Dataset()
    table.LUTDescriptor, table.LUTData = descriptor, entries
    table["LUTDescriptor"].VR = table["LUTData"].VR = "US"
    return table


def test_a_voi_table_is_looked_up() -> None:
    table = lookup_table([4, 0, 8], [255, 100, 50, 0])
    data = dicom(np.array([[0, 1, 2, 3]], np.uint16), Modality="DX", VOILUTSequence=[table])
    assert to_display(decode_image(data, "dx.dcm")).tolist() == [[255, 100, 50, 0]]


def test_other_window_functions() -> None:
    stored = np.array([[0, 50, 100, 150, 200]], np.uint16)
    window = {"Modality": "MR", "WindowCenter": 100, "WindowWidth": 100}
    exact = to_display(decode_image(dicom(stored, VOILUTFunction="LINEAR_EXACT", **window), "m.dcm"))
    np.testing.assert_allclose(exact, [[0, 0, 127.5, 255, 255]], atol=1)
    soft = to_display(decode_image(dicom(stored, VOILUTFunction="SIGMOID", **window), "m.dcm"))
    # 255 / (1 + exp(-4 (x - 100) / 100))
    np.testing.assert_allclose(soft, [[4.6, 30.4, 127.5, 224.6, 250.4]], atol=1)


def test_eight_bits_without_a_scale_are_shown_as_they_are() -> None:
    stored = np.array([[10, 20, 30]], np.uint8)
    assert to_display(decode_image(dicom(stored, Modality="US"), "us.dcm")).tolist() == stored.tolist()


def test_eight_bits_in_words_of_sixteen_are_shown_as_they_are() -> None:
    elements = {"Modality": "US", "BitsStored": 8, "HighBit": 7}
    values = decode_image(dicom(np.array([[10, 200]], np.uint16), **elements), "us.dcm").values
    assert values.dtype == np.uint8 and values.tolist() == [[10, 200]]


def test_frames_that_are_tiles_are_told() -> None:
    elements = {"NumberOfFrames": 2, "TotalPixelMatrixColumns": 8, "TotalPixelMatrixRows": 4}
    notes = decode_image(dicom(np.zeros((2, 4, 4, 3), np.uint8), Modality="SM", **elements), "a.dcm").notes
    assert "a.dcm: its 2 frames are tiles of a picture of 8 x 4 pixels, and are not put together." in notes


def test_other_objects_are_called_by_their_name() -> None:
    data = dicom(None, Modality="SR", SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11")
    with pytest.raises(BadFileError, match=r"without an image in it .Basic Text SR"):
        decode_image(data, "report.dcm")


def test_padding_written_without_its_sign_is_padding() -> None:
    stored = np.array([[-2000, 0, 1000]], np.int16)
    data = dicom(stored, Modality="MR", PixelRepresentation=1, PixelPaddingValue=-2000)
    # -2000 as an unsigned 16-bit number is 63536, which many writers put down.
    data = data.replace(b"\x28\x00\x20\x01SS\x02\x00", b"\x28\x00\x20\x01US\x02\x00")
    assert b"US\x02\x00\x30\xf8" in data
    assert to_display(decode_image(data, "mr.dcm")).tolist() == [[0, 0, 255]]


def test_padding_written_with_a_sign_that_pixels_lack_is_padding() -> None:
    data = dicom(np.array([[63536, 0, 1000]], np.uint16), Modality="MR", PixelPaddingValue=63536)
    data = data.replace(b"\x28\x00\x20\x01US\x02\x00", b"\x28\x00\x20\x01SS\x02\x00")
    assert b"SS\x02\x00\x30\xf8" in data
    assert to_display(decode_image(data, "mr.dcm")).tolist() == [[0, 0, 255]]


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_padding_is_black_under_a_window_too(photometric: str) -> None:
    stored = np.array([[4095, 400, 600]], np.uint16)
    data = dicom(
        stored,
        Modality="MR",
        PhotometricInterpretation=photometric,
        PixelPaddingValue=4095,
        WindowCenter=500,
        WindowWidth=400,
    )
    assert to_display(decode_image(data, "mr.dcm"))[0, 0] == 0


def test_a_table_of_8_bits_in_words_of_16_is_looked_up_by_its_entries() -> None:
    table = Dataset()
    table.LUTDescriptor, table.LUTData = (
        [1001, 500, 8],
        (np.arange(1001) * 255 // 1000).astype("<u2").tobytes(),
    )
    table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "OW"
    stored = np.array([[0, 500, 1000, 1500, 4000]], np.uint16)
    data = dicom(stored, Modality="CR", VOILUTSequence=[table])
    assert to_display(decode_image(data, "cr.dcm")).tolist() == [[0, 0, 127, 255, 255]]


def test_blank_elements_of_the_pixels_are_taken_as_usual_and_told() -> None:
    whole = dicom(STORED, Modality="DX", PhotometricInterpretation="MONOCHROME2")
    read = pydicom.dcmread(io.BytesIO(whole))
    read.PhotometricInterpretation, read.PixelRepresentation = "", None
    blanked = io.BytesIO()
    pydicom.dcmwrite(blanked, read)
    image = decode_image(blanked.getvalue(), "x.dcm")
    assert image.values.tolist() == STORED.tolist()
    assert "does not say its PhotometricInterpretation, PixelRepresentation" in image.notes[0]


COLOURS = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


@pytest.mark.parametrize(
    ("blank", "usual"),
    [
        (["PlanarConfiguration"], "0"),
        (["SamplesPerPixel"], "3"),
        (["PhotometricInterpretation"], "RGB"),
        (["PixelRepresentation", "BitsStored"], "0, 8"),
        (
            ["PhotometricInterpretation", "PixelRepresentation", "BitsStored", "PlanarConfiguration"],
            "RGB, 0, 8, 0",
        ),
        (["BitsAllocated", "BitsStored"], "8, 8"),
    ],
)
def test_blank_elements_of_colours_are_taken_as_usual_and_told(blank: list[str], usual: str) -> None:
    data = dicom(COLOURS, Modality="US", **dict.fromkeys(blank))
    image = decode_image(data, "us.dcm")
    assert image.values.tolist() == COLOURS.tolist()
    assert image.notes[0].endswith(f"the usual is taken ({usual}).")


def test_blank_elements_of_a_segmentation_are_taken_as_usual() -> None:
    packed = np.array([[0b0110]], np.uint8)  # four pixels of one bit
    blank = dict.fromkeys(
        ("SamplesPerPixel", "PhotometricInterpretation", "PixelRepresentation", "BitsStored")
    )
    shape = {"Rows": 1, "Columns": 4, "BitsAllocated": 1}
    data = dicom(packed, Modality="SEG", SegmentationType="BINARY", **shape, **blank)
    assert decode_mask(data, "seg.dcm").tolist() == [[0, 1, 1, 0]]


def test_blank_colours_of_a_jpeg_are_what_jpeg_holds() -> None:
    flat = np.full((16, 16, 3), (200, 40, 90), np.uint8)
    fragments = encapsulate([saved(Image.fromarray(flat), "JPEG", quality=100, subsampling=0)])
    data = dicom(flat, JPEGBaseline8Bit, Modality="XC", PhotometricInterpretation=None, PixelData=fragments)
    values = decode_image(data, "photo.dcm").values.astype(int)
    assert np.abs(values - (200, 40, 90)).max() <= 3


@pytest.mark.parametrize("keyword", ["VOILUTSequence", "ModalityLUTSequence"])
def test_a_blank_table_counts_as_absent(keyword: str) -> None:
    shown = to_display(decode_image(dicom(RAMP, Modality="MR", **{keyword: [Dataset()]}), "mr.dcm"))
    assert shown[0, 0] < 8 and shown[0, -1] > 247


def test_a_ct_whose_modality_is_blank_is_told_by_its_kind_of_object() -> None:
    image = decode_image(dicom(STORED, Modality="", RescaleSlope=1, RescaleIntercept=-1024), "slice.dcm")
    assert image.kind == "hu" and image.values.tolist() == [[-1000, 0], [40, 2027]]


def test_a_blank_transfer_syntax_is_found_by_what_follows() -> None:
    data = dicom(STORED, Modality="DX")
    written = b"UI\x14\x001.2.840.10008.1.2.1\0"
    length = data.index(b"\x02\0\0\0UL\4\0") + 8
    shorter = int.from_bytes(data[length : length + 4], "little") - 20
    data = data[:length] + shorter.to_bytes(4, "little") + data[length + 4 :]
    assert written in data
    data = data.replace(written, b"UI\0\0")
    assert decode_image(data, "xray.dcm").values.tolist() == STORED.tolist()


def test_a_blank_table_of_places_counts_as_absent() -> None:
    data = dicom(STORED, Modality="DX", ExtendedOffsetTable=b"")
    assert decode_image(data, "xray.dcm").values.tolist() == STORED.tolist()


def test_a_screenshot_of_a_ct_is_no_hounsfield_units() -> None:
    shot = np.array([[0, 100, 255]], np.uint8)
    image = decode_image(dicom(shot, RescaleSlope=1, RescaleIntercept=0), "shot.dcm")
    assert image.kind == "display" and image.values.tolist() == shot.tolist()


def test_a_voi_table_of_fewer_bits_than_it_says_reaches_white() -> None:
    table = lookup_table([4, 0, 16], [0, 819, 2048, 4095])
    data = dicom(np.array([[0, 1, 2, 3]], np.uint16), Modality="DX", VOILUTSequence=[table])
    # 255 * 819 / 4095 = 51, 255 * 2048 / 4095 = 127.5
    np.testing.assert_allclose(to_display(decode_image(data, "dx.dcm")), [[0, 51, 127.5, 255]], atol=1)


def test_a_voi_table_is_looked_up_behind_a_slope_that_is_not_whole() -> None:
    table = lookup_table([4, 0, 8], [255, 100, 50, 0])
    stored = np.array([[0, 2, 4, 6]], np.uint16)
    data = dicom(stored, Modality="DX", RescaleSlope=0.5, RescaleIntercept=0, VOILUTSequence=[table])
    assert to_display(decode_image(data, "dx.dcm")).tolist() == [[255, 100, 50, 0]]


def test_deep_colours_may_lie_in_the_upper_bits() -> None:
    colours = np.array([[[0, 100, 255], [30, 20, 10]]], np.uint16)
    data = dicom(colours << 8, Modality="XC", BitsStored=12, HighBit=15)
    assert decode_image(data, "skin.dcm").values.tolist() == colours.tolist()


@pytest.mark.parametrize("kind", ["YBR_PARTIAL_422", "YBR_PARTIAL_420", "HSV"])
def test_colours_that_are_not_read_are_called_by_their_name(kind: str) -> None:
    data = dicom(np.zeros((2, 2, 3), np.uint8), Modality="US", PhotometricInterpretation=kind)
    with pytest.raises(BadFileError, match=f"colours of the kind {kind}"):
        decode_image(data, "us.dcm")


@pytest.mark.parametrize("kind", [b" MONOCHROME1", b"monochrome1 ", b"MONOCHROME1\0"])
def test_blanks_round_the_kind_of_grey_say_nothing(kind: bytes) -> None:
    data = dicom(STORED, Modality="DX", PhotometricInterpretation="MONOCHROME1")
    image = decode_image(data.replace(b"MONOCHROME1 ", kind), "xray.dcm")
    assert image.values.tolist() == [[3027, 2027], [1987, 0]]


def test_a_file_of_siemens_s_without_the_mark_is_dicom() -> None:
    written = pydicom.dcmread(io.BytesIO(dicom(STORED, Modality="MR")))
    written.preamble = None
    del written.file_meta
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, written, implicit_vr=True, little_endian=True)
    assert decode_image(buffer.getvalue(), "0001.IMA").values.tolist() == STORED.tolist()


def _of_decimals(values: np.ndarray, **elements: Any) -> bytes:
    written = pydicom.dcmread(io.BytesIO(dicom(np.zeros(values.shape, np.uint16), **elements)))
    for keyword in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation"):
        delattr(written, keyword)
    written.BitsAllocated = 32
    written.FloatPixelData = values.astype("<f4").tobytes()
    buffer = io.BytesIO()
    written.save_as(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_of_decimals_is_left_out(photometric: str) -> None:
    values = RAMP / 1000
    values[:, :20] = -1e30
    elements = {"FloatPixelPaddingValue": -1e30, "PhotometricInterpretation": photometric}
    data = _of_decimals(values, Modality="MR", **elements)
    shown = to_display(decode_image(data, "map.dcm"))
    assert shown[:, 20:].min() < 8 and shown[:, 20:].max() > 247
    assert not shown[:, :20].any()


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("kind", ["decimals", "uint32", "int32"])
def test_one_hot_pixel_among_wide_numbers_changes_nothing(kind: str, photometric: str) -> None:
    stored = np.arange(500, 1140)[None].repeat(8, axis=0)
    elements = {"Modality": "NM", "PhotometricInterpretation": photometric}
    if kind == "decimals":
        values = stored.astype(np.float32)
        values[3, 3] = 1e9
        data = _of_decimals(values, **elements)
    else:
        values = stored.astype(kind)
        values[3, 3] = np.iinfo(kind).max
        data = dicom(values, **elements)
    shown = to_display(decode_image(data, "nm.dcm"))[0].astype(int)
    ends = shown[[0, -1]] if photometric == "MONOCHROME2" else shown[[-1, 0]]
    assert ends[0] < 8 and ends[1] > 247
    assert len(np.unique(shown)) > 200


@pytest.mark.parametrize(
    ("window", "black_and_white", "told"),
    [
        ((32768, 65536), (0, 65535), "mr.dcm: its display window leaves it 16 of 256 greys."),
        ((60000, 100), None, "mr.dcm: its display window shows nothing of it and is left out."),
        ((2048, 4096), (0, 65535), None),
    ],
)
def test_a_window_that_hides_the_image_is_told(
    window: tuple[int, int], black_and_white: tuple[int, int] | None, told: str | None
) -> None:
    stored = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    data = dicom(
        stored, Modality="MR", BitsStored=12, HighBit=11, WindowCenter=window[0], WindowWidth=window[1]
    )
    image = decode_image(data, "mr.dcm")
    assert image.shown == black_and_white
    assert [str(note) for note in image.notes] == ([told] if told else [])


def test_a_voi_table_that_begins_below_zero_without_its_sign() -> None:
    table = lookup_table([6, 65536 - 2, 8], [0, 50, 100, 150, 200, 255])
    data = dicom(
        np.array([[1, 2, 3]], np.int16), Modality="MR", PixelRepresentation=1, VOILUTSequence=[table]
    )
    assert to_display(decode_image(data, "mr.dcm")).tolist() == [[150, 200, 255]]


def test_values_below_zero_without_their_sign_in_the_upper_bits_have_no_bits_beside_them() -> None:
    signed = (np.array([[-5, 5, 20]], np.int16) & 0x0FFF).astype(np.int16)
    image = decode_image(dicom(signed, Modality="MR", BitsStored=12, HighBit=11), "mr.dcm")
    assert image.values.tolist() == [[0, 10, 25]]
    assert image.notes == ()


@pytest.mark.parametrize(("called", "counts"), [("YBR_RCT", "RGB"), ("YBR_FULL_422", "YBR_FULL")])
def test_colours_that_are_no_longer_compressed_as_the_header_says(called: str, counts: str) -> None:
    colours = np.array([[[250, 20, 30], [10, 200, 90]]], np.uint8)
    as_said = np.array(Image.fromarray(colours).convert("YCbCr")) if counts == "YBR_FULL" else colours
    image = decode_image(dicom(as_said, Modality="XC", PhotometricInterpretation=called), "us.dcm")
    np.testing.assert_allclose(image.values.astype(int), colours, atol=2)
    assert [str(note) for note in image.notes] == [
        f"us.dcm: its header says {called}, but its pixels are packed as {counts}, which counts."
    ]


@pytest.mark.parametrize(
    ("keyword", "text", "values"),
    [("RescaleSlope", b"0,5 ", [500, 1000]), ("RescaleIntercept", b"-9,0", [991, 1991])],
)
def test_decimals_with_a_comma_are_read_and_told(keyword: str, text: bytes, values: list[int]) -> None:
    elements = {"RescaleSlope": 1, "RescaleIntercept": 0, keyword: -8.25}
    data = dicom(np.array([[1000, 2000]], np.uint16), Modality="CT", **elements).replace(
        b"-8.25 ", text + b"  "
    )
    image = decode_image(data, "ct.dcm")
    assert (image.kind, image.values.tolist()) == ("hu", [values])
    told = f"ct.dcm writes decimals with a comma ({keyword}); it is taken as a point."
    assert [str(note) for note in image.notes] == [told]
