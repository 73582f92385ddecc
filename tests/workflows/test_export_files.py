"""Saved masks in the formats of other tools, read back by the tools' own libraries."""

import csv
import gzip
import hashlib
import io
import json
import zipfile

import cv2
import highdicom as hd
import nibabel as nib
import numpy as np
import pydicom
import pytest
import tifffile
from PIL import Image
from pycocotools import mask as run_lengths

from core.errors import StoreError
from core.imaging.decode import decode_image
from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workflows.export.export_files import FORMATS, export_files
from core.workflows.export.packing import Selection
from core.workspace import NewReview, NewRevision, TaskClass
from core.workspace.classes import moved
from tests.formats.test_dicom_seg import series
from tests.imaging.making import tiff
from tests.stored_files import stored_file
from tests.workflows.conftest import gradient, png
from tests.workflows.test_stacks import slice_of

HOLE = np.array([[1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1]], np.uint8)


@pytest.fixture
def save(workspace, task):
    """Adds an image and saves a mask of class indices of it."""

    def add_and_save(name, data, mask, who="Kim", version_id=None):
        (outcome,) = add_images(workspace, task.id, [(name, data)])
        new = NewRevision(
            encode_png(np.asarray(mask, np.uint8)), None, 0.4, version_id, who, 1.0, float(np.mean(mask != 0))
        )
        workspace.masks.save(outcome.image_id, new)
        return workspace.images.get(outcome.image_id)

    return add_and_save


def unpacked(workspace, task, written_as, **changes):
    """The files of an export, without its folder."""
    export = export_files(workspace, Selection(task.id, who="Lee", **changes), written_as)
    with zipfile.ZipFile(export.path) as archive:
        assert archive.testzip() is None
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}, export


