"""The eight ways in which a camera or scanner may have stored an image turned."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def turn_upright(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """The image as it is meant to be seen.

    Args:
        values: (H, W) or (H, W, C), as stored.
        orientation: The EXIF or TIFF orientation, 1 (upright) to 8.

    Returns:
        (H, W) or (W, H), contiguous, with the same channels and type.
    """
    if orientation in (5, 6, 7, 8):
        values = np.swapaxes(values, 0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return np.ascontiguousarray(values)
