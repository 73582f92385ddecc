"""Files of many pictures: which ones there are, in which order, how large their pixels are, and bad ones."""

from __future__ import annotations

import gzip
import io
import itertools
import subprocess
import sys
import tracemalloc

import nibabel as nib
import numpy as np
import pytest
import tifffile
from PIL import Image

from core.errors import BadFileError
from core.imaging.decode import decode_image, decode_mask, open_file, read_frame
from core.imaging.geometry import Geometry
from core.imaging.mask_files.mask_volume import volume_masks
from core.imaging.readers.dicom_places import order_slices, slice_place
from core.imaging.readers.nifti_file import read_header, volume_of
from tests.imaging.making import dicom, nifti, saved, tiff

# Three slices of 2 x 4 pixels, every value different: 100 * slice + 10 * row + column.
VOLUME = np.array([[[100 * k + 10 * j + i for i in range(4)] for j in range(2)] for k in range(3)], np.uint16)


def pages(values: np.ndarray, **options: object) -> bytes:
    """A TIFF of grey pages, whatever their number."""
    return tiff(values, photometric="minisblack", **options)


def frames(data: bytes, name: str) -> list[np.ndarray]:
    file = open_file(data, name)
    return [read_frame(file, name, frame).values for frame in file.order]


# TIFF


def test_every_page_of_a_tiff_is_a_picture() -> None:
    assert np.array_equal(frames(pages(VOLUME), "a.tif"), VOLUME)


def test_one_page_can_be_asked_for_and_the_first_alone_is_said() -> None:
    data = pages(VOLUME)
    third = decode_image(data, "a.tif", frame=2)
    assert np.array_equal(third.values, VOLUME[2])
    assert third.notes == ()
    assert decode_image(data, "a.tif").notes == ("a.tif holds 3 pictures; the first one is used.",)
    with pytest.raises(BadFileError, match="a.tif: has no picture 4; it holds 3"):
        decode_image(data, "a.tif", frame=3)


def test_of_omes_channels_the_first_is_taken_over_all_slices() -> None:
    # C before Z: pages 0 to 2 are the first channel's slices.
    both = np.stack([VOLUME, VOLUME + 1000])
    told = {"axes": "CZYX", "Channel": {"Name": ["DAPI", "GFP"]}}
    told |= {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.25, "PhysicalSizeZ": 2.0}
    data = pages(both, ome=True, metadata=told)
    file = open_file(data, "a.ome.tif")
    assert np.array_equal(frames(data, "a.ome.tif"), VOLUME)
    assert file.channels == ("DAPI", "GFP")
    assert decode_image(data, "a.ome.tif", frame=1).notes == (
        "a.ome.tif has 2 channels; number 1 (DAPI) is used.",
    )
    other = file.of_channel(1)
    assert np.array_equal([read_frame(other, "a", each).values for each in other.order], VOLUME + 1000)
    # Micrometres: 0.25 and 0.5 a pixel, 2 a slice.
    assert file.geometry is not None
    assert (file.geometry.row_mm, file.geometry.column_mm) == pytest.approx((0.00025, 0.0005))
    assert file.geometry.slice_mm == pytest.approx(0.002)


def test_omes_axes_in_another_order_are_obeyed() -> None:
    # Z before C: the first channel is every second page.
    interleaved = np.stack([VOLUME, VOLUME + 1000], axis=1)
    data = pages(interleaved, ome=True, metadata={"axes": "ZCYX"})
    assert np.array_equal(frames(data, "a.tif"), VOLUME)


def test_time_and_depth_follow_each_other_and_that_is_said() -> None:
    data = pages(np.stack([VOLUME, VOLUME + 500]), ome=True, metadata={"axes": "TZYX"})
    assert np.array_equal(frames(data, "a.tif"), np.concatenate([VOLUME, VOLUME + 500]))
    told = "a.tif has 2 time points of 3 slices; all are taken, one after the other."
    assert open_file(data, "a.tif").notes == (told,)