def table(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_every_format_has_its_provenance(workspace, task, save):
    image = save("a.png", png(gradient(4, 4)), HOLE)
    revision = workspace.truth.of(image.id)
    for written_as in sorted(set(FORMATS) - {"dicom_seg"}):
        files, export = unpacked(workspace, task, written_as)
        told = json.loads(files["provenance.json"])
        assert (told["format"], told["which"], told["by"]) == (written_as, "saved", "Lee")
        assert told["last_audit_seal"] == workspace.audit.list(limit=1)[0].seal
        (mask,) = told["masks"]
        assert (mask["who"], mask["revision"], mask["threshold"]) == ("Kim", 1, 0.4)
        assert mask["mask_sha256"] == revision.mask_file.removesuffix(".png")
        for name, digest in mask["files"].items():
            assert hashlib.sha256(files[name]).hexdigest() == digest
        assert export.notes == ()


@pytest.mark.parametrize("mask", [HOLE, np.zeros((4, 4)), np.eye(4)], ids=["hole", "empty", "diagonal"])
def test_pixels_come_back_from_every_format(workspace, task, save, mask):
    save("폐.png", png(gradient(4, 4)), mask)
    found = {
        "png": lambda files: cv2.imdecode(np.frombuffer(files["masks/폐.png"], np.uint8), 0) // 255,
        "indexed_png": lambda files: np.array(Image.open(io.BytesIO(files["masks/폐.png"]))),
        "tiff": lambda files: tifffile.imread(io.BytesIO(files["masks/폐.tif"])),
        "nifti": lambda files: (
            np.asarray(nib.Nifti1Image.from_bytes(gzip.decompress(files["masks/폐.nii.gz"])).dataobj)[
                ..., 0
            ].T
        ),
        "coco": lambda files: from_coco(files["annotations.json"]),
        "yolo": lambda files: from_yolo(files["labels/train/폐.txt"]),
    }
    for written_as, read in found.items():
        assert np.array_equal(read(unpacked(workspace, task, written_as)[0]), mask), written_as


def from_coco(content, shape=(4, 4)):
    mask = np.zeros(shape, np.uint8)
    for each in json.loads(content)["annotations"]:
        mask[run_lengths.decode(each["segmentation"]) > 0] = each["category_id"]
    return mask


def from_yolo(content, shape=(4, 4)):
    mask = np.zeros(shape, np.uint8)
    for line in content.decode().splitlines():
        points = np.array(line.split()[1:], float).reshape(-1, 2) * shape[::-1]
        cv2.fillPoly(mask, [points.astype(np.int32)], int(line.split()[0]) + 1)
    return mask


def test_a_dicom_image_gives_its_place_and_only_its_segmentation_the_patient(workspace, task, save):
    # Oblique; rows 0.5 mm apart, columns 0.75; a slice alone says no distance to the next, which counts as 1.
    data = series(orientation=(0, 1, 0, 0, 0, -1))[1]
    mask = np.zeros((8, 10), np.uint8)
    mask[2:5, 3] = 1
    save("scan.dcm", data, mask)
    for written_as in sorted(set(FORMATS) - {"dicom_seg"}):
        content = b"".join(unpacked(workspace, task, written_as)[0].values())
        assert b"Kim^Minji" not in content
        assert b"secret" not in content
    files, _ = unpacked(workspace, task, "nifti")
    volume = nib.Nifti1Image.from_bytes(gzip.decompress(files["masks/scan.nii.gz"]))
    # By hand: a column on is 0.75 mm to the back (-y), a row on 0.5 mm down (-z); second slice at 2.5 mm up.
    # The normal, (0, 1, 0) x (0, 0, -1), points to -x of DICOM, which is +x here.
    expected = [[0, 0, 1, 0], [-0.75, 0, 0, 0], [0, -0.5, 0, 2.5], [0, 0, 0, 1]]
    np.testing.assert_allclose(volume.affine, expected, atol=1e-6)
    assert np.argwhere(np.asarray(volume.dataobj)).tolist() == [[3, 2, 0], [3, 3, 0], [3, 4, 0]]
    files, _ = unpacked(workspace, task, "dicom_seg")
    segmentation = hd.seg.segread(io.BytesIO(files["masks/scan.dcm"]))
    assert np.array_equal(segmentation.pixel_array.reshape(8, 10), mask)
    assert str(segmentation.PatientName) == "Kim^Minji"
    source = pydicom.dcmread(io.BytesIO(data))
    assert segmentation.get_source_image_uids()[0][2] == source.SOPInstanceUID
    (row,) = table(unpacked(workspace, task, "measures")[0]["measures.csv"])
    assert (row["area_px"], float(row["area_mm2"])) == ("3", 3 * 0.5 * 0.75)


@pytest.mark.parametrize("step", [(0, 0, 2.5), (0, 0, -2.5), (0.5, 0, 2.5)])
def test_a_series_leaves_as_one_volume_and_one_segmentation(workspace, task, step):
    # Also one that runs downwards, and slices that are not above each other.
    files = series(step=step)
    add_images(workspace, task.id, [(f"{number}.dcm", data) for number, data in enumerate(files)])
    drawn = {}
    for image in workspace.images.list(task.id)[:2]:
        mask = np.zeros((8, 10), np.uint8)
        mask[image.position, 3] = 1
        new = NewRevision(encode_png(mask), None, 0.4, None, "Kim", 1.0, 0.01)
        workspace.masks.save(image.id, new)
        drawn[pydicom.dcmread(io.BytesIO(workspace.files.read(image.file))).SOPInstanceUID] = mask
    written, _ = unpacked(workspace, task, "dicom_seg")
    (name,) = [each for each in written if each.startswith("masks/")]
    segmentation = hd.seg.segread(io.BytesIO(written[name]))
    sources = [pydicom.dcmread(io.BytesIO(data)).SOPInstanceUID for data in files]
    found = segmentation.get_pixels_by_source_instance(sources)[..., 0]
    for uid, mask in zip(sources, found, strict=True):
        assert np.array_equal(mask, drawn.get(uid, np.zeros((8, 10))))
    written, _ = unpacked(workspace, task, "nifti")
    (name,) = [each for each in written if each.startswith("masks/")]
    volume = nib.Nifti1Image.from_bytes(gzip.decompress(written[name]))
    assert (volume.shape, np.asarray(volume.dataobj).sum()) == ((10, 8, 3), 2)


def test_a_stack_of_pages_leaves_as_one(workspace, task):
    pages = np.random.default_rng(0).integers(0, 255, (3, 6, 5)).astype(np.uint8)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pages, photometric="minisblack")
    add_images(workspace, task.id, [("stack.tif", buffer.getvalue())])
    second = workspace.images.list(task.id)[1]
    new = NewRevision(encode_png(np.eye(6, 5, dtype=np.uint8)), None, 0.4, None, "Kim", 1.0, 0.2)
    workspace.masks.save(second.id, new)
    written, _ = unpacked(workspace, task, "tiff")
    found = tifffile.imread(io.BytesIO(written["masks/stack.tif"]))
    assert np.array_equal(found[1], np.eye(6, 5))
    assert found[[0, 2]].sum() == 0
    # Formats without slices take the page that has a mask.
    written, _ = unpacked(workspace, task, "coco")
    assert [each for each in written if each.startswith("images/")] == ["images/stack_s0002.png"]


