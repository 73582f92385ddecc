"""Boxes and scribbles -> a proposed mask, for a new task without a model or an image on which it fails.

Serves the step image -> mask. The proposal counts only once it is accepted and laid over the correction layer
(`accept`). The cut itself is in `core.correction.grabcut`; nothing here knows canvas or page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.correction.corrections import BACKGROUND, FOREGROUND, UNTOUCHED
from core.correction.grabcut import cut_box, cut_scribbles

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Scribble:
    """One freehand line.

    Attributes:
        points: (row, col) in image pixels; (0, 0) is the first pixel's outer corner, (0.5, 0.5) its centre.
        width: Width of the line in image pixels; at least one pixel is always drawn.
    """

    points: tuple[Point, ...]
    width: float


@dataclass(frozen=True)
class Prompts:
    """What a person has shown of the object.

    Attributes:
        boxes: (top, left, bottom, right) in image pixels, bottom and right not included. May reach over the
            picture's border.
        foreground: Scribbles on the object.
        background: Scribbles beside it; where the two cross, background wins, since it is drawn to take away.
    """

    boxes: tuple[Box, ...] = ()
    foreground: tuple[Scribble, ...] = ()
    background: tuple[Scribble, ...] = ()

    @property
    def are_empty(self) -> bool:
        """Nothing drawn at all."""
        return not (self.boxes or self.foreground or self.background)

    @property
    def can_propose(self) -> bool:
        """Something says where the object is: a box or a foreground scribble."""
        return bool(self.boxes or self.foreground)


def propose_mask(display: NDArray[np.uint8], prompts: Prompts) -> NDArray[np.bool_]:
    """The mask that the prompts ask for, the same one every time.

    Each box is cut by itself with the scribbles that cross it, and the results are united. Foreground
    scribbles that touch no box are cut together over the whole picture. Pixels under a scribble always are
    what the scribble says.

    A box outside the picture adds nothing; one of fewer than 4 pixels a side is taken as it is. Where the
    picture is uniform there is nothing to tell apart: the box, or the scribble, itself is proposed.

    Args:
        display: (H, W) or (H, W, 3) uint8.
        prompts: At least one box or foreground scribble.

    Returns:
        (H, W) bool.

    Raises:
        ValueError: No box and no foreground scribble, a coordinate that is not finite, or no such picture.
    """
    _check(display, prompts)
    shape = (display.shape[0], display.shape[1])
    background = draw_scribbles(prompts.background, shape)
    foreground = draw_scribbles(prompts.foreground, shape) & ~background
    inside = boxed_area(prompts.boxes, shape)
    mask = foreground.copy()
    for box in prompts.boxes:
        rows, cols = clip_box(box, shape)
        if rows.start < rows.stop and cols.start < cols.stop:
            mask |= cut_box(display, rows, cols, foreground, background)
    drawn = (draw_scribbles([scribble], shape) for scribble in prompts.foreground)
    loose = np.zeros(shape, bool)
    for line in drawn:
        if not (line & inside).any():
            loose |= line
    loose &= ~background
    if loose.any():
        mask |= cut_scribbles(display, loose, background)
    return mask & ~background


def accept(
    mask: NDArray[np.bool_], prompts: Prompts, *, replace_inside_boxes: bool = False
) -> NDArray[np.uint8]:
    """What is laid over the correction layer where a proposal is accepted.

    (H, W) uint8: 0 leaves the layer as it is, 1 (background) and 2 (foreground) go over it.

    Args:
        mask: (H, W) bool from `propose_mask`.
        prompts: The prompts that it came from.
        replace_inside_boxes: False: proposed pixels become foreground, all others stay. True: pixels inside a
            box that were not proposed become background as well. Without a box there is nothing to replace.
    """
    layer = np.full(mask.shape, UNTOUCHED, np.uint8)
    if replace_inside_boxes:
        layer[boxed_area(prompts.boxes, (mask.shape[0], mask.shape[1]))] = BACKGROUND
    layer[mask] = FOREGROUND
    return layer


def boxed_area(boxes: Iterable[Box], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(H, W) bool, True inside any box."""
    area = np.zeros(shape, bool)
    for box in boxes:
        area[clip_box(box, shape)] = True
    return area


def draw_scribbles(scribbles: Iterable[Scribble], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(H, W) bool, True under any of the scribbles."""
    canvas = np.zeros(shape, np.uint8)
    reach = 4 * max(shape)
    for scribble in scribbles:
        if not scribble.points:
            continue
        # OpenCV draws with integer coordinates on pixel centres, and overflows far outside the picture.
        corners = np.clip(np.floor(np.asarray(scribble.points, float)), -reach, reach).astype(np.int32)
        line = np.concatenate([corners, corners[-1:]])[:, ::-1]
        cv2.polylines(
            canvas, [np.ascontiguousarray(line)], False, 1, max(1, min(round(scribble.width), reach))
        )
    return canvas.astype(bool)


def clip_box(box: Box, shape: tuple[int, int]) -> tuple[slice, slice]:
    """A box as whole pixels inside the picture, empty slices where outside; any two corners will do."""
    top, bottom = sorted((box[0], box[2]))
    left, right = sorted((box[1], box[3]))
    height, width = shape
    rows = slice(_bound(top, height), _bound(bottom, height))
    cols = slice(_bound(left, width), _bound(right, width))
    return rows, cols


def _bound(value: float, size: int) -> int:
    return int(min(max(round(value), 0), size))


def _check(display: NDArray[np.uint8], prompts: Prompts) -> None:
    if display.dtype != np.uint8 or display.ndim not in (2, 3) or display.size == 0:
        raise ValueError(
            f"expected an (H, W) or (H, W, 3) uint8 picture, got {display.shape} {display.dtype}"
        )
    if display.ndim == 3 and display.shape[2] != 3:
        raise ValueError(f"expected one or three channels, got {display.shape[2]}")
    if not prompts.can_propose:
        raise ValueError(
            "no box and no foreground scribble: draw one of them first, so that there is an object"
        )
    scribbles = (*prompts.foreground, *prompts.background)
    numbers = [value for box in prompts.boxes for value in box]
    numbers += [value for scribble in scribbles for point in scribble.points for value in point]
    numbers += [scribble.width for scribble in scribbles]
    if not all(math.isfinite(value) for value in numbers):
        raise ValueError("a prompt has a coordinate that is not a finite number: draw it again")