@pytest.mark.parametrize("axes", ["ZTYX", "ZTCYX", "ZCTYX"])
def test_slices_of_a_time_point_follow_each_other_also_where_its_pages_do_not(axes: str) -> None:
    both = np.stack([VOLUME, VOLUME + 500], axis=1)
    if "C" in axes:
        both = np.stack([both, both + 1000], axis=axes.index("C"))
    data = pages(both, ome=True, metadata={"axes": axes})
    assert np.array_equal(frames(data, "a.tif"), np.concatenate([VOLUME, VOLUME + 500]))
    told = "a.tif has 2 time points of 3 slices; all are taken, one after the other."
    assert open_file(data, "a.tif").notes == (told,)


@pytest.mark.parametrize(
    "wrong", [(b'SizeZ="3"', b'SizeZ="7"'), (b'SizeX="4"', b'SizeX="9"'), (b"<OME", b"<OMX")]
)
def test_ome_metadata_that_does_not_fit_leaves_the_pages_as_they_lie(wrong: tuple[bytes, bytes]) -> None:
    data = pages(VOLUME, ome=True, metadata={"axes": "ZYX"}).replace(*wrong, 1)
    assert np.array_equal(frames(data, "a.tif"), VOLUME)
    told = "a.tif: its OME description does not fit its 3 pages, which are taken as they lie."
    assert open_file(data, "a.tif").notes == (told,)


def test_pages_that_imagej_s_description_does_not_count_are_not_lost() -> None:
    written = io.BytesIO()
    tifffile.imwrite(written, np.zeros((3, 4, 6), np.uint16), imagej=True, metadata={"axes": "ZYX"})
    file = open_file(written.getvalue().replace(b"slices=3", b"slices=2"), "a.tif")
    told = "a.tif: its ImageJ description does not fit its 3 pages, which are taken as they lie."
    assert (file.order, file.notes) == ((0, 1, 2), (told,))


def test_imagejs_spacing_and_a_stack_with_one_directory() -> None:
    told = {"axes": "ZYX", "unit": "um", "spacing": 3.0}
    file = open_file(pages(VOLUME, imagej=True, metadata=told, resolution=(4, 2)), "a.tif")
    assert file.geometry is not None
    assert (file.geometry.column_mm, file.geometry.row_mm) == pytest.approx((0.00025, 0.0005))
    assert file.geometry.slice_mm == pytest.approx(0.003)
    # As ImageJ writes more than 4 GB: the planes lie behind the first, without directories.
    alone = pages(VOLUME[0], description="ImageJ=1.11a\nimages=3\nslices=3\n", metadata=None)
    assert np.array_equal(frames(alone + VOLUME[1:].tobytes(), "a.tif"), VOLUME)


def test_pages_of_different_sizes_are_all_read() -> None:
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(VOLUME[0])
        writer.write(VOLUME[1][:1])
    assert [each.shape for each in frames(buffer.getvalue(), "a.tif")] == [(2, 4), (1, 4)]


# GIF and APNG


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WebP"])
def test_every_picture_of_an_animation(file_format: str) -> None:
    pictures = [Image.new("RGB", (4, 3), (50 * step, 0, 250)) for step in range(3)]
    options = {"lossless": True} if file_format == "WebP" else {}
    data = saved(pictures[0], file_format, save_all=True, append_images=pictures[1:], **options)
    name = f"a.{file_format}"
    assert [each[0, 0].tolist() for each in frames(data, name)] == [[0, 0, 250], [50, 0, 250], [100, 0, 250]]


PNM = {
    "P1": (b"P1\n# one\n2 1\n0 1\nP1 2 2 1 1 0 0\n", [[[255, 0]], [[0, 0], [255, 255]]]),
    "P2": (b"P2 2 1 255\n7 9\nP2\n2 1\n255\n8 10", [[[7, 9]], [[8, 10]]]),
    "P4": (b"P4 9 1\n\x80\x80P4 1 1\n\x00", [[[0, 255, 255, 255, 255, 255, 255, 255, 0]], [[255]]]),
    "P5": (b"P5\n2 1\n255\nP5\nP5 2 1 255\n\x0a\x20 ", [[[80, 53]], [[10, 32]]]),
    "P6": (b"P6 1 1 255\n\x01\x02\x03\nP5 2 1 255 \x01\x02", [[[[1, 2, 3]]], [[1, 2]]]),
    "16 bits": (b"P5 1 1 999\n\x01\x02P5 1 1 999\n\x00\x07", [[[258]], [[7]]]),
}


