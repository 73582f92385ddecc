"""Pictures for people: the mask over its image, and thumbnails. Pure array work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.image_size import within
from core.imaging.masks import outline as outline_of

# From the palette of Okabe and Ito, which colour-blind people can tell apart.
ORANGE = (230, 159, 0)


def overlay(
    display: NDArray[np.uint8],
    mask: NDArray[Any],
    *,
    colour: tuple[int, int, int] = ORANGE,
    opacity: float = 0.45,
    outline: bool = True,
) -> NDArray[np.uint8]:
    """The image with the mask over it.

    Args:
        display: (H, W) or (H, W, 3) uint8.
        mask: (H, W), foreground where it is not 0.
        colour: RGB.
        opacity: Of the filled part, in [0, 1].
        outline: Whether the mask's edge is drawn in full colour, thicker on large images.

    Returns:
        (H, W, 3) uint8; pixels outside the mask are untouched.

    Raises:
        ValueError: A mask of another size.
    """
    if mask.shape != display.shape[:2]:
        raise ValueError(f"mask {mask.shape} does not fit image {display.shape[:2]}")
    picture = display if display.ndim == 3 else np.repeat(display[..., None], 3, axis=2)
    picture = picture.copy()
    inside = mask != 0
    tint = np.asarray(colour, np.float32)
    picture[inside] = np.rint(picture[inside] * (1 - opacity) + tint * opacity).astype(np.uint8)
    if outline:
        edge = outline_of(inside).astype(np.uint8)
        thickness = max(1, round(max(mask.shape) / 512))
        edge = np.asarray(cv2.dilate(edge, np.ones((thickness, thickness), np.uint8)), np.uint8)
        picture[(edge != 0) & inside] = colour
    return picture


def overlay_classes(
    display: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    colours: Sequence[tuple[int, int, int]],
    *,
    opacity: float = 0.45,
    outline: bool = True,
) -> NDArray[np.uint8]:
    """The image with each foreground class over it in its own colour; what is undefined stays untouched.

    Args:
        display: (H, W) or (H, W, 3) uint8.
        labels: (H, W) class indices, background 0.
        colours: RGB of each class, background first; that one is not drawn.
        opacity: Of the filled part, in [0, 1].
        outline: Whether the edge of each class is drawn in full colour.

    Returns:
        (H, W, 3) uint8; background pixels are untouched.

    Raises:
        ValueError: A mask of another size.
    """
    picture = overlay(display, np.zeros(labels.shape, np.bool_))
    present = np.bincount(labels.ravel(), minlength=256)
    for index, colour in enumerate(colours):
        if index > 0 and present[index]:
            picture = overlay(picture, labels == index, colour=colour, opacity=opacity, outline=outline)
    return picture


def thumbnail(display: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The image scaled down so that its longer side is at most `side` pixels; a small one stays as it is.

    Args:
        display: (H, W) or (H, W, 3) uint8.
        side: Longer side in pixels.

    Returns:
        (h, w) or (h, w, 3) uint8.
    """
    height, width = within(display.shape, side)
    if (height, width) == display.shape[:2]:
        return display
    return np.asarray(cv2.resize(display, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
