"""Clicks -> mask, by a network that answers crops: what of an answer is taken.

Only the connected region that the last click touches changes, and clicked pixels always are what the clicks
say. Where the network is asked is `core.correction.click_windows`.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from core.correction.click_crop import RADIUS, SIDE, Click, Mask, Picture, within
from core.correction.click_windows import (
    LEAST_SIDE,
    MARGIN,
    Answer,
    Box,
    box_of,
    nearer,
    object_at,
    part_at,
    searched,
    window_of_object,
)

THIN = 4.0
"""Pixels of the crop; what differs along a border by less is no region of its own."""
NEAR = 2.0
"""A click on a sliver changes what lies within that many times `THIN`."""
FURTHEST = 0.5
"""How far from a click it can exclude, in the object's longest sides: what is asked for is a piece of it."""


def follow_clicks(
    picture: Picture, mask: Mask, clicks: Sequence[Click], answer: Answer, *, num_new: int = 1
) -> Mask:
    """The mask after the last click, or after the last few that make one scribble.

    Args:
        picture: (H, W) or (H, W, 3) uint8, as it is shown.
        mask: (H, W) bool, what the clicks before have led to.
        clicks: All of them on this object, at least one, all inside the picture.
        num_new: Clicks at the end that the mask does not follow yet: 1, or those along a scribble.

    Returns:
        (H, W) bool.
    """
    new = clicks[-num_new:]
    last = new[-1]
    if not any(click.include or mask[click.row, click.col] for click in new):
        # What is excluded already only counts in answers to come.
        return mask
    box = object_at(mask, last)
    if box is not None:
        part, window = nearer(picture, mask, clicks, window_of_object(box, mask.shape), answer)
    else:
        part, window = searched(picture, mask, clicks, answer)
    found = mask.copy()
    found[within(window, mask.shape)] = part
    reach = _reach(found, last, mask)
    for click in new:
        mask = _changed(mask, found, click, thin=THIN * window.side / SIDE)
    return _obeying(mask, clicks, num_new, reach)


def _changed(mask: Mask, found: Mask, click: Click, *, thin: float) -> Mask:
    """The mask with the region of the answer that the click touches; what is as the click says stays."""
    if mask[click.row, click.col] == click.include:
        return mask
    part = part_at(mask ^ found, click)
    box = box_of(part)
    if box is None or not mask.any():
        return mask ^ part
    # Opening looks no further than its disc is wide, and no further than what is connected.
    rows, cols = _grown(box, 2 * round(thin), mask.shape)
    within = Click(click.row - rows.start, click.col - cols.start, click.include)
    changed = mask.copy()
    changed[rows, cols] ^= _region(part[rows, cols], within, thin)
    return changed


def _region(different: Mask, click: Click, thin: float) -> Mask:
    """Which part of a connected difference the click is about.

    Along a border that was right an answer from a crop differs by slivers, which join everything: what is
    thinner than `thin` pixels does not belong to the region, and a click on a sliver changes what is near.
    """
    thick = _opened(different, round(thin / 2) + 0.5)
    is_thick = bool(thick[click.row, click.col])
    region = thick if is_thick else different & _disc(click, NEAR * thin, different.shape)
    if not click.include:
        region &= _disc(click, FURTHEST * thin / THIN * SIDE / MARGIN, different.shape)
    return part_at(region, click)


def _opened(mask: Mask, radius: float) -> Mask:
    """Morphological opening by a disc; by distances, which cost the same whatever the radius is."""
    inner = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5) > radius
    away = cv2.distanceTransform((~inner).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(away < radius)


def _grown(box: Box, by: int, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns of a box with `by` more on each side, inside the picture."""
    top, left, bottom, right = box
    return (
        slice(max(top - by, 0), min(bottom + by, shape[0])),
        slice(max(left - by, 0), min(right + by, shape[1])),
    )


def _disc(click: Click, radius: float, shape: tuple[int, ...]) -> Mask:
    """What lies no further from a click than `radius` pixels."""
    plane = np.zeros(shape, np.uint8)
    cv2.circle(plane, (click.col, click.row), round(radius), 1, cv2.FILLED)
    return np.asarray(plane != 0)


def _reach(found: Mask, click: Click, mask: Mask) -> int:
    """Radius in pixels that a click decides by itself: that of its disc where the object is seen."""
    box = box_of(part_at(found if click.include else mask, click))
    longest = LEAST_SIDE if box is None else max(box[2] - box[0], box[3] - box[1])
    return max(0, round(RADIUS * longest * MARGIN / SIDE / 2))


def _obeying(mask: Mask, clicks: Sequence[Click], num_new: int, radius: int) -> Mask:
    """The mask with every click's pixel as the click says, and small discs about new ones that it ignores."""
    plane = mask.view(np.uint8).copy()
    for click in clicks[-num_new:]:
        if mask[click.row, click.col] != click.include:
            cv2.circle(plane, (click.col, click.row), radius, int(click.include), cv2.FILLED)
    for click in clicks:
        plane[click.row, click.col] = click.include
    return np.asarray(plane != 0)
