"""The prompt canvas' drawing (Fabric objects, canvas pixels, x and y) -> prompts (image pixels, row and col).

Pure functions on the JSON that streamlit-drawable-canvas 0.13 sends. An object that was moved, scaled or
turned keeps its own points; only its transform changes, so every point goes through the object's matrix
here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.correction.prompts import Box, Point, Prompts, Scribble

# From the palette of Okabe and Ito. The canvas keeps no other mark of what a line is for than its colour.
FOREGROUND_COLOUR = "#0072B2"
BACKGROUND_COLOUR = "#CC79A7"
BOX_COLOUR = "#D55E00"

LEAST_BOX_SIDE = 8.0
"""Canvas pixels; the canvas makes a box of 3 to 6 out of a mere click."""

_CURVE_STEPS = 8
_ORIGIN = {"left": 0.5, "top": 0.5, "center": 0.0, "right": -0.5, "bottom": -0.5}

Points = NDArray[np.float64]


def prompts_from_drawing(
    drawing: Mapping[str, Any] | None, canvas_size: tuple[int, int], image_size: tuple[int, int]
) -> Prompts:
    """What a drawing says of the image that fills its canvas.

    Rectangles are boxes (a turned one, or one whose corners were dragged apart, counts as the upright box
    around it); free lines are foreground or background scribbles by their colour. Boxes of less than
    `LEAST_BOX_SIDE` canvas pixels a side are slips and left out, and so is whatever else the canvas might
    hold.

    Args:
        drawing: `json_data` of the canvas, None before the first stroke.
        canvas_size: (height, width) of the canvas in its own pixels.
        image_size: (height, width) of the image.
    """
    scale = np.array([image_size[0] / canvas_size[0], image_size[1] / canvas_size[1]])
    boxes: list[Box] = []
    scribbles: dict[str, list[Scribble]] = {FOREGROUND_COLOUR: [], BACKGROUND_COLOUR: []}
    for item in (drawing or {}).get("objects", []):
        kind = str(item.get("type", "")).lower()
        if kind in ("rect", "polygon"):
            corners = _placed(item, _outline(item, kind))[:, ::-1]
            if min(np.ptp(corners, axis=0)) >= LEAST_BOX_SIDE:
                low, high = corners.min(axis=0) * scale, corners.max(axis=0) * scale
                boxes.append((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
        elif kind == "path" and item.get("path"):
            of_colour = scribbles.get(str(item.get("stroke", "")).upper())
            if of_colour is not None:
                of_colour.append(_scribble(item, scale))
    return Prompts(tuple(boxes), tuple(scribbles[FOREGROUND_COLOUR]), tuple(scribbles[BACKGROUND_COLOUR]))


def _scribble(item: Mapping[str, Any], scale: Points) -> Scribble:
    placed = _placed(item, _centred(_path_points(item["path"])))[:, ::-1] * scale
    points: tuple[Point, ...] = tuple((float(row), float(col)) for row, col in placed)
    stretch = math.sqrt(abs(_number(item, "scaleX", 1) * _number(item, "scaleY", 1)))
    width = _number(item, "strokeWidth", 1) * stretch * math.sqrt(float(scale[0] * scale[1]))
    return Scribble(points, width)


def _outline(item: Mapping[str, Any], kind: str) -> Points:
    """Corners of a rectangle or polygon around its own middle."""
    if kind == "polygon":
        corners = np.array([(point["x"], point["y"]) for point in item["points"]], float)
        return _centred(corners)
    half = np.array([_number(item, "width", 0), _number(item, "height", 0)]) / 2
    return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], float) * half


def _centred(points: Points) -> Points:
    return np.asarray(points - (points.min(axis=0) + points.max(axis=0)) / 2, np.float64)


def _placed(item: Mapping[str, Any], points: Points) -> Points:
    """Points around the object's middle -> canvas pixels (x, y): skew, scale, turn, then move."""
    scale_x = _number(item, "scaleX", 1) * (-1 if item.get("flipX") else 1)
    scale_y = _number(item, "scaleY", 1) * (-1 if item.get("flipY") else 1)
    skew_x = math.tan(math.radians(_number(item, "skewX", 0)))
    skew_y = math.tan(math.radians(_number(item, "skewY", 0)))
    shape = np.diag([scale_x, scale_y]) @ np.array([[1, skew_x], [0, 1]]) @ np.array([[1, 0], [skew_y, 1]])
    angle = math.radians(_number(item, "angle", 0))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    stroke = _number(item, "strokeWidth", 0)
    within, around = (0.0, stroke) if item.get("strokeUniform") else (stroke, 0.0)
    size = np.array([_number(item, "width", 0), _number(item, "height", 0)])
    outer = np.abs(shape) @ (size + within) + around
    # left and top name the object's origin, which for rectangles is the outer corner of their line.
    origin = np.array([_ORIGIN[item.get("originX", "left")], _ORIGIN[item.get("originY", "top")]])
    middle = np.array([_number(item, "left", 0), _number(item, "top", 0)]) + turn @ (origin * outer)
    return np.asarray(points @ (turn @ shape).T + middle, np.float64)


def _path_points(path: Iterable[Sequence[Any]]) -> Points:
    """A free line's commands (M, L, Q) as points close enough to draw straight lines between."""
    points: list[tuple[float, float]] = []
    for command, *numbers in path:
        if command == "Q":
            start, control, end = np.array([points[-1], numbers[:2], numbers[2:4]], float)
            for part in np.linspace(0, 1, _CURVE_STEPS + 1)[1:]:
                at = (1 - part) ** 2 * start + 2 * part * (1 - part) * control + part**2 * end
                points.append((float(at[0]), float(at[1])))
        elif command in ("M", "L"):
            points.append((float(numbers[0]), float(numbers[1])))
    return np.array(points, float)


def _number(item: Mapping[str, Any], name: str, default: float) -> float:
    return float(item.get(name, default))
