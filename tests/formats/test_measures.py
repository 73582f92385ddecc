"""Measures against numbers worked out by hand."""

import numpy as np
import pytest
from skimage.measure import perimeter_crofton

from core.formats.measures import measure

REGION = np.zeros((6, 8), bool)
REGION[1:3, 2:6] = True
REGION[5, 7] = True


def test_area_box_parts_and_grey():
    image = np.zeros((6, 8), np.uint16)
    image[1:3, 2:6] = 100
    image[5, 7] = 1000
    found = measure(REGION, image, spacing_mm=(0.5, 0.25))
    assert found.area_px == 9
    assert found.area_mm2 == pytest.approx(9 * 0.125)
    assert found.box == (1, 2, 5, 6)
    assert found.num_parts == 2
    # (8 * 100 + 1000) / 9
    assert found.mean_grey == pytest.approx(200.0)


def test_a_disc_has_about_the_outline_of_a_circle():
    rows, cols = np.mgrid[:101, :101]
    disc = (rows - 50) ** 2 + (cols - 50) ** 2 <= 40**2
    found = measure(disc, disc.astype(np.uint8))
    assert found.perimeter_px == pytest.approx(2 * np.pi * 40, rel=0.02)
    assert found.perimeter_px == pytest.approx(perimeter_crofton(disc, directions=4))


def test_what_fills_the_image_has_its_outline_at_the_edge():
    whole = measure(np.ones((50, 50), bool), np.ones((50, 50)))
    assert whole.perimeter_px == pytest.approx(200, rel=0.1)


def test_an_empty_mask():
    found = measure(np.zeros((3, 3), bool), np.ones((3, 3, 3), np.uint8))
    assert (found.area_px, found.area_mm2, found.perimeter_px) == (0, None, 0.0)
    assert (found.box, found.num_parts, found.mean_grey) == (None, 0, None)


def test_sizes_that_differ_are_refused():
    with pytest.raises(ValueError, match="differ in size"):
        measure(np.zeros((3, 3), bool), np.zeros((3, 4)))
