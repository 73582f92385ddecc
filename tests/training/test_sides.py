"""Classes that only their side tells apart, and those that it does not."""

import numpy as np

from core.training.sides import sides_that_matter


def two_lungs(seed, shift=0):
    """A 1 on the right of a 2, each of another size, on 20 x 40 pixels."""
    generator = np.random.default_rng(seed)
    mask = np.zeros((20, 40), np.uint8)
    top, height = generator.integers(0, 8), generator.integers(4, 12)
    mask[top : top + height, 24 + shift : 34 + shift] = 1
    mask[top : top + height, 4 + shift : 14 + shift] = 2
    return mask


def test_left_and_right_matter_and_above_does_not():
    masks = [two_lungs(seed, shift=seed % 4) for seed in range(6)]
    assert sides_that_matter(masks, 3) == (True, False)
    assert sides_that_matter([mask.T for mask in masks], 3) == (False, True)


def test_few_images_or_one_mirrored_among_them_say_nothing():
    assert sides_that_matter([two_lungs(seed) for seed in range(3)], 3) == (False, False)
    masks = [two_lungs(seed) for seed in range(9)]
    # Nine of ten are below 95 %.
    assert sides_that_matter([*masks, masks[0][:, ::-1]], 3) == (False, False)


def test_a_class_inside_another_or_alone_says_nothing():
    ring = np.zeros((21, 21), np.uint8)
    ring[4:17, 4:17], ring[9:12, 9:12] = 1, 2
    assert sides_that_matter([ring] * 8, 3) == (False, False)
    assert sides_that_matter([np.where(two_lungs(seed) == 1, 1, 0) for seed in range(8)], 3) == (False, False)
    # 255, which nobody decided, and classes of other tasks do not count.
    assert sides_that_matter([np.where(two_lungs(seed) == 1, 255, 2) for seed in range(8)], 3) == (
        False,
        False,
    )
