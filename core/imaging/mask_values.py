"""Stored pixels -> a mask of 0 and 1, or the reason why they are none. Pure array work, no files."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.stored import StoredPixels

# Blurred edges of JPEG masks are a few pixels wide; a third class or a photograph has wider grey areas.
_BLUR_WIDTH = 7
_MOST_BLURRED = 0.25


class NotAMask(ValueError):
    """Pixels that are no mask; the message says why."""


def to_mask(stored: StoredPixels) -> NDArray[np.uint8]:
    """Foreground as 1, background as 0.

    Accepted are two values of which the lower is 0 (0/1, 0/255, 0/65535 ...), one value that is 0, 1 or the
    largest of its type, and 0 to 255 with grey at the edges only, as JPEG leaves it (half and more is
    foreground). A coloured palette counts by index. Where the colour is the same everywhere and alpha is not,
    alpha is the mask; else transparent pixels are background.

    Returns:
        (H, W) uint8 in {0, 1}.

    Raises:
        NotAMask: With the reason.
    """
    values = _one_channel(stored)
    found = _distinct(values)
    if len(found) == 1:
        full = 1 if values.dtype.kind == "f" else np.iinfo(values.dtype).max
        if found[0] in (0, 1, 255, full):
            return (values > 0).astype(np.uint8)
        raise NotAMask(f"every pixel is {_number(found[0])}; 0 is background and 1 or 255 foreground")
    if found[0] == 0 and len(found) == 2:
        return (values > 0).astype(np.uint8)
    if values.dtype == np.uint8 and _is_blurred(values):
        return (values >= 128).astype(np.uint8)
    shown = ", ".join(_number(value) for value in found[:4])
    more = " ..." if len(found) > 4 else ""
    raise NotAMask(
        f"it has {len(found)} different values ({shown}{more}); expected two, "
        "0 for background and one for foreground"
    )


def _distinct(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype == np.uint8:  # counting is far quicker than sorting
        return np.flatnonzero(np.bincount(values.ravel(), minlength=256))
    return np.unique(values)


def _one_channel(stored: StoredPixels) -> NDArray[Any]:
    values, alpha = stored.values, stored.alpha
    if stored.indices is not None and values.ndim == 3 and not _channels_agree(values):
        return stored.indices
    if alpha is not None and (alpha != alpha.flat[0]).any():
        if (values == values[:1, :1]).all():
            return alpha
        values = np.where((alpha > 0)[(...,) + (None,) * (values.ndim - 2)], values, np.zeros_like(values))
    if values.ndim == 2:
        return values
    if not _channels_agree(values):
        raise NotAMask(
            "it is a colour picture; expected grey with 0 for background and one value for foreground"
        )
    return values[..., 0]


def _channels_agree(values: NDArray[Any]) -> bool:
    return bool(
        np.array_equal(values[..., 0], values[..., 1]) and np.array_equal(values[..., 0], values[..., 2])
    )


def _is_blurred(values: NDArray[np.uint8]) -> bool:
    """Whether grey lies along edges between black and white only."""
    between = ((values >= 32) & (values < 224)).astype(np.uint8)
    if between.mean() > _MOST_BLURRED or values.max() < 224:
        return False
    core = cv2.erode(between, np.ones((_BLUR_WIDTH, _BLUR_WIDTH), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return not core.any()


def _number(value: Any) -> str:
    return f"{float(value):g}"
