"""How the values of a mask file are read, and what else they could mean: for the question that is asked once.

Pure array work, beside `core.imaging.mask_files.mask_values`, whose rules it tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.imaging.class_table import UNDEFINED
from core.imaging.mask_files.mask_plane import NotAMask, distinct, one_plane
from core.imaging.mask_files.mask_values import MaskValues, to_mask
from core.imaging.stored import StoredPixels
from core.language.sentence import Sentence

_MOST_VALUES = 256
_MOST_SINGLE = 3
_MOST_LISTED = 5
# Tables of colours hold some of them by the nearest that they have.
_SAME_COLOUR = 32
# 1 and the largest number of a type say the same, and no more.
_ALL_OF_IT = {1, 255, 65535}


@dataclass(frozen=True)
class MaskReading:
    """How a file is read as a mask.

    Attributes:
        mask: (H, W) uint8 of 0, 1 and 255 as the file itself tells; None where it does not.
        values: The numbers that are in it, in order; none where there are too many to count as classes.
        foreground: Those of them that are foreground.
        undefined: Those that nobody decided on.
        problem: Why it is no mask, or could be more than one; empty where all is clear.
        options: What a person may say of it where it could be more than one.
        classes: Names of those that are in it, where a task has several.
        colour: Red, green and blue of all foreground as it is shown; empty where it has none, or several.
    """

    mask: NDArray[np.uint8] | None
    values: tuple[int, ...] = ()
    foreground: tuple[int, ...] = ()
    undefined: tuple[int, ...] = ()
    problem: str = ""
    options: tuple[MaskValues, ...] = ()
    classes: tuple[str, ...] = ()
    colour: tuple[int, ...] = ()


def reading_of(stored: StoredPixels) -> MaskReading:
    """How the pixels of a file are read as a mask, without a word of anybody's."""
    try:
        mask = to_mask(stored)
    except NotAMask as error:
        # A table or colours may count by number once somebody has said so.
        values = _values(stored, by_word=True)
        return MaskReading(
            None, values, problem=str(error), options=() if stored.lossy else options_of(values)
        )
    plane = one_plane(stored)
    values = _values(stored, by_word=False)
    foreground, undefined = (
        tuple(int(each) for each in distinct(plane[mask == state])) if values else ()
        for state in (1, UNDEFINED)
    )
    return MaskReading(mask, values, foreground, undefined, colour=_colour(stored.values[mask == 1]))


def differing(readings: Iterable[MaskReading]) -> str:
    """How masks of one number each mark foreground differently, by number or by colour; empty for alike."""
    of_one = [each for each in readings if len(each.foreground) == 1]
    numbers = {each.foreground[0] for each in of_one}
    if len(numbers - _ALL_OF_IT) + bool(numbers & _ALL_OF_IT) > 1:
        listed = ", ".join(str(number) for number in sorted(numbers)[:_MOST_LISTED])
        return Sentence("not the same number in all masks ({listed})", listed=listed)
    colours = sorted({each.colour for each in of_one if each.colour}, reverse=True)
    if not colours or np.ptp(colours, axis=0).max() <= _SAME_COLOUR:
        return ""
    listed = ", ".join(map(colour_code, colours[:_MOST_LISTED]))
    return Sentence("not the same colour in all masks ({listed})", listed=listed)


def colour_code(colour: tuple[int, ...]) -> str:
    """Red, green and blue as programs write them: #ff0000."""
    return f"#{bytes(colour).hex()}"


def _colour(seen: NDArray[Any]) -> tuple[int, ...]:
    """Of pixels that all look alike, black ones and grey that is not white being no colour."""
    if not len(seen) or seen.dtype.kind != "u" or (seen != seen[0]).any():
        return ()
    shown = seen[0] >> 8 * (seen.dtype.itemsize - 1)
    if seen.ndim == 1:
        return (255, 255, 255) if shown == UNDEFINED else ()
    return tuple(int(each) for each in shown) if shown.any() else ()


def options_of(values: Sequence[int]) -> tuple[MaskValues, ...]:
    """What numbers of a mask can mean: all above 0; all but 255, which is undecided; one of them alone."""
    above = [value for value in values if value > 0]
    if not above:
        return ()
    found = [MaskValues()]
    if UNDEFINED in above and len(above) > 1:
        rest = tuple(value for value in above if value != UNDEFINED)
        found.append(MaskValues(rest, (UNDEFINED,)))
    if len(above) == 1:
        # Of two either may be it; one value over the whole picture is all of it, or nothing.
        return (*found, MaskValues((0,) if 0 in values else ()))
    return (*found, *(MaskValues((value,)) for value in above[:_MOST_SINGLE]))


def _values(stored: StoredPixels, *, by_word: bool) -> tuple[int, ...]:
    try:
        found = distinct(one_plane(stored, as_numbers=by_word, any_colour=by_word))
    except NotAMask:
        return ()
    whole = found.dtype.kind in "uib" or bool((found == np.floor(found)).all())
    return tuple(int(each) for each in found) if whole and len(found) <= _MOST_VALUES else ()
