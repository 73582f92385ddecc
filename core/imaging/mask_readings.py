"""How the values of a mask file are read, and what else they could mean: for the question that is asked once.

Pure array work, beside `core.imaging.mask_values`, whose rules it tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.imaging.class_table import UNDEFINED
from core.imaging.mask_plane import NotAMask, distinct, one_plane
from core.imaging.mask_values import MaskValues, to_mask
from core.imaging.stored import StoredPixels

_MOST_VALUES = 256
_MOST_SINGLE = 3
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
    """

    mask: NDArray[np.uint8] | None
    values: tuple[int, ...] = ()
    foreground: tuple[int, ...] = ()
    undefined: tuple[int, ...] = ()
    problem: str = ""
    options: tuple[MaskValues, ...] = ()
    classes: tuple[str, ...] = ()


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
    return MaskReading(mask, values, foreground, undefined)


def differing_numbers(foregrounds: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """The numbers that are foreground in masks of one number each, in order; none where all say the same."""
    numbers = {foreground[0] for foreground in foregrounds if len(foreground) == 1}
    differ = len(numbers - _ALL_OF_IT) + bool(numbers & _ALL_OF_IT) > 1
    return tuple(sorted(numbers)) if differ else ()


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
