"""Where the network is asked about a click, and what it says there.

The network is given as a function, so this knows no file and no library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.correction.click_crop import (
    SIDE,
    Click,
    Mask,
    Picture,
    Window,
    click_crop,
    enlarged,
    mask_crop,
    network_input,
    picture_crop,
    standardised,
    window_around,
    within,
)

Box = tuple[int, int, int, int]
"""Top, left, bottom and right of an object in picture pixels; bottom and right lie outside."""
Answer = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Network input (SIDE, SIDE, 6) uint8 -> probability (SIDE, SIDE) float32 in [0, 1]."""

MARGIN = 1.5
"""Side of the window, in longest sides of the object."""
SAME = 0.5
"""Intersection over union of two boxes, from which on they are of one object."""
LEAST_SIDE = 24
DOUBT = 0.1
"""How far from 0.5 an answer must be to change a mask that is there."""
WHOLE, WHOLE_OF_UNTOLD = 0.6, 0.25
"""Part of an object; an answer that excludes more of it says nothing of a piece. Less where no click has
included any of it yet, so that nobody has said what the object is.
"""
BESIDE = 0.25
"""A click this near to an object, in its longest sides, is about that object."""


@dataclass(frozen=True)
class _Seen:
    """What one look at a window found.

    Attributes:
        probability: (SIDE, SIDE) float32.
        box: Of what is new under the last click, None where nothing is.
        certainty: Mean probability of that.
    """

    window: Window
    probability: NDArray[np.float32]
    box: Box | None
    certainty: float


def ask(
    picture: Picture, before: Mask, clicks: Sequence[Click], window: Window, answer: Answer
) -> NDArray[np.float32]:
    """What the network says of a window, (SIDE, SIDE) float32 in [0, 1].

    Args:
        picture: (H, W) or (H, W, 3) uint8, as it is shown.
        before: (SIDE, SIDE) bool, the window's crop of the mask so far.
        clicks: All of them on this object.
    """
    return answer(
        network_input(
            standardised(picture_crop(picture, window)),
            before,
            [(*click_crop(click, window), click.include) for click in clicks],
        )
    )


def asked(
    picture: Picture, mask: Mask, clicks: Sequence[Click], window: Window, answer: Answer
) -> tuple[NDArray[np.float32], Mask]:
    """What the network says of a window, and the window's crop of the mask so far.

    Where something is there already, doubts leave it as it is.
    """
    before = mask_crop(mask, window)
    probability = ask(picture, before, clicks, window, answer)
    if not mask.any():
        return probability, before
    return (probability + np.where(before, DOUBT, -DOUBT)).astype(np.float32), before


def nearer(
    picture: Picture, mask: Mask, clicks: Sequence[Click], window: Window, answer: Answer
) -> tuple[Mask, Window]:
    """What the network finds in a window, and the window; a nearer one where an answer tells no piece.

    Where a click that excludes takes nearly all of what is seen of an object, the answer does not say which
    piece of it is meant.
    """
    last = clicks[-1]
    whole = WHOLE if any(click.include for click in clicks) else WHOLE_OF_UNTOLD
    while True:
        part = enlarged(asked(picture, mask, clicks, window, answer)[0], window, picture)
        if last.include or window.side < 2 * LEAST_SIDE:
            return part, window
        rows, cols = within(window, mask.shape)
        seen = part_at(mask[rows, cols], Click(last.row - rows.start, last.col - cols.start, False))
        if np.count_nonzero(seen & ~part) < whole * np.count_nonzero(seen):
            return part, window
        window = window_around((last.row + 0.5, last.col + 0.5), window.side / 2, mask.shape)


