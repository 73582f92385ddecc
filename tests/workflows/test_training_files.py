import csv
import io
import json
import unicodedata
import zipfile

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from core.correction.corrections import encode_layer
from core.datasets.grouped_data import read_grouped
from core.datasets.labels import find_labelled
from core.datasets.pairs import check_dataset, find_pairs, load_pair
from core.errors import StoreError
from core.imaging.decode import decode_image
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workflows.export.export_files import export_files
from core.workflows.export.export_names import UniqueStems, safe_stem
from core.workflows.export.packing import Selection
from core.workflows.export.set_files import yolo_splits
from core.workspace import DraftContent, NewLabel
from tests.stored_files import stored_file
from tests.workflows.conftest import png
from tests.workflows.test_stacks import pages


@pytest.fixture
def save(workspace, task, predictors):
    """Adds an image and saves a mask of it whose only foreground is the first pixel."""

    def add_and_save(name, data):
        (outcome,) = add_images(workspace, task.id, [(name, data)])
        image = workspace.images.get(outcome.image_id)
        layer = np.zeros((image.facts.height, image.facts.width), np.uint8)
        layer[0, 0] = 2
        save_mask(
            workspace, image.id, predictors, content=DraftContent(0.5, encode_layer(layer), None), who="Kim"
        )
        return image

    return add_and_save


def exported(workspace, task, **watching):
    return export_files(workspace, Selection(task.id), "training", **watching)


def noise(seed, shape=(8, 9)):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def ct_file(path):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.PatientName = "Secret^Person"
    data.PatientID = "SECRET-42"
    data.SOPClassUID, data.SOPInstanceUID, data.Modality = CTImageStorage, "1.2.3", "CT"
    data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = 2, 2, 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleSlope, data.RescaleIntercept = 1, 0
    data.PixelData = np.array([[-1000, -300], [400, 3000]], np.int16).tobytes()
    pydicom.dcmwrite(path, data, enforce_file_format=True)
    return path.read_bytes()


def test_the_zip_is_a_data_set_that_training_takes(workspace, task, save, tmp_path):
    for number in range(12):
        save(f"scan {number}.png", png(noise(number)))
    export = exported(workspace, task)
    assert (export.num_images, export.num_test, export.notes) == (12, 3, ())
    with zipfile.ZipFile(export.path) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "out")
    pairs = check_dataset(tmp_path / "out" / "dataset")
    assert {split: len(found) for split, found in pairs.items()} == {"train": 9, "test": 3}
    # The 2nd, 7th and 12th image that was saved.
    assert [pair.stem for pair in pairs["test"]] == ["scan 1", "scan 11", "scan 6"]
    image, mask = load_pair(pairs["test"][0])
    assert np.array_equal(image.values, noise(1))
    assert mask.sum() == mask[0, 0] == 1


def test_groups_stay_in_one_split_and_training_reads_them(workspace, task, save, tmp_path):
    # Of eight groups of three the 2nd, 7th, 12th, 17th and 22nd image lock five.
    for number in range(24):
        save(f"{number}.png", png(noise(number)))
    ids = [image.id for image in workspace.images.list(task.id)]
    for first in range(0, 24, 3):
        workspace.groups.assign(ids[first : first + 3], kind="patient", key=str(first))
    export = exported(workspace, task)
    with zipfile.ZipFile(export.path) as archive:
        archive.extractall(tmp_path / "out")
    data = read_grouped(tmp_path / "out" / "dataset")
    sizes = {split: (len(groups), len(set(groups))) for split, groups in data.group_of.items()}
    assert sizes == {"train": (9, 3), "test": (15, 5)}
    assert len({group for groups in data.group_of.values() for group in groups}) == 8
    assert data.column == "group"
    splits = yolo_splits(workspace.images.list(task.id))
    groups = {
        split: {each.group_id for each in workspace.images.list(task.id) if splits[each.id] == split}
        for split in ("train", "val", "test")
    }
    # Of nine free images a fifth, so of three free groups one.
    assert {split: len(found) for split, found in groups.items()} == {"train": 2, "val": 1, "test": 5}


