"""Validation set aside from train: seeded, and never with a twin on the other side."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.datasets.layout import images_dir, masks_dir
from core.datasets.likeness import fingerprint, group_alike
from core.datasets.pairs import Pair, find_pairs, split_train_val
from core.imaging.decode import DecodedImage
from tests.datasets.making import noise_image, square_mask, write, write_split


def pairs_of(root: Path) -> list[Pair]:
    return find_pairs(images_dir(root, "train"), masks_dir(root, "train"))


def stems(pairs: list[Pair]) -> list[str]:
    return [pair.stem for pair in pairs]


def unlike(count: int) -> list[np.ndarray]:
    """Fingerprints of which no two are alike."""
    return list(np.eye(256, dtype=np.float32)[:count])


def named(count: int) -> list[Pair]:
    return [Pair(f"p{index:02d}", Path(f"p{index:02d}.png"), Path("m.png")) for index in range(count)]


def test_the_part_is_kept_and_nothing_is_lost(tmp_path: Path) -> None:
    write_split(tmp_path, "train", range(20))
    pairs = pairs_of(tmp_path)
    told: list[tuple[int, int]] = []
    train, val = split_train_val(pairs, 0.15, 0, on_progress=lambda *step: told.append(step))
    assert len(val) == 3
    assert sorted(stems(train) + stems(val)) == stems(pairs)
    assert stems(train) == sorted(stems(train))
    assert told[-1] == (20, 20)


def test_the_seed_decides_and_the_order_does_not() -> None:
    pairs = named(30)
    first = split_train_val(pairs, 0.2, 7, fingerprints=unlike(30))
    assert split_train_val(pairs[::-1], 0.2, 7, fingerprints=unlike(30)[::-1]) == first
    assert split_train_val(pairs, 0.2, 8, fingerprints=unlike(30)) != first


def test_twins_stay_on_one_side(tmp_path: Path) -> None:
    for seed in range(6):
        image = cv2.resize(noise_image(seed, 16), (64, 64), interpolation=cv2.INTER_CUBIC)
        brighter = np.clip(image.astype(int) // 2 + 60 + noise_image(seed, 64) % 4, 0, 255).astype(np.uint8)
        for name, values in ((f"{seed}_a", image), (f"{seed}_b", brighter)):
            write(tmp_path, f"train/images/{name}.png", values)
            write(tmp_path, f"train/masks/{name}.png", square_mask(64))
    for seed in range(5):
        train, val = split_train_val(pairs_of(tmp_path), 0.34, seed)
        assert len(val) == 4
        assert not {stem[0] for stem in stems(train)} & {stem[0] for stem in stems(val)}


def test_groups_stay_on_one_side() -> None:
    pairs = named(12)
    patients = [index // 3 for index in range(12)]
    train, val = split_train_val(pairs, 0.25, 3, groups=patients, fingerprints=unlike(12))
    assert len(val) == 3
    assert len({patients[pairs.index(pair)] for pair in val}) == 1
    assert len(train) == 9


def test_where_everything_looks_alike_likeness_is_left_out() -> None:
    same = [unlike(1)[0]] * 10
    train, val = split_train_val(named(10), 0.2, 0, fingerprints=same)
    assert (len(train), len(val)) == (8, 2)


def test_two_pairs_give_one_each_and_a_large_group_never_takes_all() -> None:
    train, val = split_train_val(named(2), 0.5, 0, fingerprints=unlike(2))
    assert (len(train), len(val)) == (1, 1)
    for seed in range(5):
        train, val = split_train_val(named(9), 0.1, seed, groups=[0] * 8 + [1], fingerprints=unlike(9))
        assert (len(train), len(val)) == (8, 1)


@pytest.mark.parametrize(
    ("count", "part", "groups"),
    [(1, 0.5, None), (4, 0.0, None), (4, 1.0, None), (4, 0.5, [1, 2]), (4, 0.5, [1, 1, 1, 1])],
)
def test_what_cannot_be_split_is_the_callers_mistake(
    count: int, part: float, groups: list[int] | None
) -> None:
    with pytest.raises(ValueError):
        split_train_val(named(count), part, 0, groups=groups, fingerprints=unlike(count))


def test_likeness_is_chained_and_independent_of_size_and_light() -> None:
    base = noise_image(0, 32)
    resized = cv2.resize(base, (64, 64), interpolation=cv2.INTER_NEAREST)
    images = [base, (base // 2 + 40).astype(np.uint8), resized, noise_image(1, 32), 255 - base]
    prints = [fingerprint(DecodedImage(values)) for values in images]
    assert group_alike(prints).tolist() == [0, 0, 0, 3, 4]
    assert group_alike(prints, ["x", "y", "z", "q", "q"]).tolist() == [0, 0, 0, 3, 3]


def test_images_of_one_colour_are_like_none() -> None:
    flat = [fingerprint(DecodedImage(np.full((20, 20), value, np.uint8))) for value in (0, 0, 90)]
    assert group_alike(flat).tolist() == [0, 1, 2]
    assert group_alike([]).tolist() == []
