"""The drawing tools of the phantoms: curves, filled shapes, tapering ribbons, soft noise, a gentle warp.

Positions are (row, col) as parts of the picture's side, so that a phantom looks the same at any size.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
_SUBPIXEL_BITS = 4


def curve(points: Sequence[tuple[float, float]] | Points, *, closed: bool = False) -> Points:
    """A smooth curve through the points.

    Args:
        points: At least two (row, col).
        closed: Whether it returns to its first point.

    Returns:
        (N, 2) float64, close enough together to be drawn as a polygon.
    """
    corners = np.asarray(points, np.float64)
    if closed:
        corners = np.vstack([corners, corners[:1]])
    steps = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    position = np.concatenate([[0.0], np.cumsum(np.maximum(steps, 1e-6))])
    spline = CubicSpline(position, corners, bc_type="periodic" if closed else "natural")
    return np.asarray(spline(np.linspace(0, position[-1], 12 * len(corners))), np.float64)


def ellipse(centre: tuple[float, float], radii: tuple[float, float], angle: float = 0.0) -> Points:
    """(N, 2) outline of an ellipse with (row, col) radii, turned by `angle` degrees."""
    return _around(centre, radii, angle, np.ones(72))


def wobbly(
    generator: np.random.Generator,
    centre: tuple[float, float],
    radii: tuple[float, float],
    *,
    roughness: float,
    num_waves: int = 9,
    angle: float = 0.0,
) -> Points:
    """An ellipse whose radius swings by about `roughness` in `num_waves` waves, slow ones the most."""
    turn = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    swing = np.zeros_like(turn)
    for wave in range(2, num_waves + 2):
        swing += generator.normal() * np.cos(wave * turn + generator.uniform(0, 2 * np.pi)) / wave**0.9
    return _around(centre, radii, angle, np.maximum(1 + roughness * swing, 0.3))


def ribbon(path: Points, widths: Sequence[float]) -> Points:
    """(N, 2) outline of a band along `path`; the widths are spread evenly from its start to its end."""
    along = np.gradient(path, axis=0)
    length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / length
    part = np.linspace(0, len(widths) - 1, len(path))
    half = np.interp(part, np.arange(len(widths)), widths)[:, None] / 2
    return np.vstack([path + across * half, (path - across * half)[::-1]])


def fill(outline: Points, side: int) -> Floats:
    """(side, side) float32 in [0, 1]: how much of each pixel lies inside the outline."""
    canvas = np.zeros((side, side), np.uint8)
    scaled = np.rint((outline[:, ::-1] * side - 0.5) * 2**_SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(canvas, [scaled], 255, lineType=cv2.LINE_AA, shift=_SUBPIXEL_BITS)
    return canvas.astype(np.float32) / np.float32(255)


def soften(picture: Floats, reach: float) -> Floats:
    """The picture blurred by a Gaussian whose standard deviation is `reach` of its side."""
    sigma = max(reach * picture.shape[0], 1e-3)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def swell(coverage: Floats, reach: float) -> Floats:
    """How thick a rounded body of this outline is: 0 at its edge, 1 from `reach` of the side inwards."""
    inside = (coverage >= 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(np.pad(inside, 1, mode="edge"), cv2.DIST_L2, 5)[1:-1, 1:-1]
    depth = np.clip(distance / (reach * coverage.shape[0]), 0, 1)
    return np.asarray(np.sqrt(depth * (2 - depth)), np.float32)


def noise(generator: np.random.Generator, side: int, grain: float) -> Floats:
    """(side, side) random values, mean 0, deviation 1, smooth over `grain` of the side (0: single pixels)."""
    cells = side if grain * side < 2 else max(4, round(2 / grain))
    values = generator.standard_normal((cells, cells)).astype(np.float32)
    if cells != side:
        values = np.asarray(cv2.resize(values, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)
    values -= values.mean()
    return values / max(float(values.std()), 1e-6)


def warp(
    generator: np.random.Generator, pictures: Sequence[Floats], *, turn: float, bend: float
) -> list[Floats]:
    """All pictures moved alike: turned by up to `turn` degrees, and bent by about `bend` of the side."""
    side = pictures[0].shape[0]
    angle = np.radians(generator.uniform(-turn, turn))
    rows, cols = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    middle = (side - 1) / 2
    row_shift, col_shift = noise(generator, side, 0.45), noise(generator, side, 0.45)
    across = (cols - middle) * np.cos(angle) - (rows - middle) * np.sin(angle) + middle
    down = (cols - middle) * np.sin(angle) + (rows - middle) * np.cos(angle) + middle
    columns = (across + bend * side * col_shift).astype(np.float32)
    lines = (down + bend * side * row_shift).astype(np.float32)
    return [
        np.asarray(
            cv2.remap(each, columns, lines, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
        )
        for each in pictures
    ]


def _around(
    centre: tuple[float, float], radii: tuple[float, float], angle: float, scale: NDArray[np.float64]
) -> Points:
    """Points once round an ellipse turned by `angle` degrees, its radius scaled point by point."""
    turn = np.linspace(0, 2 * np.pi, len(scale), endpoint=False)
    rows, cols = radii[0] * np.sin(turn) * scale, radii[1] * np.cos(turn) * scale
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    down, across = rows * cosine + cols * sine, cols * cosine - rows * sine
    return np.stack([centre[0] + down, centre[1] + across], axis=1)