def test_the_tables_say_which_slice_a_mask_is_of(workspace, task, predictors):
    add_images(workspace, task.id, [("s.tif", pages(np.stack([noise(seed) for seed in range(3)])))])
    for image in workspace.images.list(task.id)[1:]:
        save_mask(workspace, image.id, predictors, content=DraftContent(0.5, None, None), who="Kim")
        workspace.labels.save(image.id, NewLabel("a", "Kim"))
    export = exported(workspace, task)
    with zipfile.ZipFile(export.path) as archive:
        for name in ("masks.csv", "labels.csv"):
            rows = csv.DictReader(io.StringIO(archive.read(f"dataset/{name}").decode("utf-8-sig")))
            assert [(row["original_name"], row["frame"]) for row in rows] == [("s.tif", "1"), ("s.tif", "2")]


def test_names_are_kept_safe_and_unique(workspace, task, save, tmp_path):
    for number, name in enumerate(("a.png", "A.jpg", "폐 사진.png", "con.png", "a.tif")):
        save(name, png(noise(number)))
    export = exported(workspace, task)
    with zipfile.ZipFile(export.path) as archive:
        images = {name.rsplit("/", 1)[1] for name in archive.namelist() if "/images/" in name}
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("dataset/masks.csv"), "utf-8")))
        archive.extractall(tmp_path / "out")
    # A.jpg was saved second, so it is locked, and test is written first.
    assert images == {"A.jpg", "a_2.png", "폐 사진.png", "image_con.png", "a_3.tif"}
    assert {row["original_name"]: row["image"] for row in rows}["a.png"] == "a_2.png"
    assert {row["who"] for row in rows} == {"Kim"}
    check_dataset(tmp_path / "out" / "dataset")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../etc/passwd.png", "passwd"),
        ("C:\\scans\\a?b.png", "a_b"),
        (".hidden.png", "hidden"),
        ("...", "image"),
        ("NUL.png", "image_NUL"),
        ("x" * 300 + ".png", "x" * 100),
        ("폐" * 100 + ".png", "폐" * 80),  # 240 bytes: Linux takes 255 with the ending
        ("trailing. .png", "trailing"),
    ],
)
def test_safe_stems(name, stem):
    assert safe_stem(name) == stem


def test_stems_are_nfc_and_taken_once():
    stems = UniqueStems()
    assert stems.take(unicodedata.normalize("NFD", "폐.png")) == unicodedata.normalize("NFC", "폐")
    assert stems.take("폐.jpg") == "폐_2"
    assert stems.take("폐_2.jpg") == "폐_2_2"


def test_dicom_goes_out_as_a_picture_without_the_patient(workspace, task, save, tmp_path):
    save("ct.dcm", ct_file(tmp_path / "ct.dcm"))
    export = exported(workspace, task)
    content = export.path.read_bytes()
    assert b"Secret" not in content
    assert b"SECRET-42" not in content
    with zipfile.ZipFile(export.path) as archive:
        picture = decode_image(archive.read("dataset/train/images/ct.png"), "ct.png")
        assert b"DICM" not in archive.read("dataset/train/images/ct.png")
    # The lung window -1000 to 400: -300 is half way.
    assert (picture.kind, picture.values.tolist()) == ("display", [[0, 128], [255, 255]])


def test_the_same_picture_never_stands_in_two_splits(workspace, task, save, tmp_path):
    import cv2

    values = noise(3)
    save("first.png", png(noise(1)))
    save("locked.png", png(values))
    save("twin.bmp", cv2.imencode(".bmp", values)[1].tobytes())
    export = exported(workspace, task)
    assert (export.num_images, export.num_test) == (2, 1)
    assert export.notes == ("twin.bmp is the same picture as locked.png in test, so it was left out.",)
    with zipfile.ZipFile(export.path) as archive:
        archive.extractall(tmp_path / "out")
        told = json.loads(archive.read("dataset/provenance.json"))
    check_dataset(tmp_path / "out" / "dataset")
    # What is not in the set is not told of as if it were.
    assert [each["image"] for each in told["masks"]] == ["locked.png", "first.png"]
    assert told["left_out"] == list(export.notes) and export.lost == ()


