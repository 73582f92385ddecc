"""Boxes and scribbles -> a proposed mask, by the network behind "Smart click".

Beside `core.correction.prompts.propose_mask`, which cuts by colour: a box is looked at as a crop, and
scribbles are followed as clicks. Pure array work; the network is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.correction.click_crop import Click, Framed, Mask, Picture, mask_crop, pasted, size_of
from core.correction.click_windows import Answer, ask, window_of_object
from core.correction.follow_clicks import follow_clicks
from core.correction.prompts import Prompts, Scribble, clip_box, draw_scribbles

FILLED = 0.8
"""Of a box's sides, the ellipse that may be the mask so far; chosen on validation."""
MOST_POINTS = 12


def propose_by_network(display: NDArray[np.uint8], prompts: Prompts, answer: Answer) -> Mask:
    """The mask that the prompts ask for.

    Args:
        display: (H, W) or (H, W, 3) uint8.
        prompts: At least one box or foreground scribble.

    Returns:
        (H, W) bool. Pixels under a scribble always are what the scribble says.
    """
    shape = (display.shape[0], display.shape[1])
    mask = np.zeros(shape, bool)
    for box in prompts.boxes:
        rows, cols = clip_box(box, shape)
        if rows.start < rows.stop and cols.start < cols.stop:
            mask |= object_in_box(display, Framed(rows.start, cols.start, rows.stop, cols.stop), answer)
    clicks: list[Click] = []
    for scribbles, include in ((prompts.foreground, True), (prompts.background, False)):
        for scribble in scribbles:
            new = list(_along(scribble, include, shape))
            clicks += new
            if new:
                mask = follow_clicks(display, mask, clicks, answer, num_new=len(new))
    background = draw_scribbles(prompts.background, shape)
    return np.asarray((mask | draw_scribbles(prompts.foreground, shape)) & ~background)


def object_in_box(picture: Picture, box: Framed, answer: Answer) -> Mask:
    """The object that a box is drawn around, (H, W) bool, nowhere outside of the box.

    The mean of two answers: with nothing there yet, and with an ellipse that nearly fills the box.

    Args:
        picture: (H, W) or (H, W, 3) uint8.
        box: Inside the picture, of at least one pixel.
    """
    shape = size_of(picture)
    middle = Click((box.top + box.bottom) // 2, (box.left + box.right) // 2, True)
    axes = (round(FILLED * (box.right - box.left) / 2), round(FILLED * (box.bottom - box.top) / 2))
    ellipse = np.zeros(shape, np.uint8)
    cv2.ellipse(ellipse, (middle.col, middle.row), axes, 0, 0, 360, 1, cv2.FILLED)
    window = window_of_object((box.top, box.left, box.bottom, box.right), shape)
    answers = [
        ask(picture, mask_crop(start, window), [middle], window, answer)
        for start in (np.zeros(shape, bool), ellipse != 0)
    ]
    found = pasted(((answers[0] + answers[1]) / 2).astype(np.float32), window, picture)
    mask = np.zeros(shape, bool)
    inside = np.s_[box.top : box.bottom, box.left : box.right]
    mask[inside] = found[inside]
    return mask


def _along(scribble: Scribble, include: bool, shape: Sequence[int]) -> Iterator[Click]:
    """Places along a line, those inside the picture."""
    step = max(1, -(-len(scribble.points) // MOST_POINTS))
    for row, col in scribble.points[::step]:
        if 0 <= row < shape[0] and 0 <= col < shape[1]:
            yield Click(int(row), int(col), include)
