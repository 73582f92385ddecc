"""What the editor's tools should paint, written down a second time and as plainly as possible."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]


def brush_pixels(points: list[Point], diameter: int, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels whose centre is at most half a diameter from the line through the snapped (x, y) points."""
    snapped = [_snap(point, diameter) for point in points]
    painted = np.zeros(shape, bool)
    for start, end in zip(snapped, snapped[1:] or snapped, strict=False):
        painted |= distance_to_line(start, end, shape) <= diameter / 2 + 1e-6
    return painted


def distance_to_line(start: Point, end: Point, shape: tuple[int, int]) -> NDArray[np.float64]:
    rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
    along = np.array(end) - start
    length = float(along @ along)
    x, y = columns - start[0], rows - start[1]
    part = np.clip((x * along[0] + y * along[1]) / length, 0, 1) if length else np.zeros(shape)
    return np.hypot(x - part * along[0], y - part * along[1])


def _snap(point: Point, diameter: int) -> Point:
    if diameter % 2:
        return (math.floor(point[0]) + 0.5, math.floor(point[1]) + 0.5)
    return (math.floor(point[0] + 0.5), math.floor(point[1] + 0.5))


def polygon_pixels(corners: list[Point], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels whose centre the polygon winds around."""
    inside = np.zeros(shape, bool)
    for row in range(shape[0]):
        for column in range(shape[1]):
            inside[row, column] = _winding(corners, column + 0.5, row + 0.5) != 0
    return inside


def _winding(corners: list[Point], x: float, y: float) -> int:
    winding = 0
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (y0 <= y) == (y1 <= y):
            continue
        crossing = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
        if crossing < x:
            winding += 1 if y0 <= y else -1
    return winding