@pytest.mark.parametrize("kind", PNM)
def test_every_picture_of_a_pnm(kind: str) -> None:
    data, expected = PNM[kind]
    assert [each.tolist() for each in frames(data, "a.pnm")] == expected
    assert decode_image(data, "a.pnm").notes[-1:] == ("a.pnm holds 2 pictures; the first one is used.",)
    with pytest.raises(BadFileError, match="a.pnm: it is damaged|pictures, and a mask is one"):
        decode_mask(data, "a.pnm")


@pytest.mark.parametrize("behind", [b"\n", b"\0\0", b"P5", b"made by hand\n"])
def test_what_is_no_picture_behind_a_pnm_is_none(behind: bytes) -> None:
    assert len(open_file(b"P5 2 1 255\n\x0a\x20" + behind, "a.pgm").order) == 1


# NIfTI


def test_slices_of_a_nifti_are_shown_head_or_front_up_with_the_patients_right_on_the_left() -> None:
    array = np.arange(24, dtype=np.int16).reshape(4, 3, 2)  # i to the left, j to the back, k up
    lps = np.diag([-0.5, -0.75, 2.0, 1.0])
    shown = frames(nifti(array, lps), "a.nii")
    assert np.array_equal(shown[1], array[:, :, 1].T)
    # The same voxels told the other way round in both axes look the same.
    ras = np.diag([0.5, 0.75, 2.0, 1.0])
    assert np.array_equal(frames(nifti(array[::-1, ::-1], ras), "a.nii")[1], array[:, :, 1].T)


def test_the_affine_of_what_is_shown_points_at_the_same_place_as_the_files() -> None:
    array = np.zeros((4, 3, 2), np.uint8)
    array[1, 2, 1] = 9
    for signs in itertools.product([1, -1], repeat=3):
        for axes in itertools.permutations(range(3)):
            affine = np.eye(4)
            affine[:3, :3] = (np.diag(signs) @ np.eye(3)[list(axes)]) * [0.5, 0.75, 2.0]
            affine[:3, 3] = [7, -3, 11]
            data = nifti(array, affine)
            file = open_file(data, "a.nii")
            row, column = np.argwhere(read_frame(file, "a.nii", 1).values == 9)[0]
            assert file.geometry is not None and file.geometry.affine is not None
            there = file.geometry.affine @ [column, row, 1, 1]
            assert there == pytest.approx(affine @ [1, 2, 1, 1]), (signs, axes)
            shown = np.stack(frames(data, "a.nii"))
            assert np.array_equal(volume_of(shown, read_header(data, "a.nii")), array)


def test_a_nifti_may_have_two_axes_or_a_fourth_of_length_1() -> None:
    volume = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
    wanted = frames(nifti(volume), "a.nii")
    for shape in ((2, 3, 4, 1), (2, 3, 4, 1, 1)):
        np.testing.assert_array_equal(frames(nifti(volume.reshape(shape)), "a.nii"), wanted)
    np.testing.assert_array_equal(frames(nifti(volume[:, :, 0]), "a.nii"), wanted[:1])


def test_a_packed_nifti_is_read_slice_by_slice() -> None:
    volume = np.random.default_rng(0).integers(0, 1000, (128, 128, 60), np.int16)
    data = gzip.compress(nifti(volume), 1)
    file = open_file(data, "a.nii.gz")
    tracemalloc.start()
    for frame in file.order:
        read_frame(file, "a.nii.gz", frame)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The volume is 60 slices of 32 kB; a few of them, and zlib's window, are in memory at once.
    assert peak < 12 * 128 * 128 * 2


def test_a_ct_in_a_nifti_is_hounsfield_throughout_also_where_a_slice_is_all_air() -> None:
    volume = np.full((20, 20, 3), -1000, np.int16)
    volume[5:15, 5:15, 1] = 40
    file = open_file(nifti(volume), "ct.nii", "hounsfield")
    assert [read_frame(file, "ct.nii", frame).kind for frame in file.order] == ["hu"] * 3


def test_a_nifti_without_an_affine_is_shown_as_stored_and_that_is_said() -> None:
    image = nib.Nifti1Image(np.arange(24, dtype=np.int16).reshape(4, 3, 2), None)
    image.header["pixdim"][1:4] = (0.5, 0.75, 3)
    file = open_file(image.to_bytes(), "a.nii")
    assert "does not say how it lies in the patient" in file.notes[0]
    assert file.geometry is not None and file.geometry.affine is None
    assert (file.geometry.row_mm, file.geometry.column_mm, file.geometry.slice_mm) == (0.75, 0.5, 3)


