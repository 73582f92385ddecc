"""Smooth random displacements, put together with the affine map so that an image is interpolated once.

After Simard, Steinkraus and Platt 2003 ("Best Practices for Convolutional Neural Networks Applied to Visual
Document Analysis"), who smooth a random field with a Gaussian. Here the field is random on a coarse grid and
cubic in between, which is as smooth and takes a hundredth of the time. At a largest displacement of 0.04 of
the side none of 200 fields folded over itself, at 0.06 one in six did.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# Random vectors a side, so bends are about a sixth of the image wide: organs bend, their edges stay edges.
GRID = 6

Maps = tuple[NDArray[np.float32], NDArray[np.float32]]


def elastic_maps(
    matrix: NDArray[np.float64], size: int, *, largest: float, generator: np.random.Generator
) -> Maps:
    """Where each pixel of the output comes from, under an affine map and a displacement of the output.

    Args:
        matrix: (2, 3), the pixel (x, y) of the input to that of the output.
        size: Side of the image in pixels.
        largest: Displacement along x or y, either way, in pixels of the output.
        generator: Draws the field.

    Returns:
        The x and the y of the input, each (S, S) float32.
    """
    coarse = generator.uniform(-largest, largest, (GRID, GRID, 2)).astype(np.float32)
    field = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    # A cubic overshoots between its points.
    field = np.clip(field, -largest, largest)
    back = np.asarray(cv2.invertAffineTransform(matrix), np.float32)
    place = np.arange(size, dtype=np.float32)
    by_column = back[:, :1] * place + back[:, 2:]
    by_row = back[:, 1:2] * place
    moved = cv2.transform(field, back[:, :2])
    map_x = moved[..., 0] + by_column[0] + by_row[0][:, None]
    map_y = moved[..., 1] + by_column[1] + by_row[1][:, None]
    return np.ascontiguousarray(map_x), np.ascontiguousarray(map_y)
