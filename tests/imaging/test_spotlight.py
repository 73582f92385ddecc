"""Heat as light on an image."""

import numpy as np
import pytest

from core.imaging.overlay import ORANGE
from core.imaging.spotlight import spotlight


def test_light_follows_the_heat():
    display = np.full((1, 3), 200, np.uint8)
    # A quarter of the light is left at 0; 0.4 gives 0.25 + 0.75 * 0.4 = 0.55 of it. No line: 0.4 < 0.5.
    lit = spotlight(display, np.array([[0.0, 0.4, 0.2]]))
    assert lit.shape == (1, 3, 3)
    assert lit[0, :, 0].tolist() == [50, 110, 80]


def test_a_white_line_with_black_beside_it_bounds_the_hot_part():
    display = np.full((40, 40, 3), 100, np.uint8)
    heat = np.zeros((40, 40), np.float32)
    heat[10:30, 10:30] = 1.0
    lit = spotlight(display, heat)
    assert lit[10, 20].tolist() == [255, 255, 255]
    assert lit[9, 20].tolist() == lit[11, 20].tolist() == [0, 0, 0]
    assert lit[20, 20].tolist() == [100, 100, 100]
    assert lit[2, 2].tolist() == [25, 25, 25]


def test_the_mask_is_outlined_and_nothing_given_is_changed():
    display = np.full((20, 20, 3), 100, np.uint8)
    mask = np.zeros((20, 20), np.uint8)
    mask[5:15, 5:15] = 1
    lit = spotlight(display, np.zeros((20, 20)), mask)
    assert lit[5, 8].tolist() == list(ORANGE)
    assert lit[10, 10].tolist() == [25, 25, 25]
    assert (display == 100).all()


def test_heat_of_another_size_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        spotlight(np.zeros((4, 4), np.uint8), np.zeros((4, 5)))