@pytest.mark.parametrize("written_as", ["training", "png", "indexed_png", "coco", "yolo"])
@pytest.mark.parametrize("at_once", [False, True])
def test_masks_of_slices_in_files_of_their_own_come_back_to_their_slices(
    workspace, task, written_as, at_once
):
    pages = np.random.default_rng(0).integers(0, 255, (3, 6, 5)).astype(np.uint8)
    files = [("s.t.tif", tiff(pages, photometric="minisblack"))]
    add_images(workspace, task.id, files)
    images = workspace.images.list(task.id)
    for image in images[1:]:
        mask = np.zeros((6, 5), np.uint8)
        mask[image.frame : 4, 1:3] = 1
        workspace.masks.save(image.id, NewRevision(encode_png(mask), None, 0.4, None, "Kim", 1.0, 0.1))
    export = export_files(workspace, Selection(task.id), written_as)
    other = workspace.tasks.create("other")
    add_images(workspace, other.id, [] if at_once else files)
    given = [("m.zip", export.path.read_bytes())]
    add_images(workspace, other.id, files if at_once else [], masks=given)
    found = [workspace.images.read_reference(image) for image in workspace.images.list(other.id)]
    assert len(found) == 3 and found[0] is None
    for image, reference in zip(images[1:], found[1:], strict=True):
        expected = np.zeros((6, 5), np.uint8)
        expected[image.frame : 4, 1:3] = 1
        assert np.array_equal(decode_image(reference, "reference").values, expected)


def test_a_slice_of_a_file_with_a_long_name_says_which_one_it_is(workspace, task):
    pages = np.random.default_rng(0).integers(0, 255, (2, 6, 5)).astype(np.uint8)
    add_images(workspace, task.id, [("폐" * 90 + ".tif", tiff(pages, photometric="minisblack"))])
    save_all(workspace, task)
    written, _ = unpacked(workspace, task, "png")
    names = [name for name in written if name.startswith("masks/")]
    assert names == [f"masks/{'폐' * 78}_s{number}.png" for number in ("0001", "0002")]


def test_an_image_that_is_no_dicom_is_told_and_the_others_go_on(workspace, task, save):
    save("a.png", png(gradient(8, 10)), np.zeros((8, 10)))
    with pytest.raises(StoreError, match=r"a\.png: is no DICOM file"):
        unpacked(workspace, task, "dicom_seg")
    save("scan.dcm", series()[0], np.eye(8, 10))
    files, export = unpacked(workspace, task, "dicom_seg")
    assert [name for name in files if name.startswith("masks/")] == ["masks/scan.dcm"]
    assert export.lost[0].startswith("Left out: a.png: is no DICOM file")
    assert json.loads(files["provenance.json"])["left_out"] == list(export.lost)


