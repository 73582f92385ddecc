"""Noise whose mask is known: from the stored values, the same for the same seed, on disk as it was made."""

import numpy as np
import pytest

from core.datasets.noise import noise_pair, write_noise_set
from core.datasets.pairs import check_dataset, load_pair


@pytest.mark.parametrize(("bits", "below", "above"), [(8, 127, 128), (16, 32767, 32768)])
def test_the_mask_is_taken_from_the_stored_values(bits, below, above):
    # 127 / 255 = 0.498 and 128 / 255 = 0.502; 32767 / 65535 and 32768 / 65535 lie as close on either side.
    image, mask = noise_pair(512, bits, seed=0, index=0)
    assert image[mask].min() == above
    assert image[~mask].max() == below
    # A quarter of a million fair coins: half of them within 0.5 %.
    assert abs(mask.mean() - 0.5) < 0.005


def test_seed_and_index_decide_and_nothing_else():
    first, again = (noise_pair(8, 16, seed=3, index=1)[0] for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, noise_pair(8, 16, seed=3, index=2)[0])
    assert not np.array_equal(first, noise_pair(8, 16, seed=4, index=1)[0])


def test_the_files_hold_what_was_made_and_pass_the_checks(tmp_path):
    pairs = write_noise_set(tmp_path, 3, side=16, bits=16, seed=5)
    assert check_dataset(tmp_path)["train"] == pairs
    image, mask = load_pair(pairs[2])
    made, right = noise_pair(16, 16, seed=5, index=2)
    assert np.array_equal(image.values, made)
    assert np.array_equal(mask, right)


def test_files_that_are_there_stay(tmp_path):
    (pair,) = write_noise_set(tmp_path, 1, side=8, bits=8, seed=0)
    written = pair.image_path.stat().st_mtime_ns
    write_noise_set(tmp_path, 2, side=8, bits=8, seed=0)
    assert pair.image_path.stat().st_mtime_ns == written