def searched(picture: Picture, mask: Mask, clicks: Sequence[Click], answer: Answer) -> tuple[Mask, Window]:
    """An object of unknown size: the mask within a window, and the window.

    It is asked for from the whole picture nearer and nearer, and what is found each time is looked at by
    itself; of what is there again then, the surest is taken, and the one found from furthest of several.
    """
    last, side = clicks[-1], float(max(mask.shape))
    looks: list[tuple[bool, _Seen]] = []
    while side >= LEAST_SIDE or not looks:
        window = window_around((last.row + 0.5, last.col + 0.5), side, mask.shape)
        found = again = _seen(picture, mask, clicks, window, answer)
        if found.box is not None and (own := window_of_object(found.box, mask.shape)) != window:
            again = _seen(picture, mask, clicks, own, answer)
        looks.append((_overlap(found.box, again.box) > SAME, again))
        side /= 2
    _, best = max(looks, key=lambda look: (look[0], round(look[1].certainty, 3)))
    return enlarged(best.probability, best.window, picture), best.window


def _seen(picture: Picture, mask: Mask, clicks: Sequence[Click], window: Window, answer: Answer) -> _Seen:
    """What is new under the last click within a window."""
    probability, before = asked(picture, mask, clicks, window, answer)
    part = part_at((probability >= 0.5) & ~before, Click(*click_crop(clicks[-1], window), True))
    box = box_of(part)
    if box is None:
        return _Seen(window, probability, None, 0.0)
    scale = window.side / SIDE
    top, left, bottom, right = (
        round(side * scale) + start for side, start in zip(box, (window.top, window.left) * 2, strict=True)
    )
    return _Seen(window, probability, (top, left, bottom, right), float(probability[part].mean()))


def _overlap(one: Box | None, other: Box | None) -> float:
    """Intersection over union of two boxes."""
    if one is None or other is None:
        return 0.0
    down = min(one[2], other[2]) - max(one[0], other[0])
    across = min(one[3], other[3]) - max(one[1], other[1])
    both = max(down, 0) * max(across, 0)
    areas = sum((bottom - top) * (right - left) for top, left, bottom, right in (one, other))
    return both / max(areas - both, 1)


def object_at(mask: Mask, click: Click) -> Box | None:
    """The object that a click is on or beside, with the click itself; None for a place away from all."""
    if not mask.any():
        return None
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    label = int(parts[click.row, click.col])
    if label == 0 and count > 1:
        label = _nearest(np.asarray(stats, np.int32), (click.row, click.col))
    if label == 0:
        return None
    left, top, width, height = (int(value) for value in stats[label, :4])
    return (
        min(top, click.row),
        min(left, click.col),
        max(top + height, click.row + 1),
        max(left + width, click.col + 1),
    )


def _nearest(stats: NDArray[np.int32], place: tuple[int, int]) -> int:
    """The object whose box is nearest and near enough, 0 for none."""
    left, top, width, height = stats[1:, 0], stats[1:, 1], stats[1:, 2], stats[1:, 3]
    down = np.maximum(np.maximum(top - place[0], place[0] - (top + height - 1)), 0)
    across = np.maximum(np.maximum(left - place[1], place[1] - (left + width - 1)), 0)
    away = np.hypot(down, across) / np.maximum(width, height)
    best = int(np.argmin(away))
    return 1 + best if away[best] <= BESIDE else 0


def window_of_object(box: Box, shape: tuple[int, int]) -> Window:
    """What is looked at of an object: it with its surroundings, a square."""
    top, left, bottom, right = box
    side = max(MARGIN * max(bottom - top, right - left), LEAST_SIDE)
    return window_around(((top + bottom) / 2, (left + right) / 2), side, shape)


def part_at(mask: Mask, click: Click) -> Mask:
    """The connected part under a click, nothing where there is none."""
    if not mask[click.row, click.col]:
        return np.zeros_like(mask)
    parts = mask.astype(np.uint8)
    cv2.floodFill(parts, None, (click.col, click.row), (2,), flags=4)
    return np.asarray(parts == 2)


def box_of(mask: Mask) -> Box | None:
    """What encloses a mask, None where it is empty."""
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return None
    return int(rows[0]), int(cols[0]), int(rows[-1]) + 1, int(cols[-1]) + 1