def test_one_lost_file_is_told_and_the_rest_goes_on(workspace, task, save):
    lost = save("lost.png", png(gradient(4, 4)), HOLE)
    save("kept.png", png(gradient(4, 4, first=9)), np.eye(4))
    stored_file(workspace, workspace.truth.of(lost.id).mask_file).unlink()
    for written_as in sorted(set(FORMATS) - {"dicom_seg"}):
        files, export = unpacked(workspace, task, written_as)
        assert export.lost[0].startswith("lost.png was left out: The workspace has lost the file")
        assert [each["image"] for each in json.loads(files["provenance.json"])["masks"]] == ["kept.png"]


def test_measures_of_a_mask_and_its_prediction(workspace, task, save, add_version, predictors):
    # The stand-in says foreground from 0.4 * 255 = 102 on: the last two of the four pixels.
    version = add_version()
    save("a.png", png([[0, 100, 110, 200]]), [[0, 1, 1, 0]], version_id=version.id)
    export = export_files(workspace, Selection(task.id), "measures", predictors=predictors)
    with zipfile.ZipFile(export.path) as archive:
        (row,) = table(archive.read("lung_xray_measures/measures.csv"))
    assert (row["class"], row["area_px"], row["area_mm2"], row["parts"]) == ("foreground", "2", "", "1")
    box = [row[f"box_{each}"] for each in ("row", "col", "height", "width")]
    assert (box, row["mean_grey"]) == (["0", "1", "1", "2"], "105.0")
    # One pixel of two and two in common: 2 * 1 / (2 + 2).
    assert (row["dice_to_prediction"], row["version"], row["who"]) == ("0.5", version.title, "Kim")


def test_measures_of_a_class_that_was_moved(workspace, task, save, add_version, predictors):
    workspace.tasks.set_classes(task.id, [TaskClass("lung"), TaskClass("heart")])
    classes = workspace.tasks.get_by_id(task.id).all_classes
    workspace.tasks.set_classes(task.id, moved(classes, 2, -1))
    # The prediction as above, of the lung, saved unchanged.
    save("a.png", png([[0, 100, 110, 200]]), [[0, 0, 1, 1]], version_id=add_version().id)
    export = export_files(workspace, Selection(task.id), "measures", predictors=predictors)
    with zipfile.ZipFile(export.path) as archive:
        rows = table(archive.read("lung_xray_measures/measures.csv"))
    assert [(row["class"], row["area_px"]) for row in rows] == [("heart", "0"), ("lung", "2")]
    assert rows[1]["dice_to_prediction"] == "1.0"


def test_several_classes_keep_names_colours_and_undecided_pixels(workspace, task, save):
    workspace.tasks.set_classes(task.id, [TaskClass("lung", (1, 2, 3)), TaskClass("심장")])
    mask = np.array([[0, 1], [2, 255]])
    save("a.png", png(gradient(2, 2)), mask)
    files, _ = unpacked(workspace, task, "indexed_png")
    picture = Image.open(io.BytesIO(files["masks/a.png"]))
    assert np.array_equal(np.array(picture), mask)
    assert picture.getpalette()[3:6] == [1, 2, 3]
    names = [(row["value"], row["name"]) for row in table(files["classes.csv"])]
    assert names == [("0", "background"), ("1", "lung"), ("2", "심장"), ("255", "undecided")]
    files, _ = unpacked(workspace, task, "training")
    assert np.array_equal(decode_image(files["train/masks/a.png"], "a").values, mask)
    assert [each["name"] for each in json.loads(files["classes.json"])][1:3] == ["lung", "심장"]
    assert '  1: "심장"' in unpacked(workspace, task, "yolo")[0]["data.yaml"].decode()


@pytest.mark.parametrize("classes", [("foreground",), ("lung", "heart")])
@pytest.mark.parametrize("written_as", ["training", "png", "indexed_png", "tiff", "nifti"])
def test_a_mask_of_which_background_alone_was_checked_comes_back(workspace, task, save, written_as, classes):
    workspace.tasks.set_classes(task.id, [TaskClass(each) for each in classes])
    # In anybody else's mask 0 and 255 are background and foreground.
    mask = np.array([[0, 0, 255, 255]] * 4)
    image = save("a.png", png(gradient(4, 4)), mask)
    files, _ = unpacked(workspace, task, written_as)
    (name,) = [each for each in files if "masks/" in each]
    (outcome,) = add_images(workspace, task.id, [], masks=[(name.rpartition("/")[2], files[name])])
    assert outcome.status == "mask added", outcome.message
    reference = workspace.images.read_reference(workspace.images.get(image.id))
    assert decode_image(reference, "reference").values.tolist() == mask.tolist()


