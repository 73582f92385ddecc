"""Hair on dermoscopy images: found, removed before prediction, drawn in as augmentation.

Removal is in the manner of DullRazor (Lee et al. 1997, Computers in Biology and Medicine 27:533): dark thin
structures stand out in a closing along lines, those that are long are taken for hair, and what lay under them
is filled in from around. Pure array work; grey images have no part in it.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# Lengths below are parts of the longer side, so that they fit an image of any size.
LONGEST_WIDTH = 1 / 40
SHORTEST_LENGTH = 1 / 10
# A hair is this much darker than what surrounds it, of 255. Below it skin texture is found too.
DARKER = 14
# Largest part of the square over its diagonal that a hair, or a few that cross, may cover.
LARGEST_PART = 0.12
# Hair is removed at this longest side at the most: more pixels only cost time, networks see fewer.
WORKING_SIDE = 768


def hair_mask(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where dark hair lies over an image.

    Args:
        rgb: (H, W, 3) uint8.

    Returns:
        (H, W) bool; all False for a grey image (H, W).
    """
    if rgb.ndim == 2:
        return np.zeros(rgb.shape, bool)
    side = max(rgb.shape[:2])
    smooth = np.asarray(cv2.medianBlur(rgb, 3), np.uint8) if side >= 64 else rgb
    bottom = _line_bottom_hat(smooth, max(5, round(side * LONGEST_WIDTH)))
    found = (bottom > DARKER).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    diagonal = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    thin = stats[:, cv2.CC_STAT_AREA] <= LARGEST_PART * diagonal**2
    keep = (diagonal >= side * SHORTEST_LENGTH) & thin
    keep[0] = False
    return np.asarray(keep[labels])


def remove_hair(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image with what lies under its hair filled in from around (Telea 2004, fast marching).

    Args:
        rgb: (H, W, 3) uint8; a grey image (H, W) comes back as it is.

    Returns:
        The same shape; the same pixels outside the hair and its rim.
    """
    mask = hair_mask(rgb)
    if not mask.any():
        return rgb
    # The rim of a hair is a mixture of hair and skin.
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=1 + max(mask.shape) // 600)
    return np.asarray(cv2.inpaint(rgb, wide, 3, cv2.INPAINT_TELEA), np.uint8)


def draw_hair(rgb: NDArray[Any], generator: np.random.Generator) -> NDArray[Any]:
    """The image with a few to a few dozen dark bent hairs drawn over it.

    Args:
        rgb: (H, W, 3) uint8 or uint16; a grey image comes back as it is.
        generator: Decides number, place, bend, width and darkness.

    Returns:
        The same shape and type.
    """
    if rgb.ndim == 2 or rgb.shape[-1] != 3:
        return rgb
    height, width = rgb.shape[:2]
    side = max(height, width)
    shade = generator.uniform(0.05, 0.3) * np.iinfo(rgb.dtype).max * np.array([1.0, 0.85, 0.75])
    cover = np.zeros((height, width), np.uint8)
    for _ in range(int(generator.integers(3, 30))):
        _draw_one(cover, generator, side)
    opacity = (cover.astype(np.float32) / 255 * generator.uniform(0.6, 0.95))[..., None]
    mixed = rgb * (1 - opacity) + shade.astype(np.float32) * opacity
    return np.rint(mixed).astype(rgb.dtype)


def _draw_one(cover: NDArray[np.uint8], generator: np.random.Generator, side: int) -> None:
    """A quadratic Bezier curve from a random place in a random direction."""
    height, width = cover.shape
    start = generator.uniform(0, 1, 2) * (width, height)
    angle = generator.uniform(0, 2 * np.pi)
    length = generator.uniform(0.2, 0.9) * side
    along = np.array([np.cos(angle), np.sin(angle)]) * length
    bend = np.array([-along[1], along[0]]) * generator.uniform(-0.25, 0.25)
    t = np.linspace(0, 1, 24)[:, None]
    points = (1 - t) ** 2 * start + 2 * t * (1 - t) * (start + along / 2 + bend) + t**2 * (start + along)
    thickness = int(generator.integers(1, 2 + side // 200))
    # Coordinates in sixteenths of a pixel, so that thin hairs are smooth.
    fixed = np.rint(points * 16).astype(np.int32)
    cv2.polylines(cover, [fixed], False, 255, thickness, cv2.LINE_AA, shift=4)


def _line_bottom_hat(rgb: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """How much darker each pixel is than its closing along the lines that fill it most; (H, W) uint8.

    A hair is filled along every line that crosses it; a lesion, wider than the lines, along none.
    """
    length |= 1
    middle = length // 2
    deepest = np.zeros(rgb.shape[:2], np.uint8)
    grey = rgb.min(axis=-1)
    for step in ((0, 1), (1, 1), (1, 0), (1, -1)):
        line = np.zeros((length, length), np.uint8)
        places = np.arange(-middle, middle + 1)
        line[middle + places * step[0], middle + places * step[1]] = 1
        closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, line)
        deepest = np.maximum(deepest, cv2.subtract(closed, grey))
    return deepest
