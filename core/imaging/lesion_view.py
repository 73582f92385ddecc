"""What a classifier sees of an image: all of it, the lesion on black, or a square around the lesion.

Pure array work on stored values, before scaling. Knows nothing of networks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.decode import DecodedImage


@dataclass(frozen=True)
class Square:
    """A part of an image, which may reach beyond its borders.

    Attributes:
        top: First row, may be negative.
        left: First column, may be negative.
    """

    top: int
    left: int
    height: int
    width: int


def lesion_view(
    image: DecodedImage, mask: NDArray[Any] | None, kind: str, *, margin: float = 0.2
) -> tuple[DecodedImage, Square]:
    """The part of an image that a classifier sees, and where in the image it lies.

    Args:
        image: A decoded image, (H, W) or (H, W, 3).
        mask: (H, W), the lesion where it is not 0. None or all 0: the whole image, whatever the kind.
        kind: "whole"; "masked": what is outside the mask becomes 0; "crop": a square around the mask.
        margin: Of the square on each side, as a part of the larger side of the mask's bounding box.

    Returns:
        The view, and its place; what a square has beyond the image's borders is the image mirrored.

    Raises:
        ValueError: Another kind, or a mask of another size.
    """
    height, width = image.values.shape[:2]
    everything = Square(0, 0, height, width)
    if kind not in ("whole", "masked", "crop"):
        raise ValueError(f'a view is "whole", "masked" or "crop", got {kind!r}')
    if mask is not None and mask.shape != (height, width):
        raise ValueError(f"the mask is {mask.shape}, its image {(height, width)}; they must agree")
    if kind == "whole" or mask is None or not mask.any():
        return image, everything
    if kind == "masked":
        outside = mask == 0
        values = image.values.copy()
        values[outside] = 0
        return replace(image, values=values), everything
    square = _square_around(mask, margin)
    return replace(image, values=_cut(image.values, square)), square


def put_back(values: NDArray[np.float32], square: Square, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Values of a view at the image's own size; 0 outside the view.

    Args:
        values: (h, w) float32 over the view, at any size.
        square: Where the view lies.
        shape: (H, W) of the image.
    """
    resized = cv2.resize(values, (square.width, square.height), interpolation=cv2.INTER_LINEAR)
    whole = np.zeros(shape, np.float32)
    top, left = max(square.top, 0), max(square.left, 0)
    bottom, right = min(square.top + square.height, shape[0]), min(square.left + square.width, shape[1])
    part = resized[top - square.top : bottom - square.top, left - square.left : right - square.left]
    whole[top:bottom, left:right] = part
    return whole


def _square_around(mask: NDArray[Any], margin: float) -> Square:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    side = max(1, round(max(height, width) * (1 + 2 * margin)))
    return Square(int(rows[0]) - (side - height) // 2, int(columns[0]) - (side - width) // 2, side, side)


def _cut(values: NDArray[Any], square: Square) -> NDArray[Any]:
    above, left = max(0, -square.top), max(0, -square.left)
    below = max(0, square.top + square.height - values.shape[0])
    right = max(0, square.left + square.width - values.shape[1])
    borders = ((above, below), (left, right), *(((0, 0),) if values.ndim == 3 else ()))
    wide = np.pad(values, borders, mode="symmetric") if above or below or left or right else values
    top, start = square.top + above, square.left + left
    return np.ascontiguousarray(wide[top : top + square.height, start : start + square.width])
