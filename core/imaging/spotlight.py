"""A heat map shown as light on its image, so that it can be read without colour. Pure array work."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.overlay import overlay

DARKEST = 0.25
"""Light that is left where the heat is 0, so that the image can still be made out."""
LINE_AT = 0.5
"""Heat that the white line bounds."""


def spotlight(
    display: NDArray[np.uint8], heat: NDArray[np.floating[Any]], mask: NDArray[Any] | None = None
) -> NDArray[np.uint8]:
    """The image as bright as it is where the heat is 1, and darker the less there is.

    A white line between two black ones bounds what is at least half as hot as can be.

    Args:
        display: (H, W) or (H, W, 3) uint8.
        heat: (H, W) in [0, 1].
        mask: (H, W), outlined in orange where it is not 0; None for none.

    Returns:
        (H, W, 3) uint8; without any line where no heat reaches one half.

    Raises:
        ValueError: Heat or mask of another size.
    """
    if heat.shape != display.shape[:2]:
        raise ValueError(f"heat {heat.shape} does not fit image {display.shape[:2]}")
    colour = display if display.ndim == 3 else np.repeat(display[..., None], 3, axis=2)
    light = DARKEST + (1 - DARKEST) * np.clip(np.asarray(heat, np.float32), 0, 1)
    picture = np.rint(colour * light[..., None]).astype(np.uint8)
    if mask is not None:
        picture = overlay(picture, mask, opacity=0.0)
    # Two pixels wider, so that no line runs along the picture's own edge.
    hot = np.pad((heat >= LINE_AT).astype(np.uint8), 2, mode="edge")
    contours, _ = cv2.findContours(hot, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(-2, -2))
    cv2.drawContours(picture, contours, -1, (0, 0, 0), 3)
    cv2.drawContours(picture, contours, -1, (255, 255, 255), 1)
    return picture
