"""Masks of many slices for a series of many files, several segments, and YOLO's polygons on upload."""

import io

import numpy as np
import pydicom
import pytest

from core.formats.dicom_seg import mask_dicom_seg
from core.formats.volume import mask_nifti
from core.formats.yolo import yolo_labels
from core.imaging.decode import open_file
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workflows.arrive.mask_meaning import KeptMeaning, keep_meaning
from core.workflows.arrive.upload_plan import plan_upload
from core.workflows.arrive.upload_survey import survey_upload
from tests.formats.test_dicom_seg import FRAMES, HEIGHT, WIDTH, series
from tests.workflows.test_add_images import zip_of
from tests.workflows.test_stacks import references

# Slices of class 1 and class 2; the middle one is empty.
MASKS = np.zeros((FRAMES, HEIGHT, WIDTH), np.uint8)
MASKS[0, 2:4, 1:5], MASKS[2, 5, 5:8] = 1, 2
PNG = encode_png(np.arange(HEIGHT * WIDTH, dtype=np.uint8).reshape(HEIGHT, WIDTH))


@pytest.fixture
def task(workspace):
    return workspace.tasks.create("Vessels")


@pytest.fixture
def files():
    return [(f"im{number}.dcm", data) for number, data in enumerate(series())]


def segmentation(files, masks, names=("liver",)):
    return mask_dicom_seg([data for _, data in files], masks, names, name="s", version="1")


def without_frame(content, frame):
    """A segmentation that leaves out a slice, as most tools do with empty ones."""
    dataset = pydicom.dcmread(io.BytesIO(content))
    bits = np.unpackbits(np.frombuffer(dataset.PixelData, np.uint8), bitorder="little")
    planes = bits[: FRAMES * HEIGHT * WIDTH].reshape(FRAMES, -1)
    planes = np.delete(planes, frame, axis=0)
    packed = np.packbits(planes.ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    del dataset.PerFrameFunctionalGroupsSequence[frame]
    dataset.NumberOfFrames = FRAMES - 1
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


def shown(workspace, task):
    return np.stack(references(workspace, workspace.images.of_stack(workspace.images.list(task.id)[0])))


def test_a_volume_beside_a_series_goes_to_its_slices(workspace, task, files):
    # Its axes are column, row, slice; it runs from the head down, and is turned.
    affine = np.array([[-0.75, 0, 0, 0], [0, -0.5, 0, 0], [0, 0, -2.5, 5], [0, 0, 0, 1]], float)
    volume = mask_nifti((MASKS[::-1] != 0).astype(np.uint8).transpose(2, 1, 0), affine=affine)
    outcomes = add_images(workspace, task.id, files, masks=[("vessels.nii.gz", volume)])
    assert outcomes[-1].status == "mask added", outcomes[-1].message
    np.testing.assert_array_equal(shown(workspace, task), MASKS != 0)


@pytest.mark.parametrize("sparse", [False, True])
def test_a_segmentation_finds_the_series_it_refers_to(workspace, task, files, sparse):
    content = segmentation(files, (MASKS != 0).astype(np.uint8))
    content = without_frame(content, 1) if sparse else content
    other = [(f"x{number}.dcm", data) for number, data in enumerate(series())]
    outcomes = add_images(workspace, task.id, [*other, *files, ("result.dcm", content)])
    assert outcomes[-1].status == "mask added", outcomes[-1].message
    stack = workspace.images.of_stack(workspace.images.list(task.id)[-1])
    assert stack[0].name == "im0.dcm"
    np.testing.assert_array_equal(np.stack(references(workspace, stack)), MASKS != 0)


def test_several_segments_are_asked_as_values_are(workspace, task, files):
    content = segmentation(files, MASKS, ("liver", "vessel"))
    refused = add_images(workspace, task.id, [*files, ("result.dcm", content)])[-1]
    assert refused.status == "refused" and "0, 1, 2" in refused.message
    keep_meaning(workspace, task.id, KeptMeaning((0, 1, 2), MaskValues((2,))))
    assert add_images(workspace, task.id, [("result.dcm", content)])[-1].status == "mask added"
    np.testing.assert_array_equal(shown(workspace, task), MASKS == 2)


def test_segments_are_numbers_at_their_places(files):
    content = segmentation(files, MASKS, ("liver", "vessel"))
    file = open_file(content, "s.dcm")
    assert len(file.order) == FRAMES
    np.testing.assert_array_equal([file.read(place).numbers for place in file.order], MASKS)


def test_yolos_polygons_are_masks(workspace, task):
    text = yolo_labels(MASKS[0]).encode()
    outcomes = add_images(workspace, task.id, [("a.png", PNG), ("a.txt", text), ("notes.txt", b"hello")])
    assert [each.status for each in outcomes] == ["added", "left out", "mask added"]
    np.testing.assert_array_equal(references(workspace, workspace.images.list(task.id))[0], MASKS[0])
    both = yolo_labels(MASKS[0] + 2 * (MASKS[2] != 0).astype(np.uint8)).encode()
    refused = add_images(workspace, task.id, [("b.png", PNG + b" "), ("b.txt", both)])[-1]
    assert refused.status == "refused" and "0, 1, 2" in refused.message


@pytest.mark.parametrize("name", ["salut", "a_classes"])
def test_outlines_of_yolo_whose_image_is_called_like_a_table_of_names_are_outlines(workspace, task, name):
    uploads = [(f"{name}.png", PNG), (f"{name}.txt", yolo_labels(MASKS[0]).encode())]
    assert len(survey_upload(uploads, [], known=(), roles={}).readings) == 1
    assert [each.status for each in add_images(workspace, task.id, uploads)] == ["added", "mask added"]


@pytest.mark.parametrize("yaml", ["data.yaml", "coco8-pose.yaml"])
def test_key_points_of_yolo_are_told_by_the_file_beside_them(workspace, task, yaml):
    said = "train: images\nkpt_shape: [2, 2]\nnames: {0: mouse}\n"
    files = {"images/a.png": PNG, "labels/a.txt": b"0 0.5 0.5 0.2 0.2 0.4 0.4 0.6 0.6", yaml: said.encode()}
    uploads = [("z.zip", zip_of(files))]
    (reading,) = survey_upload(uploads, [], known=(), roles={}).readings.values()
    assert reading.problem.startswith("holds boxes of YOLO's, and no outlines")
    refused = [each.message for each in add_images(workspace, task.id, uploads) if each.status == "refused"]
    assert len(refused) == 1 and refused[0].startswith("a.txt: holds boxes of YOLO's, and no outlines")
    uploads = [("z.zip", zip_of({**files, yaml: said.replace("kpt_shape", "points").encode()}))]
    assert [each.status for each in add_images(workspace, task.id, uploads)].count("mask added") == 1


def test_nnunets_description_is_not_looked_at():
    rows = plan_upload(["d/imagesTr/a_0000.png", "d/labelsTr/a.png", "d/dataset.json"])
    assert [row.role for row in rows] == ["image", "mask", "left out"]
