"""Boundary F1, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.surface import boundary_f1, boundary_tolerance


def column(*columns: int) -> np.ndarray:
    mask = np.zeros((4, 8), np.uint8)
    mask[:, list(columns)] = 1
    return mask


def test_outlines_within_the_tolerance_count() -> None:
    # Predicted column 1, reference columns 2 and 5, which are all outline: 4 and 8 pixels.
    # Within 1 pixel: every predicted pixel is near column 2, and half of the reference is near column 1.
    assert boundary_f1(column(1), column(2, 5), 1.0) == pytest.approx(2 * 1 * 0.5 / 1.5)
    assert boundary_f1(column(1), column(2, 5), 4.0) == 1.0
    assert boundary_f1(column(1), column(2, 5), 0.5) == 0.0


def test_the_distance_is_euclidean() -> None:
    first, second = np.zeros((2, 5, 5), np.uint8)
    first[0, 0] = second[2, 1] = 1  # sqrt(5) = 2.236 apart
    assert boundary_f1(first, second, 2.23) == 0.0
    assert boundary_f1(first, second, 2.24) == 1.0


def test_only_outlines_count_and_not_what_they_hold() -> None:
    square = np.zeros((9, 9), np.uint8)
    square[2:7, 2:7] = 1
    hollow = square.copy()
    hollow[3:6, 3:6] = 0  # its outline is all 16 of its pixels, those of the full square's outline
    assert boundary_f1(square, hollow, 0.0) == 1.0


def test_masks_without_an_outline() -> None:
    empty = np.zeros((4, 8), np.uint8)
    assert boundary_f1(empty, empty) == 1.0
    assert boundary_f1(empty, column(1)) == 0.0
    assert boundary_f1(column(1), empty) == 0.0


def test_ignored_pixels_have_no_outline() -> None:
    assert boundary_f1(column(1), column(1, 5), 0.0, column(5)) == 1.0
    assert boundary_f1(column(1), column(1, 5), 0.0) == pytest.approx(2 * 0.5 / 1.5)


def test_the_tolerance_is_a_part_of_the_diagonal() -> None:
    assert boundary_tolerance((300, 400)) == pytest.approx(3.75)
    # On 300 x 400, 3 pixels off is near enough and 4 are not.
    reference, near, far = np.zeros((3, 300, 400), np.uint8)
    reference[:, 100] = near[:, 103] = far[:, 104] = 1
    assert boundary_f1(near, reference) == 1.0
    assert boundary_f1(far, reference) == 0.0


def test_shapes_that_differ_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="predicted .4, 8., reference .8, 4."):
        boundary_f1(column(1), column(1).T, 1.0)
