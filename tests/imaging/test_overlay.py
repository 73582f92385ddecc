"""The mask over its image, and thumbnails."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging.overlay import ORANGE, overlay, overlay_classes, thumbnail

GREY = np.full((5, 5), 100, np.uint8)
MASK = np.zeros((5, 5), bool)
MASK[1:4, 1:4] = True


def test_inside_is_tinted_the_edge_is_drawn_and_outside_is_untouched() -> None:
    picture = overlay(GREY, MASK, opacity=0.5)
    assert picture.shape == (5, 5, 3)
    assert picture[2, 2].tolist() == [165, 130, 50]  # halfway from 100 to (230, 159, 0), 129.5 to even
    assert picture[1, 1].tolist() == list(ORANGE)
    assert (picture[~MASK] == 100).all()


def test_without_outline_the_edge_is_tinted_too() -> None:
    picture = overlay(GREY, MASK, opacity=0.5, outline=False)
    assert picture[1, 1].tolist() == [165, 130, 50]


def test_the_image_given_is_not_changed() -> None:
    colour = np.zeros((5, 5, 3), np.uint8)
    overlay(colour, MASK)
    assert not colour.any()


def test_an_empty_mask_changes_nothing() -> None:
    assert (overlay(GREY, np.zeros_like(MASK)) == 100).all()


def test_the_edge_grows_with_the_image_and_stays_inside() -> None:
    mask = np.zeros((1536, 1536), bool)
    mask[300:900, 300:900] = True
    picture = overlay(np.zeros((1536, 1536), np.uint8), mask, opacity=0.0)
    drawn = picture.any(axis=2)
    assert drawn[301, 600] and not drawn[299, 600]
    assert not drawn[304, 600]


def test_another_size_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        overlay(GREY, np.zeros((4, 5), bool))


def test_each_class_is_drawn_in_its_own_colour() -> None:
    labels = np.array([[0, 1, 2, 255]], np.uint8)
    colours = [(9, 9, 9), (200, 0, 0), (0, 0, 200)]
    grey = np.full((1, 4), 100, np.uint8)
    picture = overlay_classes(grey, labels, colours)
    # Background and undefined pixels are untouched; one pixel is all outline.
    assert picture[0].tolist() == [[100] * 3, [200, 0, 0], [0, 0, 200], [100] * 3]
    filled = overlay_classes(grey, labels, colours, opacity=0.5, outline=False)
    assert filled[0].tolist() == [[100] * 3, [150, 50, 50], [50, 50, 150], [100] * 3]
    with pytest.raises(ValueError, match="does not fit"):
        overlay_classes(grey, labels.T, colours)


def test_thumbnails_keep_the_shape_and_never_grow() -> None:
    assert thumbnail(np.zeros((400, 200), np.uint8), 96).shape == (96, 48)
    assert thumbnail(np.zeros((200, 400, 3), np.uint8), side=50).shape == (25, 50, 3)
    assert thumbnail(np.zeros((10, 20), np.uint8), 96).shape == (10, 20)
    assert thumbnail(np.zeros((1000, 2), np.uint8), 96).shape == (96, 1)
    assert thumbnail(np.zeros((1, 1), np.uint8), 96).shape == (1, 1)
