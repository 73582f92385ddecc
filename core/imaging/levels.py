"""What 8 bits of a picture hide: all values of an image, for a display window that is chosen in the browser.

It serves the screen alone; what is predicted, saved and trained on never comes from here.
"""

from __future__ import annotations

import json

import numpy as np

from core.imaging.decode import DecodedImage
from core.imaging.intensity import DEFAULT_WINDOW, grey_range
from core.imaging.masks import encode_png

_MOST = 2**16 - 1
# So many ranges of the picture on either side of it; what lies farther off is no longer told apart.
_REACH = 8


def pack_levels(image: DecodedImage, window: tuple[float, float] | None) -> bytes:
    """The values of a grey image of more than 8 bits as numbers of 16; empty for every other image.

    Value = `low` + `step` * number, exact for whole numbers less than 65536 apart. Of others a pixel far away
    takes the last number, so that it leaves the rest their own.

    Args:
        image: A decoded image.
        window: What its picture shows as black and white, None as `to_display`.

    Returns:
        A line of JSON (low, step, shown: what is black and white in the picture, is_hu), then an 8-bit grey
        PNG of 2 H rows: the high bytes of the numbers, under them the low ones.
    """
    if image.values.ndim != 2 or image.values.dtype == np.uint8:
        return b""
    low, high = float(image.values.min()), float(image.values.max())
    is_exact = image.values.dtype.kind in "iu" and high - low <= _MOST
    if not is_exact:
        dark, light = grey_range(image)
        reach = _REACH * (light - dark)
        low, high = max(low, dark - reach), min(high, light + reach)
    step = 1.0 if is_exact else (high - low) / _MOST or 1.0
    values = np.clip(image.values.astype(np.float64), low, high)
    numbers = np.rint((values - low) / step).astype(np.uint16)
    is_hu = image.kind == "hu"
    shown = window or (DEFAULT_WINDOW if is_hu else grey_range(image))
    header = {"low": low, "step": step, "shown": list(shown), "is_hu": is_hu}
    halves = np.concatenate([numbers >> 8, numbers & 255]).astype(np.uint8)
    return json.dumps(header).encode() + b"\n" + encode_png(halves)
