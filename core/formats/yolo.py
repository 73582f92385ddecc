"""YOLO segmentation labels: a line for each connected part, `class x1 y1 x2 y2 ...` in parts of the size.

A line can hold one polygon only, so a hole is joined to the outline by a cut of no width, as the converters
of such tools do. Outlines run a quarter pixel inside the border pixels: a pixel is inside where its centre
is, and a reader that cuts coordinates to whole pixels and fills with OpenCV finds the same pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.class_table import UNDEFINED

Points = NDArray[np.int32]


def yolo_labels(mask: NDArray[np.uint8]) -> str:
    """The text of a label file, empty for an empty mask.

    Pixels that nobody decided are left out: the format has no word for them.

    Args:
        mask: (H, W) uint8 of class indices, 255 where nobody decided; class 1 is YOLO's class 0.
    """
    height, width = mask.shape
    lines = []
    for index in np.unique(mask[(mask != 0) & (mask != UNDEFINED)]).tolist():
        for polygon in _polygons(mask == index):
            # Centres of half pixels in parts of the image; nine digits tell apart pixels of any picture.
            points = (polygon + 0.5) / (2.0 * np.array([width, height]))
            lines.append(" ".join([str(index - 1), *(f"{value:.9g}" for value in points.ravel())]))
    return "".join(f"{line}\n" for line in lines)


def _polygons(region: NDArray[np.bool_]) -> list[Points]:
    """Each part as one closed polygon of (x, y) in half pixels, holes joined to it."""
    halves = np.repeat(np.repeat(region.astype(np.uint8), 2, axis=0), 2, axis=1)
    contours, hierarchy = cv2.findContours(halves, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outlines: dict[int, Points] = {}
    holes: list[tuple[int, Points]] = []
    for index, (contour, outer) in enumerate(zip(contours, hierarchy[0, :, 3].tolist(), strict=True)):
        ring = np.asarray(contour[:, 0, :], np.int32)
        if outer < 0:
            outlines[index] = ring
        else:
            holes.append((outer, ring))
    # From left to right, so that the way to the left of a hole ends on a ring that is joined already.
    for outer, hole in sorted(holes, key=lambda each: int(each[1][:, 0].min())):
        outlines[outer] = _joined(outlines[outer], hole, halves)
    return [_without_straight_points(ring) for ring in outlines.values()]


def _joined(ring: Points, hole: Points, halves: NDArray[np.uint8]) -> Points:
    start = int(np.argmin(hole[:, 0]))
    x, y = hole[start].tolist()
    background = np.flatnonzero(halves[y, :x] == 0)
    end = int(background[-1]) + 1 if background.size else 0
    place = int(np.flatnonzero((ring[:, 0] == end) & (ring[:, 1] == y))[0])
    around = np.vstack([hole[start:], hole[: start + 1]])
    return np.vstack([ring[: place + 1], around, ring[place:]])


def _without_straight_points(ring: Points) -> Points:
    step = np.roll(ring, -1, axis=0) - ring
    before = np.roll(step, 1, axis=0)
    # Steps are one half pixel long, so equal ones go straight on; a cut's ends turn and stay.
    turns = (step != before).any(axis=1)
    return ring[turns] if turns.sum() > 2 else ring
