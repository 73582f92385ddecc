"""The tables of what leaves in the READMEs: each cell is found out here by writing and reading back."""

import gzip
import io
from pathlib import Path

import highdicom as hd
import nibabel as nib
import numpy as np
import pytest
import tifffile

from core.imaging.decode import decode_image
from core.imaging.masks import encode_png
from core.workflows.add_images import add_images
from core.workflows.export.export_files import FORMATS
from core.workspace import NewRevision, TaskClass
from tests.formats.test_dicom_seg import series
from tests.workflows.test_export_files import from_coco, from_yolo, table, unpacked

PROJECT = Path(__file__).resolve().parents[2]
MASK = np.zeros((8, 10), np.uint8)
MASK[1:6, 1:6], MASK[3, 3], MASK[7, 9], MASK[0, 8] = 1, 0, 2, 255
CELLS = {
    "README.md": {True: "yes", False: "no", None: ""},
    "README.ko.md": {True: "예", False: "아니요", None: ""},
}
NAMES = {
    "training": ("training folder", "학습 폴더"),
    "png": ("PNG", "PNG"),
    "indexed_png": ("PNG with a colour table", "색상표가 있는 PNG"),
    "tiff": ("TIFF", "TIFF"),
    "nifti": ("NIfTI", "NIfTI"),
    "dicom_seg": ("DICOM SEG", "DICOM SEG"),
    "coco": ("COCO", "COCO"),
    "yolo": ("YOLO", "YOLO"),
    "measures": ("measures (CSV)", "측정값(CSV)"),
}


def read_back(written_as, files):
    """(mask, whether the place in millimetres is there); no mask where the format holds none."""
    name = next((each for each in files if each.startswith(("masks/", "train/masks/", "labels/"))), "")
    content = files.get(name, b"")
    if written_as in ("training", "png", "indexed_png"):
        return decode_indices(content), False
    if written_as == "tiff":
        with tifffile.TiffFile(io.BytesIO(content)) as file:
            # Columns are 0.75 mm apart.
            (pixels, length) = file.pages[0].tags["XResolution"].value
            return file.asarray(), bool(np.isclose(length / pixels * 10, 0.75))
    if written_as == "nifti":
        volume = nib.Nifti1Image.from_bytes(gzip.decompress(content))
        placed = np.allclose(np.abs(volume.affine[:3, 3]), 0) and np.isclose(volume.affine[1, 1], -0.5)
        return np.asarray(volume.dataobj)[..., 0].T, bool(placed)
    if written_as == "dicom_seg":
        segmentation = hd.seg.segread(io.BytesIO(content))
        first, second = segmentation.pixel_array.reshape(2, 8, 10)
        shared = segmentation.SharedFunctionalGroupsSequence[0]
        return first + 2 * second, list(shared.PixelMeasuresSequence[0].PixelSpacing) == [0.5, 0.75]
    if written_as == "coco":
        return from_coco(files["annotations.json"], MASK.shape), False
    if written_as == "yolo":
        return from_yolo(content, MASK.shape), False
    return None, bool(table(files["measures.csv"])[0]["area_mm2"])


def decode_indices(content):
    from PIL import Image

    return np.array(Image.open(io.BytesIO(content)))


@pytest.fixture
def found(workspace, task):
    """Of each format: pixels and classes come back, undecided ones too, the place, the patient."""
    workspace.tasks.set_classes(task.id, [TaskClass("one"), TaskClass("two")])
    (outcome,) = add_images(workspace, task.id, [("scan.dcm", series()[0])])
    new = NewRevision(encode_png(MASK), None, 0.5, None, "Kim", 1.0, 0.3)
    workspace.masks.save(outcome.image_id, new)
    assert decode_image(encode_png(MASK), "mask").values.max() == 255
    rows = {}
    for written_as in FORMATS:
        files, _ = unpacked(workspace, task, written_as)
        mask, placed = read_back(written_as, files)
        known = MASK != 255
        rows[written_as] = (
            None if mask is None else bool(np.array_equal(mask[known], MASK[known])),
            None if mask is None else bool(mask[0, 8] == 255),
            placed,
            b"Kim^Minji" in b"".join(files.values()),
        )
    return rows


@pytest.mark.parametrize("place", [0, 1], ids=list(CELLS))
def test_the_readme_s_table_of_what_leaves(found, place):
    name = list(CELLS)[place]
    cells = CELLS[name]
    lines = [
        f"| {NAMES[written_as][place]} | {' | '.join(cells[each] for each in row)} |"
        for written_as, row in found.items()
    ]
    assert "\n".join(lines) in (PROJECT / name).read_text(encoding="utf-8"), "\n".join(lines)
