"""YOLO's polygons drawn at the size of their image."""

import numpy as np
import pytest

from core.errors import BadFileError
from core.formats.yolo import yolo_labels
from core.imaging.mask_files.yolo import yolo_mask


def test_a_polygon_fills_its_pixels():
    # Corners in the middle of pixels (1, 1), (4, 1), (4, 3) and (1, 3) of 8 x 5.
    line = "2 0.1875 0.3 0.5625 0.3 0.5625 0.7 0.1875 0.7\n"
    expected = np.zeros((5, 8), np.uint8)
    expected[1:4, 1:5] = 3
    np.testing.assert_array_equal(yolo_mask(line.encode(), "a.txt", (5, 8)), expected)
    with_mark = line.encode("utf-8-sig")  # as Windows' editor saves it
    np.testing.assert_array_equal(yolo_mask(with_mark, "a.txt", (5, 8)), expected)
    assert not yolo_mask(b"\n", "a.txt", (5, 8)).any()


def test_what_leaves_comes_back():
    mask = np.zeros((40, 60), np.uint8)
    mask[5:30, 8:40], mask[10:14, 20:25], mask[33:38, 2:9], mask[0, 59] = 1, 0, 2, 1
    np.testing.assert_array_equal(yolo_mask(yolo_labels(mask).encode(), "a.txt", mask.shape), mask)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 0.5 0.5 0.2 0.2", "boxes"),
        ("read me first", "no numbers"),
        ("0 0.1 0.1 0.2 0.2", "boxes"),
        ("0 0.1 0.1 0.2 0.2 0.3", "three corners"),
        ("0 10 10 20 20 30 30", "no parts of the image's size"),
        ("0 nan 0.1 0.2 0.2 0.3 0.3", "no parts"),
    ],
)
def test_what_holds_no_polygons_says_why(text, said):
    with pytest.raises(BadFileError, match=said):
        yolo_mask(text.encode(), "a.txt", (5, 8))


@pytest.mark.parametrize("text", ["{0}\r{0}\r{0}", "{0}\r\n", "0.0{1}"])
def test_lines_as_other_programs_write_them(text: str) -> None:
    line = "0 0.25 0.25 0.75 0.25 0.75 0.75"
    said = text.format(line, line[1:]).encode()
    for data in (said, said.decode().encode("utf-16")):
        assert np.array_equal(yolo_mask(data, "a.txt", (8, 8)), yolo_mask(line.encode(), "a.txt", (8, 8)))
