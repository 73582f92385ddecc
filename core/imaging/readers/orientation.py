"""The eight ways in which a camera or scanner may have stored an image turned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.imaging.stored import StoredPixels
from core.language.sentence import Sentence


def upright(stored: StoredPixels, orientation: int, name: str) -> StoredPixels:
    """A picture as it is meant to be seen; told where a mask that is not turned likewise has its size, too.

    Args:
        stored: As the file holds it.
        orientation: The EXIF or TIFF orientation, 1 (upright) to 8.
        name: What the person calls it.
    """
    planes = {each: getattr(stored, each) for each in ("values", "unsaid", "alpha", "numbers")}
    turned: dict[str, Any] = {at: _turn(each, orientation) for at, each in planes.items() if each is not None}
    if 1 < orientation <= 8 and turned["values"].shape == stored.values.shape:
        told = Sentence(
            "{name} is turned as its header says; a mask drawn on it as it is stored would lie wrong.",
            name=name,
        )
        turned["notes"] = (*stored.notes, told)
    return replace(stored, **turned)


def _turn(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """(H, W) or (H, W, C) -> (H, W) or (W, H), contiguous, with the same channels and type."""
    if orientation in (5, 6, 7, 8):
        values = np.swapaxes(values, 0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return np.ascontiguousarray(values)
