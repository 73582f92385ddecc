"""Errors made from a real mask: a part missing, added or shifted, large enough to be seen. Pure arrays."""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.class_table import UNDEFINED

Kind = Literal["missing", "added", "shifted"]
KINDS: tuple[Kind, ...] = ("missing", "added", "shifted")
FEWEST_PIXELS = 100
_SHARE = (0.2, 0.35)
"""Of the mask's area that is missing or added; so much more or less is seen at a glance, and happens."""
_REACH = (0.2, 0.35)
"""How far a mask is shifted, of the side of a square of its area."""


def plant(mask: NDArray[Any], seed: int) -> tuple[NDArray[np.uint8], Kind] | None:
    """A mask with an error, and which; always the same for a seed.

    Args:
        mask: (H, W) class indices; 255 is undecided and stays.
        seed: Of kind, place and size.

    Returns:
        (H, W) uint8 of class indices; None where the mask has too little or too much in it for an error that
        one could see.
    """
    mask = np.asarray(mask, np.uint8)
    foreground = (mask != 0) & (mask != UNDEFINED)
    area = int(foreground.sum())
    if area < FEWEST_PIXELS:
        return None
    random = np.random.default_rng(seed)
    edge = foreground & (cv2.erode(foreground.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    places = np.argwhere(edge if edge.any() else foreground)
    for kind in random.permutation(KINDS).tolist():
        place = tuple(places[random.integers(len(places))])
        share, reach, turn = random.uniform(*_SHARE), random.uniform(*_REACH), random.uniform(0, 2 * np.pi)
        if kind == "missing":
            wrong = np.where(_nearest(foreground, place, round(share * area)), 0, mask)
        elif kind == "added":
            wrong = np.where(_nearest(mask == 0, place, round(share * area)), mask[place], mask)
        else:
            wrong = _shifted(mask, reach * area**0.5 * np.array([np.sin(turn), np.cos(turn)]))
        found = (wrong != 0) & (wrong != UNDEFINED)
        # An image has an end: what is pushed out or finds no room is not the error that was meant.
        differs = int(np.count_nonzero(wrong != mask)) / area
        if found.any() and _SHARE[0] * 0.9 <= differs <= 1.0:
            return wrong.astype(np.uint8), kind
    return None


def _nearest(among: NDArray[np.bool_], place: tuple[int, ...], count: int) -> NDArray[np.bool_]:
    """(H, W), the `count` pixels of some that lie nearest to a place."""
    rows, columns = np.nonzero(among)
    chosen = np.zeros(among.shape, bool)
    distances = (rows - place[0]) ** 2 + (columns - place[1]) ** 2
    nearest = np.argsort(distances, kind="stable")[:count]
    chosen[rows[nearest], columns[nearest]] = True
    return chosen


def _shifted(mask: NDArray[np.uint8], by: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The foreground moved by whole rows and columns; undecided pixels stay where they are."""
    down, right = np.rint(by)
    decided, undecided = mask.copy(), mask == UNDEFINED
    decided[undecided] = 0
    way = np.array([[1, 0, right], [0, 1, down]])
    moved = cv2.warpAffine(decided, way, mask.shape[::-1], flags=cv2.INTER_NEAREST)
    return np.where(undecided, UNDEFINED, moved)