def test_only_the_newest_mask_goes_out_and_images_without_one_stay(
    workspace, task, save, predictors, tmp_path
):
    image = save("a.png", png(noise(1)))
    add_images(workspace, task.id, [("never saved.png", png(noise(2)))])
    content = DraftContent(0.5, encode_layer(np.full((8, 9), 2, np.uint8)), None)
    save_mask(workspace, image.id, predictors, content=content, who="Lee")
    export = exported(workspace, task)
    with zipfile.ZipFile(export.path) as archive:
        archive.extractall(tmp_path / "out")
    train = tmp_path / "out" / "dataset" / "train"
    (pair,) = find_pairs(train / "images", train / "masks")
    assert load_pair(pair)[1].min() == 1


def test_nothing_saved_is_said(workspace, task):
    with pytest.raises(StoreError, match="No mask of the task Lung X-ray is saved yet"):
        exported(workspace, task)


def test_a_disk_that_fills_up_leaves_the_zip_before(workspace, task, save, monkeypatch):
    save("a.png", png(noise(1)))
    before = exported(workspace, task).path.read_bytes()
    save("b.png", png(noise(2)))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.workflows.export.packing.os.replace", full)
    with pytest.raises(StoreError, match="has no room left"):
        exported(workspace, task)
    folder = workspace.folder("exports")
    assert [path.name for path in folder.iterdir()] == ["lung_xray_training.zip"]
    assert (folder / "lung_xray_training.zip").read_bytes() == before


def test_progress_is_told(workspace, task, save):
    save("a.png", png(noise(1)))
    told = []
    exported(workspace, task, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]


def test_labels_go_out_as_training_reads_them(workspace, task, save, tmp_path):
    images = [save(f"scan {number}.png", png(noise(number))) for number in range(3)]
    for image, label in zip(images, ("MEL", "NV", "MEL"), strict=True):
        workspace.labels.save(image.id, NewLabel("Other", "Lee"))
        workspace.labels.save(image.id, NewLabel(label, "Kim"))
    export = exported(workspace, task)
    assert export.notes == ()
    with zipfile.ZipFile(export.path) as archive:
        archive.extractall(tmp_path / "out")
    folder = tmp_path / "out" / "dataset"
    found = {split: find_labelled(folder, split) for split in ("train", "test")}
    assert [(each.stem, each.label) for each in found["train"]] == [("scan 0", "MEL"), ("scan 2", "MEL")]
    assert [(each.stem, each.label) for each in found["test"]] == [("scan 1", "NV")]
    with (folder / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {(row["who"], row["revision"]) for row in rows} == {("Kim", "2")}


def test_without_labels_there_is_no_table_and_missing_ones_are_told(workspace, task, save):
    first = save("a.png", png(noise(1)))
    save("b.png", png(noise(2)))
    with zipfile.ZipFile(exported(workspace, task).path) as archive:
        assert "dataset/labels.csv" not in archive.namelist()
    workspace.labels.save(first.id, NewLabel("MEL", "Kim"))
    (note,) = exported(workspace, task).notes
    assert note.startswith("1 of 2 images have no label")
    workspace.labels.save(first.id, NewLabel(None, "Kim"))
    assert exported(workspace, task).notes == ()


def test_what_is_gone_is_named_and_the_others_are_exported(workspace, task, save):
    whole, no_image, no_mask, bad = (
        save(f"{number}.png", png(noise(number, (8, 9 + number)))) for number in range(4)
    )
    stored_file(workspace, no_image.file).unlink()
    stored_file(workspace, workspace.truth.of(no_mask.id).mask_file).unlink()
    stored_file(workspace, workspace.truth.of(bad.id).mask_file).write_bytes(b"no picture")
    export = exported(workspace, task)
    assert export.num_images == 1
    assert export.notes[:3] == export.lost
    for image in (no_image, no_mask, bad):
        (sentence,) = (each for each in export.lost if each.startswith(f"{image.name} was left out: "))
        assert "lost the file" in sentence or "mask of 3.png" in sentence
    with zipfile.ZipFile(export.path) as archive:
        assert [name for name in archive.namelist() if "/images/" in name][0].endswith(f"images/{whole.name}")
