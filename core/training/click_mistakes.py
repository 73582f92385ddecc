"""Masks that are not yet the object, and the clicks of a person who mends them; for `click_examples`."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.correction.click_crop import Mask
from core.correction.network_prompts import FILLED

MOST_CLICKS = 8
FOLLOWED = 0.6
"""How often a click has mended the whole of its error; else a disc around it."""
BOX_ROOM = 0.08
"""Of an object's sides, how much too wide a box is drawn on each of them at the most."""

_Clicks = list[tuple[int, int, bool]]


def distorted(target: Mask, others: Mask, generator: np.random.Generator) -> Mask:
    """A mask with mistakes as networks and hands make them.

    Args:
        target: (S, S) what is right.
        others: (S, S) other objects of the same kind, outside of the target.
    """
    mask = target.copy()
    size = float(np.sqrt(max(target.sum(), 1)))
    if generator.random() < 0.6:
        moved = _signed_distance(mask) + generator.uniform(0.02, 0.2) * size * _smooth_noise(
            mask.shape, generator
        )
        mask = moved > generator.uniform(-0.05, 0.05) * size
    for _ in range(int(generator.poisson(1.2))):
        kind = generator.random()
        if kind < 0.25 and others.any():
            mask = mask | _part(others, generator)
        elif kind < 0.45:
            mask = mask & ~_part(mask, generator)
        else:
            blob = _blob(target, size, generator)
            mask = mask | blob if generator.random() < 0.5 else mask & ~blob
    return mask


def clicked_errors(
    target: Mask, mask: Mask, others: Mask, generator: np.random.Generator
) -> tuple[Mask, _Clicks, Mask]:
    """Clicks on the errors of a mask, one after the other; all but the last have been followed.

    Args:
        target: (S, S) what is right.
        mask: (S, S) the mask at the start; empty where a person begins from nothing.
        others: (S, S) other objects of the same kind, which a first answer may take along.

    Returns:
        The mask before the last click, (row, col, include) of all clicks, and the error that the last is on.
    """
    mask, clicks = mask.copy(), []
    count = 1 + min(int(generator.geometric(0.45)) - 1, MOST_CLICKS - 1)
    rest = np.zeros_like(target)
    for number in range(count):
        from_nothing = not mask.any()
        rest = largest_part(target ^ mask)
        if not rest.any():
            rest = largest_part(target)
        row, col = inner_point(rest, generator)
        clicks.append((row, col, bool(target[row, col])))
        if number == count - 1:
            break
        if from_nothing:
            mask = distorted(target, others, generator)
        elif generator.random() < FOLLOWED:
            mask = np.where(rest, target, mask)
        else:
            radius = generator.uniform(0.2, 0.7) * np.sqrt(rest.sum()) + 1
            mask = np.where(rest & _disc(target.shape, (row, col), radius), target, mask)
    return mask, clicks, rest


def boxed(target: Mask, generator: np.random.Generator) -> tuple[Mask, _Clicks, Mask]:
    """What a box around the target is asked as: a click in its middle, with nothing or an ellipse so far.

    Args:
        target: (S, S) what is right, not empty.

    Returns:
        As `clicked_errors`.
    """
    ends = []
    for axis in (1, 0):
        places = np.flatnonzero(target.any(axis=axis))
        first, end = float(places[0]), float(places[-1] + 1)
        room = generator.uniform(0, BOX_ROOM, 2) * (end - first)
        ends.append((first - room[0], end + room[1]))
    (top, bottom), (left, right) = ends
    row, col = int((top + bottom) / 2), int((left + right) / 2)
    plane = np.zeros(target.shape, np.uint8)
    if generator.random() < 0.5:
        axes = (round(FILLED * (right - left) / 2), round(FILLED * (bottom - top) / 2))
        cv2.ellipse(plane, (col, row), axes, 0, 0, 360, 1, cv2.FILLED)
    mask = plane != 0
    return mask, [(row, col, True)], target ^ mask


def largest_part(mask: Mask) -> Mask:
    """The largest connected part, nothing of nothing."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    if count < 2:
        return np.zeros_like(mask)
    return np.asarray(parts == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])))


def inner_point(part: Mask, generator: np.random.Generator, spread: float = 0.6) -> tuple[int, int]:
    """A place well inside a part, not always its middle: any at `spread` of the greatest depth or deeper."""
    depth = cv2.distanceTransform(np.pad(part, 1).view(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    places = np.argwhere(depth >= spread * depth.max())
    row, col = places[int(generator.integers(len(places)))]
    return int(row), int(col)


def _signed_distance(mask: Mask) -> NDArray[np.float32]:
    """Pixels to the border, above 0 inside."""
    inside = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~mask).view(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.minimum(inside, 1e3) - np.minimum(outside, 1e3), np.float32)


def _smooth_noise(shape: tuple[int, int], generator: np.random.Generator) -> NDArray[np.float32]:
    coarse = generator.standard_normal((int(generator.integers(3, 12)),) * 2).astype(np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC))


def _part(mask: Mask, generator: np.random.Generator) -> Mask:
    count, parts = cv2.connectedComponents(mask.view(np.uint8))
    return np.asarray(parts == int(generator.integers(1, count))) if count > 1 else np.zeros_like(mask)


def _blob(target: Mask, size: float, generator: np.random.Generator) -> Mask:
    """An ellipse at the target's border, or in it."""
    places = np.argwhere(target)
    if len(places) == 0:
        return np.zeros_like(target)
    row, col = places[int(generator.integers(len(places)))]
    radii = np.maximum(generator.uniform(0.08, 0.5, 2) * size, 1).astype(int)
    plane = np.zeros(target.shape, np.uint8)
    angle = float(generator.uniform(0, 180))
    cv2.ellipse(plane, (int(col), int(row)), (int(radii[0]), int(radii[1])), angle, 0, 360, 1, cv2.FILLED)
    return plane != 0


def _disc(shape: tuple[int, int], centre: tuple[int, int], radius: float) -> Mask:
    rows, cols = np.ogrid[: shape[0], : shape[1]]
    return np.asarray((rows - centre[0]) ** 2 + (cols - centre[1]) ** 2 <= radius**2)
