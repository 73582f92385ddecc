"""What a file holds before it is read as an image or as a mask; the readers of the formats all return it.

Also the limits that every reader checks on the header, before any pixel is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.config import Limits
from core.errors import BadFileError


@dataclass(frozen=True)
class StoredPixels:
    """The pixels of one file.

    Attributes:
        values: (H, W) or (H, W, 3) RGB, as they are meant to be seen; any integer or float type.
        kind: "hu" for Hounsfield units, else "display".
        alpha: (H, W) uint8 or uint16, None where the file has none.
        numbers: (H, W), what the file holds where `values` is only how that is shown: indices of a palette,
            ink where white is zero, bits before they are spread over 8, DICOM before its window; None where
            both are the same.
        by_number: Whether a mask counts by `numbers`, since the table only says how to show them; a palette
            without it is looked at.
        shown: Values that become black and white, None for the robust range of all values.
        lossy: Whether a codec may have changed values, as JPEG does.
        num_pictures: Pages, frames or pictures of the file; these pixels are the first one's.
        notes: Plain sentences for the person.
    """

    values: NDArray[Any]
    kind: Literal["display", "hu"] = "display"
    alpha: NDArray[Any] | None = None
    numbers: NDArray[Any] | None = None
    by_number: bool = False
    shown: tuple[float, float] | None = None
    lossy: bool = False
    num_pictures: int = 1
    notes: tuple[str, ...] = ()


def check_size(name: str, height: int, width: int, limits: Limits) -> None:
    """Refuse an image that is empty or larger than the limits.

    Raises:
        BadFileError: No pixels, too long a side, or too many pixels.
    """
    if height < 1 or width < 1:
        raise BadFileError(name, f"says that it is {width} x {height} pixels, so there is no image in it.")
    if height * width > limits.max_pixels or max(height, width) > limits.max_side:
        raise BadFileError(
            name,
            f"is {width} x {height} pixels; at most {limits.max_pixels:,} pixels and "
            f"{limits.max_side:,} a side are let in, so scale it down "
            "or raise LIMIT_MAX_PIXELS and LIMIT_MAX_SIDE.",
        )


def spread_bits(numbers: NDArray[Any], num_bits: int) -> NDArray[np.uint8]:
    """Values of 1 to 7 bits over the whole of 8, so that the largest is white."""
    spread: NDArray[np.uint8] = (numbers.astype(np.uint16) * 255 // (2**num_bits - 1)).astype(np.uint8)
    return spread


def broken(name: str, what: str) -> BadFileError:
    """The error for a file that begins right and then does not hold what it promises."""
    return BadFileError(name, f"is cut off or damaged ({what}); copy or export it again.")
