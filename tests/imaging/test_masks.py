"""Thresholding, the small operations, and writing masks to files."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.imaging.decode import decode_image
from core.imaging.masks import (
    encode_jpeg,
    encode_png,
    fill_holes,
    finding_threshold,
    outline,
    propose,
    quantise,
    remove_specks,
    threshold_mask,
)


def picture(*rows: str) -> np.ndarray:
    return np.array([[mark == "#" for mark in row] for row in rows])


def test_probabilities_are_rounded_and_clipped() -> None:
    # 0.5 * 255 = 127.5, and a half goes to the even number
    assert quantise(np.array([[-0.1, 0.0, 0.5, 0.998, 1.0, 1.7]])).tolist() == [[0, 0, 128, 254, 255, 255]]


def test_foreground_reaches_the_threshold() -> None:
    probability = np.array([[0, 127, 128, 254, 255]], np.uint8)
    assert threshold_mask(probability, 0.0).tolist() == [[True] * 5]
    assert threshold_mask(probability, 0.5).tolist() == [[False, False, True, True, True]]
    assert threshold_mask(probability, 1.0).tolist() == [[False] * 4 + [True]]


def test_a_threshold_that_is_a_level_lets_that_level_in() -> None:
    probability = np.arange(256, dtype=np.uint8)[None]
    for level in range(256):
        assert int(threshold_mask(probability, level / 255).sum()) == 256 - level


def test_of_one_class_the_confidence_is_its_probability() -> None:
    probability = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    proposal = propose(probability)
    assert (proposal.confidence == quantise(probability)).all()
    assert (proposal.proposed == 1).all()


def test_of_several_classes_the_likeliest_foreground_is_weighed_against_background() -> None:
    probability = np.array(
        [
            [0.5, 0.3, 0.2],  # class 1; 0.3 / 0.8 = 0.375, of 255 that is 95.6
            [0.2, 0.3, 0.5],  # class 2; 0.5 / 0.7 = 0.714: 182.1
            [0.4, 0.2, 0.4],  # class 2; as likely as background: 127.5, and a half goes to the even number
            [0.2, 0.4, 0.4],  # a tie: class 1; 0.4 / 0.6: 170
            [1.0, 0.0, 0.0],  # a tie at nothing: class 1; 0
            [0.0, 0.0, 1.0],  # class 2; 255
        ]
    )[None]
    proposal = propose(probability)
    assert proposal.proposed.tolist() == [[1, 2, 2, 1, 1, 2]]
    assert proposal.confidence.tolist() == [[96, 182, 128, 170, 0, 255]]
    # At 0.5 a class is taken where it is at least as likely as background.
    assert proposal.mask(0.5).tolist() == [[0, 2, 2, 1, 0, 2]]


def test_where_nothing_is_likely_nothing_is_proposed_for_sure() -> None:
    assert propose(np.zeros((1, 1, 3))).confidence.tolist() == [[0]]


@pytest.mark.parametrize("threshold", [-0.01, 1.01, float("nan")])
def test_a_threshold_outside_is_the_callers_mistake(threshold: float) -> None:
    with pytest.raises(ValueError, match="a threshold lies in"):
        threshold_mask(np.zeros((1, 1), np.uint8), threshold)


def test_holes_are_filled_but_bays_are_not() -> None:
    mask = picture("####.", "#..#.", "####.", "#.#..")
    assert (fill_holes(mask) == picture("####.", "####.", "####.", "#.#..")).all()


def test_a_hole_that_touches_outside_by_a_corner_alone_is_filled() -> None:
    mask = picture(".#.", "#.#", ".#.")
    assert fill_holes(mask)[1, 1]


def test_full_and_empty_masks_have_no_holes() -> None:
    assert fill_holes(np.ones((3, 3), bool)).all()
    assert not fill_holes(np.zeros((3, 3), bool)).any()


def test_specks_are_removed_by_their_size() -> None:
    mask = picture("#..##", "...##", ".#...", "..#..")
    assert (remove_specks(mask, 2) == picture("...##", "...##", ".#...", "..#..")).all()
    assert (remove_specks(mask, 3) == picture("...##", "...##", ".....", ".....")).all()
    assert not remove_specks(mask, 5).any()


def test_the_outline_is_the_foreground_beside_background() -> None:
    mask = picture(".....", ".####", ".####", ".####", ".....")
    assert (outline(mask) == picture(".....", ".####", ".#..#", ".####", ".....")).all()


def test_png_holds_what_was_put_in() -> None:
    deep = np.array([[0, 65535]], np.uint16)
    colour = np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)
    np.testing.assert_array_equal(decode_image(encode_png(deep), "a").values, deep)
    np.testing.assert_array_equal(decode_image(encode_png(colour), "a").values, colour)
    assert decode_image(encode_png(np.array([[True, False]])), "a").values.tolist() == [[255, 0]]


def test_jpeg_is_close_and_in_colour() -> None:
    flat = np.full((16, 16, 3), (230, 159, 0), np.uint8)
    values = decode_image(encode_jpeg(flat, quality=95), "a").values
    assert np.abs(values.astype(int) - flat).max() <= 4
    assert len(encode_jpeg(flat, quality=10)) < len(encode_jpeg(flat, quality=100))


def test_what_a_file_cannot_hold_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="got .2, 2. float32"):
        encode_png(np.zeros((2, 2), np.float32))
    with pytest.raises(ValueError, match="uint16"):
        encode_jpeg(np.zeros((2, 2), np.uint16))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="got .2, 2, 4."):
        encode_png(np.zeros((2, 2, 4), np.uint8))


def test_opencv_reads_our_png_as_one_channel() -> None:
    data = np.frombuffer(encode_png(np.eye(3, dtype=bool)), np.uint8)
    assert cv2.imdecode(data, cv2.IMREAD_UNCHANGED).shape == (3, 3)


@pytest.mark.parametrize(
    ("level", "pixels", "threshold", "lower"),
    [
        (60, 100, 0.5, 0.23),  # 60 / 255 = 0.2353
        (60, 2, 0.5, None),  # 2 of 4,000 are less than a thousandth
        (12, 100, 0.5, None),  # 12 / 255 = 0.047
        (127, 100, 0.49, None),  # finds something already: 127 / 255 = 0.498
    ],
)
def test_threshold_that_finds_something(level: int, pixels: int, threshold: float, lower: float) -> None:
    confidence = np.zeros((40, 100), np.uint8)
    confidence.flat[:pixels] = level
    assert finding_threshold(confidence, threshold) == lower
    if lower is not None:
        assert threshold_mask(confidence, lower).sum() == pixels
