"""What grey values are that a file cannot speak for: what a person says."""

import numpy as np
import pytest

from core.imaging.decode import decode_image, open_file, read_frame
from core.imaging.masks import encode_png
from core.imaging.units import looks_like_ct
from tests.imaging.making import dicom, nifti, tiff

# Air and soft tissue, with nothing between; soft tissue alone, as a crop of a liver.
CT = np.array([[-1000, -1000], [40, 60]], np.int16)
CROP = np.array([[-20, 30], [40, 60]], np.int16)
MAKERS = {"a.tif": tiff, "a.nii": lambda values: nifti(values[:, :, None])}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(
    ("values", "said", "kind"),
    [
        (CT, None, "display"),
        (CT, "hounsfield", "hu"),
        (CT, "grey", "display"),
        (CROP, None, "display"),
        (CROP, "hounsfield", "hu"),
        (CROP, "grey", "display"),
        (CT.astype(np.float32), "grey", "display"),
        # No value below zero is possible: a mask, or a picture of 8 or 16 bits.
        (np.abs(CT).astype(np.uint16), "hounsfield", "display"),
    ],
)
def test_only_a_person_says_that_values_are_hounsfield_units(name, values, said, kind):
    image = decode_image(MAKERS[name](values), name, units=said)
    assert image.kind == kind
    # What looks like a CT is told where nobody said what it is.
    told = (f"{name} looks like a CT, but nobody said that it is one; its values are taken as grey.",)
    assert image.notes == (told if said is None and values is CT else ())
    assert sorted(image.values.ravel()) == sorted(values.ravel())


def test_dicom_and_pictures_speak_for_themselves():
    values = CT.astype(np.int16)
    about = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": 0, "RescaleType": "HU"}
    assert decode_image(dicom(values, **about), "a.dcm", units="grey").kind == "hu"
    assert decode_image(encode_png(np.eye(4, dtype=np.uint8)), "a.png", units="hounsfield").kind == "display"


def test_what_imagej_added_is_taken_off_where_a_person_says_hounsfield():
    settings = {"cf": 0, "c0": -32768.0, "c1": 1.0, "axes": "YX"}
    data = tiff((CROP.astype(np.int32) + 32768).astype(np.uint16), imagej=True, metadata=settings)
    image = decode_image(data, "a.tif", units="hounsfield")
    assert image.kind == "hu"
    np.testing.assert_array_equal(image.values, CROP)


def test_channels_are_no_hounsfield_units():
    both = np.stack([CT, CT])
    about = {"ome": True, "metadata": {"axes": "CYX"}, "photometric": "minisblack"}
    assert decode_image(tiff(both, **about), "a.ome.tif", units="hounsfield").kind == "display"


def test_the_middle_of_a_stack_says_for_all_of_it():
    stack = np.stack([np.full((2, 2), -1000, np.int16), CT, np.full((2, 2), 40, np.int16)])
    file = open_file(tiff(stack, photometric="minisblack"), "a.tif", "hounsfield")
    assert looks_like_ct(file)
    assert [read_frame(file, "a.tif", frame).kind for frame in file.order] == ["hu"] * 3
    other = open_file(tiff(stack[[1, 0, 2]], photometric="minisblack"), "a.tif")
    assert not looks_like_ct(other)
    assert [read_frame(other, "a.tif", frame).kind for frame in other.order] == ["display"] * 3


def test_a_slice_of_air_alone_is_no_damaged_file():
    air = np.full((4, 4), -1000, np.int16)
    image = decode_image(tiff(air), "air.tif")
    assert image.kind == "display" and image.notes == ()
    np.testing.assert_array_equal(image.values, air)
