"""Volumes with mask volumes as pairs of slices of one group."""

import nibabel as nib
import numpy as np
import pytest
import tifffile

from core.datasets.grouped_data import read_grouped, with_validation
from core.datasets.pairs import check_dataset, load_pair
from core.errors import BadDatasetError

AFFINE = np.diag([-1.0, -1.0, 2.0, 1.0])


def volume(seed, slices=4):
    return np.random.default_rng(seed).integers(0, 900, (6, 8, slices)).astype(np.int16)


def save(root, name, values, affine=AFFINE):
    path = root / "train" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(values, affine), path)


@pytest.fixture
def scans(tmp_path):
    for number in range(3):
        values = volume(number)
        # Empty slices look alike in every volume and make no group of all.
        values[..., 0] = 0
        save(tmp_path, f"images/p{number}.nii.gz", values)
        save(tmp_path, f"masks/p{number}.nii.gz", (values > 450).astype(np.uint8))
    return tmp_path


def test_each_slice_is_a_pair_and_fits_its_mask(scans):
    pairs = check_dataset(scans)["train"]
    assert [pair.stem for pair in pairs[:5]] == ["p0_s0001", "p0_s0002", "p0_s0003", "p0_s0004", "p1_s0001"]
    for pair in (pairs[6], pairs[1]):  # not in order
        image, mask = load_pair(pair)
        np.testing.assert_array_equal(mask, image.values > 450)


def test_a_volume_is_never_parted(scans):
    data = read_grouped(scans)
    assert len(set(data.group_of["train"])) == 3
    train, val = with_validation(data, 0.3, seed=0)
    assert {pair.file_stem for pair in train}.isdisjoint({pair.file_stem for pair in val})
    assert len(train) == 8 and len(val) == 4


def test_a_mask_whose_slices_run_the_other_way_is_turned(scans):
    values = volume(9)
    save(scans, "images/p9.nii.gz", values)
    turned = np.array([[-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, -2, 6], [0, 0, 0, 1]], float)
    save(scans, "masks/p9.nii.gz", (values > 450)[..., ::-1].astype(np.uint8), turned)
    pair = check_dataset(scans)["train"][-1]
    image, mask = load_pair(pair)
    np.testing.assert_array_equal(mask, image.values > 450)


def test_other_numbers_of_slices_are_told(scans):
    save(scans, "masks/p1.nii.gz", np.ones((6, 8, 3), np.uint8))
    with pytest.raises(BadDatasetError, match="volume of 3 slices, but its image has 4"):
        check_dataset(scans)


def test_channels_must_be_said(tmp_path):
    both = np.stack([np.arange(48, dtype=np.uint8).reshape(6, 8), np.full((6, 8), 7, np.uint8)])
    for folder in ("images", "masks"):
        (tmp_path / "train" / folder).mkdir(parents=True)
    settings = {"ome": True, "metadata": {"axes": "CYX"}, "photometric": "minisblack"}
    tifffile.imwrite(tmp_path / "train" / "images" / "a.tif", both, **settings)
    tifffile.imwrite(tmp_path / "train" / "masks" / "a.tif", (both[0] > 20).astype(np.uint8) * 255)
    with pytest.raises(BadDatasetError, match="has 2 channels; say with --read_channel"):
        check_dataset(tmp_path)
    (pair,) = check_dataset(tmp_path, channel=1)["train"]
    np.testing.assert_array_equal(load_pair(pair)[0].values, both[1])
