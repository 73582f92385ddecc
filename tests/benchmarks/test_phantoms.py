"""The made-up images: the same for a seed, plausible in grey, size and variety."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.phantoms import samples as making
from benchmarks.phantoms.ct import ct_phantom, ct_phantom_units
from benchmarks.phantoms.samples import SAMPLE_SETS, Phantom
from benchmarks.phantoms.skin import skin_phantom
from benchmarks.phantoms.torso import CLASSES, torso_phantom
from benchmarks.phantoms.xray import xray_phantom
from core.config import SAMPLES_DIR
from core.datasets.pairs import find_pairs, load_pair
from core.imaging.masks import remove_specks

PHANTOMS = {"xray": xray_phantom, "ct": ct_phantom, "skin": skin_phantom}


@pytest.mark.parametrize("phantom", PHANTOMS.values(), ids=PHANTOMS)
@pytest.mark.parametrize("side", [64, 200])
def test_shape_and_values(phantom: Phantom, side: int) -> None:
    image, mask = phantom(1, side)
    assert image.shape[:2] == mask.shape == (side, side)
    assert image.ndim == (3 if phantom is skin_phantom else 2)
    assert image.dtype == mask.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 1}


@pytest.mark.parametrize("phantom", PHANTOMS.values(), ids=PHANTOMS)
def test_a_seed_decides_everything(phantom: Phantom) -> None:
    first, again, other = phantom(5, 96), phantom(5, 96), phantom(6, 96)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[1] != other[1]).mean() > 0.01


@pytest.mark.parametrize(
    ("phantom", "least", "most"),
    [(xray_phantom, 0.12, 0.32), (ct_phantom, 0.12, 0.36), (skin_phantom, 0.02, 0.5)],
)
def test_the_foreground_is_as_large_as_in_real_sets(phantom: Phantom, least: float, most: float) -> None:
    areas = [float(phantom(seed, 96)[1].mean()) for seed in range(12)]
    assert least < min(areas) and max(areas) < most
    assert np.std(areas) > 0.02


@pytest.mark.parametrize("seed", range(4))
def test_lungs_are_dark_between_bright_organs(seed: int) -> None:
    for phantom in (xray_phantom, ct_phantom):
        image, mask = phantom(seed, 128)
        middle = slice(50, 78)
        assert np.median(image[mask == 1]) < np.median(image[middle, middle]) - 30


def test_there_are_two_lungs() -> None:
    for phantom in (xray_phantom, ct_phantom):
        _, mask = phantom(2, 128)
        large = remove_specks(mask, 200)
        assert large[:, :60].any() and large[:, 68:].any()


def test_ct_units_are_air_and_bone() -> None:
    units, mask = ct_phantom_units(3, 128)
    assert units.dtype == np.int16
    assert -900 < np.median(units[mask == 1]) < -600
    assert np.percentile(units, 99.5) > 300
    image, same_mask = ct_phantom(3, 128)
    np.testing.assert_array_equal(mask, same_mask)
    # -300 HU lies halfway in the window from -1000 to 400
    assert ((image >= 128) == (units >= -300)).mean() > 0.99


def test_lesions_are_darker_than_skin() -> None:
    for seed in range(6):
        image, mask = skin_phantom(seed, 96)
        ring = image[36:60, 36:60][mask[36:60, 36:60] == 1]
        outside = image[(mask == 0) & (image.sum(axis=2) > 250)]
        assert ring.mean() < outside.mean() - 20


def test_the_command_writes_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {"skin_lesion": replace(SAMPLE_SETS["skin_lesion"], seeds=(3, 4), side=48)}
    monkeypatch.setattr(making, "SAMPLE_SETS", few)
    assert making.main(["--output_dir", str(tmp_path)]) == 0
    written = find_pairs(tmp_path / "skin_lesion/images", tmp_path / "skin_lesion/masks")
    assert [pair.stem for pair in written] == ["skin_01", "skin_02"]
    image, mask = load_pair(written[1])
    np.testing.assert_array_equal(image.values, skin_phantom(4, 48)[0])
    np.testing.assert_array_equal(mask, skin_phantom(4, 48)[1])


@pytest.mark.parametrize("task", SAMPLE_SETS)
def test_the_samples_that_ship_are_the_ones_that_are_made(task: str) -> None:
    samples = SAMPLE_SETS[task]
    shipped = find_pairs(SAMPLES_DIR / task / "images", SAMPLES_DIR / task / "masks")
    assert [pair.stem for pair in shipped] == [
        f"{samples.prefix}_{number:02d}" for number in range(1, len(samples.seeds) + 1)
    ]
    assert len(shipped) >= 4
    image, mask = load_pair(shipped[0])
    made_image, made_mask = samples.phantom(samples.seeds[0], samples.side)
    # Another processor may round differently; nobody must see it.
    assert np.percentile(np.abs(made_image.astype(int) - image.values), 99) <= 2
    assert (made_mask != mask).mean() < 0.001


def test_the_torso_has_five_classes_in_one_mask() -> None:
    image, mask = torso_phantom(3, 96)
    assert image.shape == mask.shape == (96, 96)
    assert np.unique(mask).tolist() == list(range(len(CLASSES) + 1))
    np.testing.assert_array_equal(image, torso_phantom(3, 96)[0])
    assert (mask != torso_phantom(4, 96)[1]).mean() > 0.01
