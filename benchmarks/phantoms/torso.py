"""A made-up section of a trunk with five classes in one mask: body, two lungs, heart and spine.

Ellipses of different grey under noise, for tasks of several classes; nobody's picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLASSES = ("Body", "Left lung", "Right lung", "Heart", "Spine")
_BACKGROUND = 50.0
# Of each class: middle (row, col) and half axes as parts of the side, and the grey level.
_PARTS = (
    ((0.50, 0.50), (0.41, 0.46), 110.0),
    ((0.47, 0.29), (0.21, 0.13), 30.0),
    ((0.47, 0.70), (0.21, 0.14), 34.0),
    ((0.59, 0.48), (0.12, 0.09), 170.0),
    ((0.80, 0.50), (0.05, 0.06), 235.0),
)


def torso_phantom(seed: int, side: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(image, mask), each (side, side) uint8; the mask holds 0 and the place of each of `CLASSES`, from 1."""
    generator = np.random.default_rng(seed)
    rows, columns = (np.mgrid[:side, :side] + 0.5) / side
    image = np.full((side, side), _BACKGROUND)
    mask = np.zeros((side, side), np.uint8)
    for value, (middle, half, level) in enumerate(_PARTS, start=1):
        row, column = middle + generator.uniform(-0.025, 0.025, 2)
        height, width = half * generator.uniform(0.9, 1.1, 2)
        inside = ((rows - row) / height) ** 2 + ((columns - column) / width) ** 2 <= 1
        image[inside] = level + generator.normal(0, 4)
        mask[inside] = value
    image += generator.normal(0, 10, image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), mask