def test_undecided_pixels_of_a_coco_file_come_back_beside_a_class(workspace, task, save):
    mask = np.array([[0, 1, 255, 255]] * 4)
    image = save("a.png", png(gradient(4, 4)), mask)
    files, _ = unpacked(workspace, task, "coco")
    (outcome,) = add_images(workspace, task.id, [("annotations.json", files["annotations.json"])])
    assert outcome.status == "mask added", outcome.message
    reference = workspace.images.read_reference(workspace.images.get(image.id))
    assert decode_image(reference, "reference").values.tolist() == mask.tolist()


def test_one_image_and_the_approved_alone(workspace, task, save):
    first = save("a.png", png(gradient(4, 4)), HOLE)
    second = save("b.png", png(gradient(4, 4, first=9)), HOLE)
    with pytest.raises(StoreError, match="is approved yet"):
        unpacked(workspace, task, "png", which="approved")
    for image, who, verdict in ((first, "Lee", "approved"), (second, "Lee", "approved")):
        workspace.reviews.add(image.id, NewReview(verdict, who, workspace.truth.of(image.id).id))
    # Another reviewer's flag, and later an own withdrawal of it.
    flag = NewReview("flagged", "Park", workspace.truth.of(second.id).id)
    workspace.reviews.add(second.id, flag)
    files, _ = unpacked(workspace, task, "png", which="approved")
    assert [name for name in files if name.startswith("masks/")] == ["masks/a.png"]
    workspace.reviews.add(second.id, NewReview("withdrawn", "Park", workspace.truth.of(second.id).id))
    files, _ = unpacked(workspace, task, "png", which="approved")
    assert {name for name in files if name.startswith("masks/")} == {"masks/a.png", "masks/b.png"}
    files, _ = unpacked(workspace, task, "png", image_id=second.id)
    assert [name for name in files if name.startswith("masks/")] == ["masks/b.png"]
    add_images(workspace, task.id, [("new.png", png(gradient(3, 3)))])
    new = workspace.images.list(task.id)[-1]
    with pytest.raises(StoreError, match="No mask of this image is saved yet"):
        unpacked(workspace, task, "png", image_id=new.id)


def test_a_photograph_that_is_stored_turned_leaves_upright(workspace, task, save):
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(gradient(4, 6)).save(buffer, "JPEG", exif=exif)
    save("photo.jpg", buffer.getvalue(), np.zeros((6, 4)))
    files, _ = unpacked(workspace, task, "coco")
    (told,) = json.loads(files["annotations.json"])["images"]
    with Image.open(io.BytesIO(files["images/photo.png"])) as picture:
        assert picture.size == (told["width"], told["height"]) == (4, 6)


def save_all(workspace, task):
    """Saves a mask of every image: one pixel, on the diagonal."""
    for image in workspace.images.list(task.id):
        mask = np.zeros((image.facts.height, image.facts.width), np.uint8)
        mask[image.position, image.position] = 1
        workspace.masks.save(image.id, NewRevision(encode_png(mask), None, 0.4, None, "Kim", 1.0, 0.1))


def test_a_stack_that_a_format_cannot_hold_is_left_out_whole_and_told_once(workspace, task):
    pages = np.random.default_rng(0).integers(0, 255, (3, 6, 5)).astype(np.uint8)
    add_images(workspace, task.id, [("stack.tif", tiff(pages, photometric="minisblack"))])
    add_images(workspace, task.id, [("ct.dcm", series()[0])])
    save_all(workspace, task)
    written, export = unpacked(workspace, task, "dicom_seg")
    assert export.num_images == 1
    assert len(export.notes) == 1 and "stack.tif: is no DICOM file" in export.notes[0]
    told = json.loads(written["provenance.json"])
    assert [mask["image"] for mask in told["masks"]] == ["ct.dcm"]


