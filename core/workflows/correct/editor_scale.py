"""Between an image's own size and the size at which it is edited.

An image of more than 4096 pixels a side is edited as a scaled copy; the mask and the correction layer are
scaled back to the image's own size when they are saved. Both ways take the nearest pixel, so that a layer
that goes up and comes back is the same, bit for bit.
"""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from core.image_size import within
from core.language.sentence import Sentence

MAX_EDITOR_SIDE = 4096

Scalar = TypeVar("Scalar", bound=np.generic)


def editor_size(height: int, width: int) -> tuple[int, int]:
    """(height, width) at which an image is edited: its own, or scaled so that the longer side is 4096."""
    return within((height, width), MAX_EDITOR_SIDE)


def scaled_note(height: int, width: int) -> str | None:
    """The sentence that tells a person what is done with a large image, None for any other."""
    rows, columns = editor_size(height, width)
    if (rows, columns) == (height, width):
        return None
    return Sentence(
        "This image is {width} x {height} pixels; you edit a copy of {columns} x {rows}, and "
        "the saved mask is scaled back to the full size.",
        width=width,
        height=height,
        columns=columns,
        rows=rows,
    )


def resize_nearest(array: NDArray[Scalar], shape: tuple[int, int]) -> NDArray[Scalar]:
    """A mask or layer at another size: each pixel takes the value below its centre.

    Args:
        array: (H, W) of any type.
        shape: (height, width) of the result.
    """
    height, width = array.shape
    if (height, width) == shape:
        return array
    rows = ((2 * np.arange(shape[0]) + 1) * height) // (2 * shape[0])
    columns = ((2 * np.arange(shape[1]) + 1) * width) // (2 * shape[1])
    picked: NDArray[Scalar] = array[rows[:, None], columns[None, :]]
    return picked


def shrink(values: NDArray[Scalar], shape: tuple[int, int]) -> NDArray[Scalar]:
    """An image or a probability at the editor's size, by area averages.

    Args:
        values: (H, W) or (H, W, 3), uint8 or float32.
        shape: (height, width) of the result, not larger.
    """
    if values.shape[:2] == shape:
        return values
    return cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)  # type: ignore
