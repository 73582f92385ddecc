"""Volumes with mask volumes as pairs of slices of one group."""

import nibabel as nib
import numpy as np
import pytest
import tifffile

from core.datasets.checks import examine_dataset
from core.datasets.grouped_data import read_grouped, with_validation
from core.datasets.pairs import check_dataset, load_pair
from core.errors import BadDatasetError
from core.imaging.image_reading import ImageReading
from core.imaging.masks import encode_png

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


def flipped(affine, sizes, axis):
    """The affine of the same voxels with an axis the other way round."""
    turned = np.array(affine, np.float64)
    turned[:3, 3] += turned[:3, axis] * (sizes[axis] - 1)
    turned[:3, axis] *= -1
    return turned


def check_fits(root):
    for pair in check_dataset(root)["train"]:
        image, mask = load_pair(pair)
        np.testing.assert_array_equal(mask, image.values > 450)


RAS = np.array([[0.9, 0, 0, -90], [0, 0.9, 0, -126], [0, 0, 2, -72], [0, 0, 0, 1.0]])


@pytest.mark.parametrize("affine", [RAS, flipped(flipped(RAS, (6, 8, 4), 0), (6, 8, 4), 1)])
def test_a_mask_with_its_axes_in_another_order_or_the_other_way_round_lies_on_its_image(tmp_path, affine):
    values = volume(5)
    mask = (values > 450).astype(np.uint8)
    for number, axis in enumerate((0, 1, 2)):
        save(tmp_path, f"images/flip{number}.nii.gz", values, affine)
        save(tmp_path, f"masks/flip{number}.nii.gz", np.flip(mask, axis), flipped(affine, mask.shape, axis))
    for number, order in enumerate(([1, 0, 2], [2, 0, 1])):
        save(tmp_path, f"images/order{number}.nii.gz", values, affine)
        save(tmp_path, f"masks/order{number}.nii.gz", mask.transpose(order), affine[:, [*order, 3]])
    check_fits(tmp_path)


@pytest.mark.parametrize("axis", [None, 0, 1, 2])
def test_a_mask_that_says_nothing_true_of_its_place_goes_by_its_voxels(tmp_path, axis):
    values = volume(6)
    affine = RAS if axis is None else flipped(RAS, values.shape, axis)
    save(tmp_path, "images/a.nii.gz", values, affine)
    # As many scripts save masks.
    save(tmp_path, "masks/a.nii.gz", (values > 450).astype(np.uint8), np.eye(4))
    save(tmp_path, "images/b.nii.gz", values, affine)
    unplaced = nib.Nifti1Image((values > 450).astype(np.uint8), None)
    nib.save(unplaced, tmp_path / "train" / "masks" / "b.nii.gz")
    check_fits(tmp_path)


def test_what_is_assumed_of_a_mask_is_told_before_the_training(tmp_path):
    values, turned = volume(6), flipped(RAS, volume(6).shape, 0)
    for number in range(7):
        save(tmp_path, f"images/p{number}.nii.gz", values + number, turned)
        save(tmp_path, f"masks/p{number}.nii.gz", (values > 450).astype(np.uint8), np.eye(4))
    notes = read_grouped(tmp_path).notes
    assert notes[0].startswith("mask p0.nii.gz says that it lies elsewhere than its image")
    assert [note for note in notes if "p4" in note] and not [note for note in notes if "p5" in note]
    assert "Of 2 other files the like is assumed." in notes


def ct(shape=(8, 8, 3)):
    """Air with a block of soft tissue."""
    values = np.full(shape, -1000, np.int16)
    values[2:6, 2:6] = 40
    return values


def test_what_looks_like_a_ct_waits_for_the_flag_that_says_whether_it_is_one(tmp_path):
    for number in range(2):
        save(tmp_path, f"images/p{number}.nii.gz", ct() - number, RAS)
        save(tmp_path, f"masks/p{number}.nii.gz", (ct() > 0).astype(np.uint8), RAS)
    with pytest.raises(BadDatasetError) as error:
        read_grouped(tmp_path)
    found = [problem.partition(" and ")[0] for problem in error.value.problems]
    assert found == [f"train: image p{number}.nii.gz: looks like a CT" for number in range(2)]
    assert all("--units" in problem for problem in error.value.problems)
    for units, kind in (("grey", "display"), ("hounsfield", "hu")):
        said = read_grouped(tmp_path, reading=ImageReading(units=units))
        assert {load_pair(pair)[0].kind for pair in said.pairs_of["train"]} == {kind}


def test_a_mask_of_one_slice_lies_on_its_image_too(tmp_path):
    values = volume(8, slices=1)
    mask = (values > 450).astype(np.uint8)
    sizes = values.shape
    save(tmp_path, "images/a.nii.gz", values, RAS)
    save(tmp_path, "masks/a.nii.gz", mask[::-1], flipped(RAS, sizes, 0))
    save(tmp_path, "images/b.nii.gz", values, flipped(RAS, sizes, 1))
    save(tmp_path, "masks/b.nii.gz", mask, np.eye(4))
    (tmp_path / "train" / "images" / "c.png").write_bytes(encode_png((values[..., 0].T).astype(np.uint16)))
    save(tmp_path, "masks/c.nii.gz", mask, np.eye(4))
    check_fits(tmp_path)


def test_a_mask_whose_place_would_not_fit_its_image_goes_by_its_voxels(tmp_path):
    values = volume(8, slices=7)
    save(tmp_path, "images/a.nii.gz", values, np.eye(4)[:, [0, 2, 1, 3]])
    save(tmp_path, "masks/a.nii.gz", (values > 450).astype(np.uint8), np.eye(4))
    check_fits(tmp_path)


def test_an_image_without_a_place_takes_a_mask_s_voxels_as_they_follow(tmp_path):
    values = volume(7)
    (tmp_path / "train" / "images").mkdir(parents=True)
    nib.save(nib.Nifti1Image(values, None), tmp_path / "train" / "images" / "a.nii.gz")
    save(tmp_path, "masks/a.nii.gz", (values > 450).astype(np.uint8), np.eye(4))
    check_fits(tmp_path)
    (told,) = examine_dataset(tmp_path).notes
    assert told.startswith("mask a.nii.gz says how it lies and its image does not")


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
    (pair,) = examine_dataset(tmp_path, reading=ImageReading(channel=1)).pairs_of["train"]
    np.testing.assert_array_equal(load_pair(pair)[0].values, both[1])