RGB = np.zeros((2, 2, 2), np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")]))


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((4, 3, 2, 5), np.int16), r"has 4 dimensions \(4 x 3 x 2 x 5\)"),
        (RGB, r"is a NIfTI volume of colours \(RGB\)"),
        (np.zeros((2, 2, 2), np.complex64), "is a NIfTI volume of complex numbers"),
    ],
)
def test_a_nifti_that_is_no_volume_of_grey_values_says_why(array: np.ndarray, reason: str) -> None:
    with pytest.raises(BadFileError, match=f"^a.nii: {reason}"):
        open_file(nifti(array), "a.nii")


def test_nibabel_says_nothing_beside_our_own_sentence() -> None:
    # In a process of its own: here pytest has taken the place of stderr before nibabel asked for it.
    data = bytearray(nifti(np.zeros((4, 4, 2), np.uint8)))
    data[254:256] = (127).to_bytes(2, "little")  # the code of the affine
    code = f"from core.imaging.decode import open_file; open_file(bytes.fromhex('{data.hex()}'), 'a.nii')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr == ""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_nifti_that_is_cut_off(pack) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (40, 40, 4), np.uint8)
    data = pack(nifti(noise))
    with pytest.raises(BadFileError, match="cut off or damaged"):
        frames(data[: len(data) // 2], "a.nii.gz")


# DICOM


def at(number: int, position: float, values: np.ndarray | None = None, **elements: object) -> bytes:
    place = {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "ImagePositionPatient": [5, 6, position]}
    place |= {"PixelSpacing": [0.5, 0.75], "SeriesInstanceUID": "1.2.9", "InstanceNumber": number}
    return dicom(VOLUME[0] if values is None else values, **(place | elements))


def ordered(*files: bytes):
    return order_slices([slice_place(each, "a.dcm") for each in files], "The series")


def test_a_series_is_ordered_by_position_whatever_its_numbers_say() -> None:
    order, geometry, notes = ordered(at(1, 20), at(2, 10), at(3, 15))
    assert order == (1, 2, 0)
    assert notes == ()
    assert geometry is not None and geometry.slice_mm == pytest.approx(5)
    # Column, row, slice in millimetres; DICOM's x and y point the other way than RAS.
    assert geometry.affine is not None
    expected = [[-0.75, 0, 0, -5], [0, -0.5, 0, -6], [0, 0, 5, 10], [0, 0, 0, 1]]
    assert geometry.affine == pytest.approx(np.array(expected))


@pytest.mark.parametrize(
    ("files", "order", "said"),
    [
        ([at(1, 0), at(2, 5), at(3, 20), at(4, 25)], (0, 1, 2, 3), "about 2 slices seem to be missing"),
        ([at(1, 0), at(3, 5), at(2, 5), at(4, 10)], (0, 2, 1, 3), "has 1 slice more than places"),
        (
            [at(2, 5), at(1, 0, ImageOrientationPatient=[0, 1, 0, 0, 0, -1])],
            (1, 0),
            "its 2 slices are tilted against each other",
        ),
        ([at(2, 0, ImagePositionPatient=None), at(1, 5)], (1, 0), "does not say where its 2 slices lie"),
        ([at(1, 0), at(2, 5, VOLUME[0][:1])], (0, 1), "has slices of different sizes"),
    ],
)
def test_what_is_wrong_with_a_series_is_said_in_one_sentence(files, order, said: str) -> None:
    found, geometry, notes = ordered(*files)
    assert found == order
    assert len(notes) == 1 and notes[0].startswith("The series") and said in notes[0]
    assert geometry is not None and geometry.affine is None


def test_slices_that_lie_unevenly_keep_their_own_distances() -> None:
    _, geometry, _ = ordered(at(1, 10), at(2, 12), at(3, 18), at(4, 20))
    assert geometry is not None
    assert [geometry.from_first(place) for place in range(4)] == pytest.approx([0, 2, 8, 10])
    _, geometry, _ = ordered(at(1, 10), at(2, 12), at(3, 14))
    assert geometry is not None
    assert [geometry.from_first(place) for place in range(3)] == pytest.approx([0, 2, 4])


@pytest.mark.parametrize(
    ("unit", "spacing"), [("mm", (3, 2, 4)), ("micron", (0.003, 0.002, 0.004)), ("meter", (3000, 2000, 4000))]
)
@pytest.mark.parametrize("has_place", [True, False])
def test_a_nifti_is_in_the_unit_that_it_names(unit: str, spacing, has_place: bool) -> None:
    image = nib.Nifti1Image(np.zeros((4, 5, 6), np.uint8), np.diag([2.0, 3.0, 4.0, 1.0]))
    image.header.set_xyzt_units(unit)
    if not has_place:
        image.header["qform_code"] = image.header["sform_code"] = 0
    geometry = open_file(image.to_bytes(), "a.nii").geometry
    assert geometry is not None
    assert (geometry.row_mm, geometry.column_mm, geometry.slice_mm) == pytest.approx(spacing)


def test_a_nifti_whose_header_says_nothing_has_no_size_in_millimetres() -> None:
    image = nib.Nifti1Image(np.zeros((4, 5, 6), np.uint8), None)
    assert open_file(image.to_bytes(), "a.nii").geometry is None


def test_frames_of_one_file_lie_along_the_body_and_keep_their_numbers() -> None:
    from pydicom.dataset import Dataset

    def frame(position: float) -> Dataset:
        own = Dataset()
        plane = Dataset()
        plane.ImagePositionPatient = [0, 0, position]
        own.PlanePositionSequence = [plane]
        return own

    shared, measures, axes = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = [0.5, 0.5]
    axes.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [axes]
    data = dicom(
        VOLUME,
        NumberOfFrames=3,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=[frame(9), frame(6), frame(3)],
    )
    file = open_file(data, "a.dcm")
    assert file.order == (2, 1, 0)
    assert file.geometry is not None and file.geometry.slice_mm == pytest.approx(3)
    assert np.array_equal(read_frame(file, "a.dcm", 2).values, VOLUME[2])


def test_a_film_keeps_its_order() -> None:
    file = open_file(dicom(VOLUME, NumberOfFrames=3, Modality="US"), "a.dcm")
    assert (file.order, file.geometry) == ((0, 1, 2), None)


@pytest.mark.parametrize(("through", "is_told"), [((0, 0, 2.5), False), ((2.5, 0, 0), True)])
def test_of_dicom_slices_it_is_told_that_a_mask_without_its_place_runs_another_way(through, is_told):
    affine = np.eye(4)
    affine[:3] = np.column_stack([(0, 0.7, 0), (0.7, 0, 0), through, (200, 0, 0)])
    mask = nib.Nifti1Image(np.ones((6, 8, 4), np.uint8), np.eye(4)).to_bytes()
    masks, notes = volume_masks(mask, "m.nii", [(8, 6)] * 4, Geometry(0.7, 0.7, 2.5, affine))
    assert len(masks) == 4 and any("another way" in note for note in notes) == is_told


@pytest.mark.parametrize(
    ("qform", "is_told"),
    [((1, 1, 2), False), ((1, 1, 2.001), False), ((-1, 1, 2), True), ((3, 3, 2), True)],
)
def test_a_nifti_that_says_two_places_is_told(qform: tuple[float, float, float], is_told: bool) -> None:
    image = nib.Nifti1Image(np.zeros((4, 5, 3), np.int16), np.diag([1, 1, 2, 1]))
    image.set_qform(np.diag([*qform, 1]), 1)
    image.set_sform(np.diag([1, 1, 2, 1]), 1)
    told = "says in two ways how it lies in the patient (qform and sform), and they differ; the sform counts."
    assert any(told in note for note in open_file(image.to_bytes(), "a.nii").notes) == is_told


@pytest.mark.parametrize(
    ("unit", "mm"), [("\\u00B5m", 0.0005), ("Micron", 0.0005), ("Nm", 5e-7), ("pixel", None)]
)
def test_the_units_of_imagej_as_it_writes_them(unit: str, mm: float | None) -> None:
    data = pages(VOLUME[0], imagej=True, metadata={"unit": unit}, resolution=(2, 2))
    geometry = open_file(data, "a.tif").geometry
    assert (None if geometry is None else geometry.row_mm) == (None if mm is None else pytest.approx(mm))
