import numpy as np
import pytest
from skimage.draw import disk

from core.training.detail import doublings, narrowest_width


def strips(width, side=512, gap=64):
    mask = np.zeros((side, side), np.uint8)
    for start in range(0, side, gap + width):
        mask[:, start + gap : start + gap + width] = 1
    return mask


def discs(radius, side=512):
    mask = np.zeros((side, side), np.uint8)
    for row in range(radius + 8, side - radius, 2 * radius + 40):
        for column in range(radius + 8, side - radius, 2 * radius + 40):
            mask[disk((row, column), radius)] = 1
    return mask


@pytest.mark.parametrize("width", [8, 16, 32])
def test_the_width_of_a_strip_is_its_width(width):
    # Distances are to the middles of pixels: half a pixel more on either side, times four over four.
    assert narrowest_width(strips(width)) == pytest.approx(width + 2, abs=0.6)


def test_a_disc_is_two_thirds_of_its_diameter_wide():
    assert narrowest_width(discs(24)) == pytest.approx(2 / 3 * 48, rel=0.08)


def test_thin_background_counts_as_thin_objects_do():
    assert narrowest_width(1 - strips(8)) == narrowest_width(strips(8))


def test_a_mask_of_one_class_has_no_width_and_undecided_pixels_are_no_class():
    empty = np.zeros((64, 64), np.uint8)
    assert narrowest_width(empty) is None
    empty[20:] = 255
    assert narrowest_width(empty) is None


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (discs(16), 0),  # 21 wide at 512, 11 at 256
        (discs(8), 1),  # 11 and 5
        (strips(3, 2048, gap=40), 2),  # below 1 at 256, as far as is gone
        (strips(3, 512), 1),  # no larger than the images are
        (strips(3, 256), 0),
    ],
)
def test_thin_objects_double_the_side_as_far_as_the_images_go(mask, expected):
    assert doublings([mask] * 3, 256) == expected


def test_a_quarter_of_thin_masks_decide_and_a_single_one_does_not():
    wide, thin = discs(60), discs(8)
    assert doublings([wide] * 5 + [thin] * 3, 256) == 1
    assert doublings([wide] * 7 + [thin], 256) == 0


def test_nothing_to_measure_doubles_nothing():
    assert doublings([], 256) == 0
    assert doublings([np.zeros((512, 512), np.uint8)], 256) == 0
