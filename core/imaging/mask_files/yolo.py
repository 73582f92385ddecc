"""YOLO segmentation labels -> a label image.

A line for each object: `class x1 y1 x2 y2 ...`, in parts of the image's size.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import BadFileError
from core.imaging.archives.code_pages import as_utf8

_MOST_CLASSES = 254


def yolo_mask(data: bytes, name: str, shape: tuple[int, int], *, is_pose: bool = False) -> NDArray[np.uint8]:
    """(H, W) uint8 of class + 1, 0 where there is no object; an empty file is an empty mask.

    A corner lies in the pixel that its coordinates are cut to, as readers of the format fill polygons.

    Args:
        name: What the person calls it.
        shape: (height, width) of the image.
        is_pose: Whether each line is a box with key points, which look like corners.

    Raises:
        BadFileError: It holds no polygons of YOLO's.
    """
    height, width = shape
    mask = np.zeros(shape, np.uint8)
    for line in as_utf8(data).decode("utf-8-sig", errors="replace").splitlines():
        if not (words := line.split()):
            continue
        try:
            first, *rest = map(float, words)  # NumPy writes a class as 0.0 too
            number, points = int(first), np.array(rest, np.float64)
        except (ValueError, OverflowError):
            raise BadFileError(name, "holds no outlines of YOLO's: its lines are no numbers.") from None
        if len(points) == 4 or is_pose:
            raise BadFileError(
                name, "holds boxes of YOLO's, and no outlines; export it for segmentation, as polygons."
            )
        if len(points) < 6 or len(points) % 2 or number != first or not 0 <= number < _MOST_CLASSES:
            raise BadFileError(
                name, "holds no outlines of YOLO's: a line has a class and three corners or more."
            )
        if not np.isfinite(points).all() or points.min() < -0.01 or points.max() > 1.01:
            raise BadFileError(name, "holds corners that are no parts of the image's size, from 0 to 1.")
        corners = np.floor(points.reshape(-1, 2) * (width, height)).astype(np.int32)
        corners = np.clip(corners, 0, (width - 1, height - 1)).astype(np.int32)
        cv2.fillPoly(mask, [corners], number + 1)
    return mask
