"""Values of any type as one of the few that all else takes, and their grey range."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import GREY_PERCENTILES
from core.errors import BadFileError

# A value so many ranges of all others away from them is no grey; one will do for those that programs like to
# write: the ends of a type, the last number of a camera's 10 to 15 bits, and what lies below a CT's air.
_FAR, _FAR_USUAL, _BELOW_AIR = 100, 1, -1024
_LAST_OF_BITS = [2**bits - 1 for bits in range(10, 16)]


def robust_range(
    values: NDArray[Any], percentiles: tuple[float, float] = GREY_PERCENTILES
) -> tuple[float, float]:
    """The values that become black and white, low < high: percentiles, so that a hot pixel changes nothing.

    Where so few pixels differ from the rest that percentiles do not see them, they go by these few, and leave
    out the outermost of them.
    """
    low, high = (float(each) for each in np.percentile(values, percentiles))
    few = values[values != low] if high <= low else values[:0]
    if few.size:
        low = min(low, float(np.percentile(few, percentiles[0], method="higher")))
        high = max(high, float(np.percentile(few, percentiles[1], method="lower")))
    return (low, high) if high > low else (low, low + 1.0)


def far_value(values: NDArray[Any]) -> float | None:
    """The lowest or highest value where it lies far from all others: "no data", such as -9999 or 65535.

    None where there is none, or few pixels have it, which percentiles leave out. 0 is what is dark.
    """
    low, high = values.min(), values.max()
    told = np.iinfo(values.dtype) if values.dtype.kind in "iu" else np.finfo(values.dtype)
    for end in (low, high):
        # Counting is quick, and what few images come as far as behind it is not.
        num_others = 0 if end == 0 else np.count_nonzero(values != end)
        if not 0 < num_others < values.size * (1 - GREY_PERCENTILES[0] / 100):
            continue
        others = values[values != end]
        least, most = float(others.min()), float(others.max())
        gap = min(abs(least - float(end)), abs(most - float(end)))
        is_usual = end < _BELOW_AIR < 0 < most or end in (told.min, told.max, *_LAST_OF_BITS)
        is_far = least < most and gap > (float(high) - float(low)) / 100
        if is_far and gap > (_FAR_USUAL if is_usual else _FAR) * np.ptp(robust_range(others)):
            return float(end)
    return None


def plain_type(values: NDArray[Any], name: str) -> NDArray[Any]:
    """Values as uint8, uint16, int16, int32 or float32, whichever holds them."""
    if values.dtype == bool:
        return values.astype(np.uint8)
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            single = values.astype(np.float32)
        if not np.isfinite(single).all():
            raise BadFileError(
                name,
                "has values that are not numbers, or too large for 32 bits (NaN or infinite); replace them "
                "and save again.",
            )
        return single
    values = values.astype(values.dtype.newbyteorder("="))
    if values.dtype in (np.uint8, np.uint16, np.int16, np.int32):
        return values
    for smaller in (np.uint16, np.int16, np.int32):
        if np.iinfo(smaller).min <= values.min() and values.max() <= np.iinfo(smaller).max:
            return values.astype(smaller)
    return values.astype(np.float32)
