"""Files of many pictures predicted slice by slice, given back as one volume that lies where they lie."""

import csv
import gzip
from types import SimpleNamespace

import nibabel as nib
import numpy as np
import pytest
import tifffile

from core.cards import ModelCard
from core.imaging.image_reading import ImageReading
from core.imaging.masks import encode_png
from core.workflows.predict import predict_many as predicting
from core.workflows.predict.predict_many import PredictRequest, predict_many
from tests.workflows.test_stacks import slice_of

# Slices (i, j, k) 4 x 5 x 3; the network of these tests finds what is brighter than half.
STORED = np.zeros((4, 5, 3), np.int16)
STORED[1, 2, 0] = STORED[0:3, 1, 1] = 1000
# Oblique and flipped: 2 x 3 x 4 mm.
AFFINE = np.array([[-2, 0, 0, 9], [0, 2.6, -2, 8], [0, 1.5, 3.464, 7], [0, 0, 0, 1]], float)


@pytest.fixture(autouse=True)
def bright(monkeypatch):
    """A network that finds the bright half; the kinds of image that it was given."""
    kinds = []

    def predict(image):
        kinds.append(image.kind)
        return (image.values > image.values.max() / 2).astype(np.float32) * (image.values.max() > 0)

    predictor = SimpleNamespace(card=ModelCard("bright", threshold=0.5), notes=(), predict=predict)
    monkeypatch.setattr(predicting, "load_predictor", lambda _: predictor)
    monkeypatch.setattr(predicting, "check_stock", lambda _: None)
    monkeypatch.setattr(predicting, "weights_path", lambda path: path)
    return kinds


def predicted(tmp_path, **options):
    request = PredictRequest(str(tmp_path / "in"), tmp_path / "model", tmp_path / "out", **options)
    return predict_many(request)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def test_a_nifti_gets_its_masks_on_its_own_axes(tmp_path, folder):
    nib.save(nib.Nifti1Image(STORED, AFFINE), folder / "scan.nii.gz")
    (folder / "plain.png").write_bytes(encode_png(np.eye(6, dtype=np.uint8) * 255))
    outcome = predicted(tmp_path)
    assert outcome.problems == ()
    back = nib.Nifti1Image.from_bytes(gzip.decompress((tmp_path / "out" / "scan_mask.nii.gz").read_bytes()))
    np.testing.assert_array_equal(np.asarray(back.dataobj), STORED > 0)
    np.testing.assert_allclose(back.affine, AFFINE, atol=1e-5)
    rows = list(csv.DictReader((tmp_path / "out" / "areas.csv").read_text().splitlines()))
    assert [(row["image"], row["slice"], row["foreground_pixels"]) for row in rows] == [
        ("plain.png", "", "6"),
        ("scan.nii.gz", "1", "1"),
        ("scan.nii.gz", "2", "3"),
        ("scan.nii.gz", "3", "0"),
    ]
    assert not (tmp_path / "out" / "scan_overlay.png").exists()


def test_pages_of_a_tiff_become_pages(tmp_path, folder):
    pages = np.zeros((3, 6, 8), np.uint8)
    pages[1, 2:4, 3:7] = 200
    tifffile.imwrite(folder / "stack.tif", pages, imagej=True, metadata={"axes": "ZYX"})
    predicted(tmp_path)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out" / "stack_mask.tif"), pages > 0)


def test_a_series_gets_a_volume_beside_the_masks_of_its_files(tmp_path, folder):
    # Files in the wrong order of names: the order is by position.
    for place, name in enumerate(("b.dcm", "a.dcm", "c.dcm")):
        values = np.full((4, 5), place, np.uint16)
        values[place] = 1000
        (folder / name).write_bytes(slice_of(2.0 * place, values=values))
    outcome = predicted(tmp_path)
    assert {path.stem for path in (tmp_path / "out").glob("*_mask.png")} == {"a_mask", "b_mask", "c_mask"}
    volume = np.asarray(nib.load(tmp_path / "out" / "b_series_mask.nii.gz").dataobj)
    # Axes are column, row, slice: the bright row is that of the place.
    np.testing.assert_array_equal(volume, np.broadcast_to(np.eye(4, 3)[None], (5, 4, 3)))
    assert any("3 slices of one series" in note for note in outcome.notes)


def test_the_channel_that_was_said_is_predicted(tmp_path, folder):
    both = np.zeros((2, 6, 8), np.uint8)
    both[0, 0, 0] = both[1, 2:4, 3:7] = 200
    settings = {"ome": True, "metadata": {"axes": "CYX"}, "photometric": "minisblack"}
    tifffile.imwrite(folder / "cells.ome.tif", both, **settings)
    unsaid = predicted(tmp_path)
    assert unsaid.predicted == () and "--read_channel" in unsaid.problems[0]
    assert predicted(tmp_path, reading=ImageReading(channel=0)).predicted[0].foreground_pixels == 1
    assert predicted(tmp_path, reading=ImageReading(channel=1)).predicted[0].foreground_pixels == 8
    assert "there is no number 3" in predicted(tmp_path, reading=ImageReading(channel=2)).problems[0]


def test_what_looks_like_a_ct_waits_for_the_flag_that_says_whether_it_is_one(tmp_path, folder, bright):
    ct = np.full((8, 8, 2), -1000, np.int16)
    ct[2:6, 2:6] = 40
    nib.save(nib.Nifti1Image(ct, AFFINE), folder / "scan.nii.gz")
    unsaid = predicted(tmp_path)
    assert unsaid.predicted == () and "--units" in unsaid.problems[0]
    for units, kind in (("hounsfield", "hu"), ("grey", "display")):
        bright.clear()
        outcome = predicted(tmp_path, reading=ImageReading(units=units))
        assert bright == [kind] * 2
        assert not any("Hounsfield" in note or "CT" in note for note in outcome.notes)
