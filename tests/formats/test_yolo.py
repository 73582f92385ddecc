"""YOLO labels, read back as such tools do: by the pixels' centres, and by OpenCV on whole coordinates."""

import cv2
import numpy as np
import pytest
from matplotlib.path import Path

from core.formats.yolo import yolo_labels
from tests.formats.shapes import MASKS


def polygons(text, shape):
    for line in text.splitlines():
        index, *values = line.split(" ")
        yield int(index) + 1, np.array(values, float).reshape(-1, 2) * shape[::-1]


def by_centres(text, shape):
    rows, cols = np.mgrid[: shape[0], : shape[1]]
    centres = np.stack([cols.ravel() + 0.5, rows.ravel() + 0.5], axis=1)
    found = np.zeros(shape, np.uint8)
    for index, polygon in polygons(text, shape):
        closed = np.vstack([polygon, polygon[:1]])
        # Even and odd crossings: matplotlib winds, so a hole's cut would not be one.
        crossings = np.zeros(len(centres), int)
        for (x0, y0), (x1, y1) in zip(closed[:-1], closed[1:], strict=True):
            spans = (y0 > centres[:, 1]) != (y1 > centres[:, 1])
            with np.errstate(divide="ignore", invalid="ignore"):
                at = (x1 - x0) * (centres[:, 1] - y0) / (y1 - y0) + x0
            crossings += spans & (centres[:, 0] < at)
        found[(crossings % 2 == 1).reshape(shape)] = index
    return found


def by_opencv(text, shape):
    found = np.zeros(shape, np.uint8)
    for index, polygon in polygons(text, shape):
        cv2.fillPoly(found, [polygon.astype(np.int32)], index)
    return found


@pytest.mark.parametrize("name", MASKS)
def test_every_pixel_comes_back(name):
    mask = MASKS[name]
    wanted = np.where(mask == 255, 0, mask)
    assert np.array_equal(by_centres(yolo_labels(mask), mask.shape), wanted)


@pytest.mark.parametrize("name", [name for name in MASKS if name not in ("three classes", "undecided")])
def test_opencv_fills_the_same_pixels(name):
    mask = MASKS[name]
    assert np.array_equal(by_opencv(yolo_labels(mask), mask.shape), mask)


def test_the_text_of_a_square():
    # Columns 1 and 2 of 4, rows 1 and 2 of 4: from 1.25 to 2.75 pixels, in parts of four.
    mask = np.zeros((4, 4), np.uint8)
    mask[1:3, 1:3] = 1
    assert yolo_labels(mask) == "0 0.3125 0.3125 0.3125 0.6875 0.6875 0.6875 0.6875 0.3125\n"
    corners = Path([(0.3125, 0.3125), (0.3125, 0.6875), (0.6875, 0.6875), (0.6875, 0.3125)])
    assert corners.contains_point((0.375, 0.375))


def test_an_empty_mask_has_no_line():
    assert yolo_labels(np.zeros((3, 3), np.uint8)) == ""


def test_large_pictures_keep_their_pixels():
    mask = np.zeros((40, 30000), np.uint8)
    mask[3:30, 29990:29999] = 1
    mask[10, 29995] = 0
    assert np.array_equal(by_opencv(yolo_labels(mask), mask.shape), mask)
