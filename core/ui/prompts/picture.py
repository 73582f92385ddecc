"""The picture behind the prompt canvas: the image, the proposed mask over it, and a sign at each scribble.

The signs say by shape what the colours of the lines say. Pure array work.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.correction.prompts import Prompts
from core.imaging.masks import encode_jpeg
from core.imaging.overlay import overlay

_SIGN_RADIUS = 8
_SIGN_OFFSET = 15
"""Canvas pixels from the line's start, far enough to stand clear of the line."""


def canvas_size_for(image_size: tuple[int, int], max_height: int, max_width: int) -> tuple[int, int]:
    """(height, width) of the largest canvas of the image's shape that fits; at least 1 each."""
    scale = min(max_height / image_size[0], max_width / image_size[1])
    return max(1, round(image_size[0] * scale)), max(1, round(image_size[1] * scale))


def prompt_picture(
    display: NDArray[np.uint8],
    canvas_size: tuple[int, int],
    prompts: Prompts,
    mask: NDArray[np.bool_] | None = None,
) -> bytes:
    """A JPEG of exactly the canvas' size.

    Args:
        display: (H, W) or (H, W, 3) uint8.
        canvas_size: (height, width) in pixels.
        prompts: Whose scribbles get a sign.
        mask: (H, W) bool, the proposed mask; None for none.
    """
    size = canvas_size[1], canvas_size[0]
    shrinks = canvas_size[0] < display.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    picture = np.asarray(cv2.resize(display, size, interpolation=how), np.uint8)
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    if mask is not None:
        part = cv2.resize(mask.astype(np.float32), size, interpolation=how)
        picture = overlay(picture, np.asarray(part) >= 0.5)
    scale = (canvas_size[0] / display.shape[0], canvas_size[1] / display.shape[1])
    for scribbles, is_plus in ((prompts.foreground, True), (prompts.background, False)):
        for scribble in scribbles:
            row, col = scribble.points[0]
            place = round(row * scale[0]) - _SIGN_OFFSET, round(col * scale[1])
            _draw_sign(picture, place, is_plus)
    return encode_jpeg(picture)


def _draw_sign(picture: NDArray[np.uint8], place: tuple[int, int], is_plus: bool) -> None:
    """A white plus or minus on black, kept inside the picture."""
    height, width = picture.shape[:2]
    row = min(max(place[0], _SIGN_RADIUS + 1), max(height - _SIGN_RADIUS - 2, 0))
    col = min(max(place[1], _SIGN_RADIUS + 1), max(width - _SIGN_RADIUS - 2, 0))
    arm = _SIGN_RADIUS - 3
    cv2.circle(picture, (col, row), _SIGN_RADIUS, (0, 0, 0), -1, cv2.LINE_AA)
    cv2.circle(picture, (col, row), _SIGN_RADIUS, (255, 255, 255), 1, cv2.LINE_AA)
    cv2.line(picture, (col - arm, row), (col + arm, row), (255, 255, 255), 2)
    if is_plus:
        cv2.line(picture, (col, row - arm), (col, row + arm), (255, 255, 255), 2)
