"""A square crop with clicks as the click network takes it, and back; the same in training and in the editor.

Pure array work; knows neither the network nor the editor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 128
"""Height and width of the network's crop in pixels."""
CHANNELS = 6
"""The picture (3), the mask so far, clicks that include, clicks that exclude."""
RADIUS = 4
"""Of the disc that stands for a click, in pixels of the crop."""
MIDDLE, SPREAD = 128.0, 50.0
"""A crop's mean becomes 128, its standard deviation 50 grey levels."""
LEAST_DEVIATION = 4.0
"""Grey levels; a flatter crop would show its noise alone."""
EDGE = 4.0
"""How far a border is moved to an edge of the picture, in pixels of the crop."""
SMOOTH = 0.1
"""Variance of an edge, in the crop's, that moves a border by half."""
FINEST = 512
"""Pixels a side at which borders are drawn; larger windows take the nearest."""

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Click:
    """A place that a person points at.

    Attributes:
        row: In picture pixels.
        col: In picture pixels.
        include: Whether it belongs to the object.
    """

    row: int
    col: int
    include: bool


@dataclass(frozen=True)
class Framed:
    """A box that a person drew around an object, inside the picture; bottom and right lie outside of it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Window:
    """A square of a picture, which may reach over its edges; all in picture pixels."""

    top: int
    left: int
    side: int


def window_around(centre: tuple[float, float], side: float, shape: tuple[int, int]) -> Window:
    """A square about a place, moved into the picture where it fits.

    Args:
        centre: (row, col).
        side: In pixels; no larger than the picture's longer side is taken.
        shape: (height, width) of the picture.
    """
    whole = int(np.clip(round(side), 1, max(shape)))
    top, left = (
        round((length - whole) / 2)
        if whole >= length
        else int(np.clip(round(middle - whole / 2), 0, length - whole))
        for middle, length in zip(centre, shape, strict=True)
    )
    return Window(top, left, whole)


def cut(pixels: NDArray[np.uint8], window: Window, *, border: int) -> NDArray[np.uint8]:
    """The window's pixels; what lies outside of the picture is as OpenCV's `border` says."""
    height, width = pixels.shape[:2]
    bottom, right = window.top + window.side, window.left + window.side
    inside = pixels[max(window.top, 0) : min(bottom, height), max(window.left, 0) : min(right, width)]
    around = (max(-window.top, 0), max(bottom - height, 0), max(-window.left, 0), max(right - width, 0))
    return inside if not any(around) else np.asarray(cv2.copyMakeBorder(inside, *around, border))


def picture_crop(picture: Picture, window: Window, side: int = SIDE) -> Picture:
    """The picture in a window.

    Args:
        picture: (H, W) or (H, W, 3) uint8, as it is shown.

    Returns:
        (side, side, 3) uint8; grey is repeated.
    """
    crop = _resized(cut(picture, window, border=cv2.BORDER_REPLICATE), side)
    return np.repeat(crop[..., None], 3, axis=-1) if crop.ndim == 2 else crop


def standardised(crop: Picture) -> Picture:
    """A crop with mean 128 and standard deviation 50 over all its channels together, so that colours stay."""
    values = crop.astype(np.float32)
    scaled = (values - values.mean()) * (SPREAD / max(float(values.std()), LEAST_DEVIATION)) + MIDDLE
    return np.asarray(np.rint(np.clip(scaled, 0, 255)), np.uint8)


def mask_crop(mask: Mask, window: Window, side: int = SIDE) -> Mask:
    """Where at least half of a crop's pixel is mask, (side, side)."""
    part = cut(mask.view(np.uint8), window, border=cv2.BORDER_CONSTANT)
    return np.asarray(_resized(part * np.uint8(255), side) >= 128)


def click_crop(click: Click, window: Window, side: int = SIDE) -> tuple[int, int]:
    """(row, col) of a click in the crop; may lie outside of it."""
    scale = side / window.side
    return int((click.row - window.top + 0.5) * scale), int((click.col - window.left + 0.5) * scale)


def network_input(picture: Picture, mask: Mask, clicks: Sequence[tuple[int, int, bool]]) -> NDArray[np.uint8]:
    """What the network is fed.

    Args:
        picture: (S, S, 3) uint8, standardised.
        mask: (S, S) bool, the mask so far.
        clicks: (row, col, include) in pixels of the crop.

    Returns:
        (S, S, 6) uint8, where 255 stands for 1.
    """
    fed = np.zeros((*mask.shape, CHANNELS), np.uint8)
    fed[..., :3] = picture
    fed[..., 3] = mask.view(np.uint8) * np.uint8(255)
    for channel, wanted in ((4, True), (5, False)):
        plane = np.zeros(mask.shape, np.uint8)
        for row, col, include in clicks:
            if include == wanted:
                cv2.circle(plane, (col, row), RADIUS, 255, cv2.FILLED)
        fed[..., channel] = plane
    return fed


def size_of(picture: Picture) -> tuple[int, int]:
    """Height and width."""
    return picture.shape[0], picture.shape[1]


def within(window: Window, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of the picture that the window shows."""
    return (
        slice(max(window.top, 0), min(window.top + window.side, shape[0])),
        slice(max(window.left, 0), min(window.left + window.side, shape[1])),
    )


def enlarged(probability: NDArray[np.float32], window: Window, picture: Picture) -> Mask:
    """Where a crop's probability is at least 0.5, at the picture's size, of what is `within` the window.

    A pixel of the crop is several of the picture: where among them a border lies, the picture's edges say.
    """
    side = min(window.side, FINEST)
    grey = picture_crop(picture, window, side).mean(axis=-1, dtype=np.float32)
    guide = (grey - grey.mean()) / max(float(grey.std()), LEAST_DEVIATION)
    drawn = _guided(cv2.resize(probability, (side, side)), guide, max(1, round(EDGE * side / SIDE)))
    large = np.asarray(cv2.resize(drawn, (window.side, window.side))) >= 0.5
    rows, cols = within(window, size_of(picture))
    return np.asarray(
        large[
            rows.start - window.top : rows.stop - window.top,
            cols.start - window.left : cols.stop - window.left,
        ]
    )


def pasted(probability: NDArray[np.float32], window: Window, picture: Picture) -> Mask:
    """The same as large as the picture; nowhere outside the window."""
    mask = np.zeros(size_of(picture), bool)
    mask[within(window, size_of(picture))] = enlarged(probability, window, picture)
    return mask


def _guided(values: NDArray[Any], guide: NDArray[Any], radius: int) -> NDArray[np.float32]:
    """The guided filter of He, Sun and Tang (2013): in each square the line of `guide` that fits best.

    Args:
        values: (S, S) float32.
        guide: (S, S) float32.
        radius: Of the squares, in pixels.
    """

    def mean(of: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(cv2.boxFilter(of, -1, (2 * radius + 1, 2 * radius + 1)), np.float32)

    of_guide, of_values = mean(guide), mean(values)
    slope = (mean(guide * values) - of_guide * of_values) / (mean(guide * guide) - of_guide**2 + SMOOTH)
    return np.asarray(mean(slope) * guide + mean(of_values - slope * of_guide))


def _resized(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    method = cv2.INTER_AREA if pixels.shape[0] > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (side, side), interpolation=method))