@pytest.mark.parametrize("written_as", ["tiff", "nifti", "dicom_seg"])
def test_a_series_of_slices_of_two_sizes_takes_nothing_else_with_it(workspace, task, written_as):
    sizes = (np.zeros((4, 4), np.uint16), np.zeros((4, 6), np.uint16))
    files = [(f"{z}.dcm", slice_of(z, z, values=values)) for z, values in enumerate(sizes)]
    add_images(workspace, task.id, [*files, ("other.dcm", series()[0])])
    save_all(workspace, task)
    _, export = unpacked(workspace, task, written_as)
    assert export.num_images == 1
    assert export.notes == (
        "Left out: 0.dcm: its slices have different sizes, so they are no volume.",
        "1.dcm was left out: 0.dcm: its slices have different sizes, so they are no volume.",
    )


def test_every_slice_of_a_volume_says_which_file_it_is_in(workspace, task):
    add_images(workspace, task.id, [(f"{number}.dcm", data) for number, data in enumerate(series())])
    save_all(workspace, task)
    written, _ = unpacked(workspace, task, "nifti")
    told = json.loads(written["provenance.json"])["masks"]
    digest = hashlib.sha256(written["masks/0.nii.gz"]).hexdigest()
    assert [mask["files"] for mask in told] == [{"masks/0.nii.gz": digest}] * 3


def test_slices_that_lie_unevenly_are_no_nifti_and_a_tiff_without_a_spacing(workspace, task):
    files = [slice_of(z, z, values=np.zeros((4, 4), np.uint16)) for z in (0, 1, 2, 4)]
    add_images(workspace, task.id, [(f"{place}.dcm", data) for place, data in enumerate(files)])
    save_all(workspace, task)
    with pytest.raises(StoreError, match=r"^Left out: 0\.dcm: its slices do not lie evenly, which a NIfTI"):
        unpacked(workspace, task, "nifti")
    written, export = unpacked(workspace, task, "tiff")
    assert export.notes == ()
    (pages,) = [content for name, content in written.items() if name.endswith(".tif")]
    with tifffile.TiffFile(io.BytesIO(pages)) as file:
        assert file.series[0].shape == (4, 4, 4)
        assert "spacing" not in file.imagej_metadata


@pytest.mark.parametrize(("written_as", "ending"), [("coco", ".json"), ("yolo", ".txt")])
def test_outlines_of_several_classes_come_back_as_these(workspace, task, save, written_as, ending):
    workspace.tasks.set_classes(task.id, [TaskClass("lung"), TaskClass("심장")])
    mask = np.array([[0, 1, 1, 1], [0, 1, 1, 1], [2, 2, 0, 0], [2, 2, 0, 0]])
    image = save("a.png", png(gradient(4, 4)), mask)
    files, _ = unpacked(workspace, task, written_as)
    (name,) = [each for each in files if each.endswith(ending) and "provenance" not in each]
    (outcome,) = add_images(workspace, task.id, [(name.rpartition("/")[2], files[name])])
    assert outcome.status == "mask added", outcome.message
    reference = workspace.images.read_reference(workspace.images.get(image.id))
    assert decode_image(reference, "reference").values.tolist() == mask.tolist()


def test_measures_under_a_microscope(workspace, task, save):
    file = io.BytesIO()
    size = {"resolution": (250, 250), "metadata": {"unit": "um"}}
    tifffile.imwrite(file, gradient(4, 4), imagej=True, **size)
    save("cell.tif", file.getvalue(), np.eye(4))
    (row,) = table(unpacked(workspace, task, "measures")[0]["measures.csv"])
    # Four pixels of 4 nm, which are 4e-6 mm.
    assert float(row["area_mm2"]) == pytest.approx(4 * 4e-6 * 4e-6)
