"""A person who clicks into the largest error until a mask is right: what comparisons and benchmarks ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from core.correction.click_crop import Click, Mask, Picture
from core.correction.click_windows import Answer
from core.correction.follow_clicks import follow_clicks

JITTER = 0.1
"""How far from the deepest place a click lands, in longest sides of what is wanted."""
LEAST_PART = 30
"""Pixels of a part that somebody clicks at."""


@dataclass(frozen=True)
class Case:
    """A picture, the mask that is there and the one that is wanted.

    Attributes:
        picture: (H, W) or (H, W, 3) uint8, as it is shown.
        start: (H, W) bool.
        truth: (H, W) bool.
    """

    picture: Picture
    start: Mask
    truth: Mask


def masks_after_clicks(case: Case, answer: Answer, most: int) -> Iterator[Mask]:
    """The mask after each of up to so many clicks; fewer where it is right before."""
    generator = np.random.default_rng(0)
    mask = case.start
    clicks: list[Click] = []
    while len(clicks) < most and not (mask == case.truth).all():
        row, col = next_place(mask ^ case.truth, case.truth, generator)
        clicks.append(Click(row, col, bool(case.truth[row, col])))
        mask = follow_clicks(case.picture, mask, clicks, answer)
        yield mask


def parts_of(truth: Mask, most: int | None, seed: int) -> list[Mask]:
    """Parts of a mask that are large enough to be clicked at: the largest alone, or so many by chance."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(truth.view(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    large = np.flatnonzero(areas >= LEAST_PART)
    if count < 2 or len(large) == 0:
        return []
    by_chance = np.random.default_rng(seed).permutation(large)[:most]
    chosen = [int(np.argmax(areas))] if most is None else by_chance
    return [np.asarray(parts == part + 1) for part in chosen]


def next_place(error: Mask, truth: Mask, generator: np.random.Generator) -> tuple[int, int]:
    """The deepest place of the largest error, moved by up to a tenth of the object, but not out of it."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats(error.view(np.uint8))
    largest = parts == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    depth = cv2.distanceTransform(np.pad(largest, 1).view(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, col = (int(value) for value in np.unravel_index(int(np.argmax(depth)), depth.shape))
    rows, cols = np.flatnonzero(truth.any(axis=1)), np.flatnonzero(truth.any(axis=0))
    reach = JITTER * max(np.ptp(rows), np.ptp(cols)) if len(rows) else 0
    for _ in range(20):
        down, across = generator.uniform(-reach, reach, 2)
        place = (int(row + down), int(col + across))
        if 0 <= place[0] < error.shape[0] and 0 <= place[1] < error.shape[1] and largest[place]:
            return place
    return row, col
