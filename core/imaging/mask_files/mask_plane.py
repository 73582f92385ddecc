"""The one plane of numbers of a file that tells foreground from background: values, indices, colour or alpha.

What the numbers mean is `core.imaging.mask_files.mask_values`. Pure array work, no files.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.imaging.class_table import UNDEFINED
from core.imaging.stored import StoredPixels
from core.language.sentence import Sentence

# The colour of PASCAL VOC's outlines, which nobody decided on; index 255 of its palettes.
VOC_VOID = (224, 224, 192)
WHITE = 224
"""From here on grey is white."""
_DARK = 32


class NotAMask(ValueError):
    """Pixels that are no mask, or more than one reading of them; the message says why."""


def check_single(stored: StoredPixels) -> None:
    """Refuse one of several pictures of a file."""
    if stored.num_pictures > 1:
        raise NotAMask(
            Sentence(
                "it holds {num_pictures} pictures, and a mask is one; save the right one, or all in one",
                num_pictures=stored.num_pictures,
            )
        )


def one_plane(stored: StoredPixels, *, as_numbers: bool = False, any_colour: bool = False) -> NDArray[Any]:
    """The (H, W) numbers that tell foreground from background.

    Args:
        as_numbers: Whether somebody has said that a table's numbers count.
        any_colour: Whether somebody has said that all that is not black is foreground.

    Raises:
        NotAMask: There is no one plane, or which one is not clear.
    """
    check_single(stored)
    alpha = stored.alpha
    clear: NDArray[np.bool_] | None = None
    if alpha is not None and _is_undecided(stored, np.asarray(alpha == 0)):
        pass
    elif alpha is not None and (alpha.min() < alpha.max() or alpha.max() == 0):
        visible = np.asarray(alpha > 0)
        seen = stored.values[visible]
        if not visible.any():
            if (stored.values == stored.values[:1, :1]).all():
                return np.zeros(alpha.shape, np.uint8)
            raise NotAMask(Sentence("it is transparent everywhere, with something drawn underneath"))
        if (seen == seen[:1]).all():
            return alpha if alpha.max() == np.iinfo(alpha.dtype).max else levels_of(alpha)
        clear = np.logical_not(visible)
    elif alpha is not None and alpha.max() < np.iinfo(alpha.dtype).max and not stored.values.any():
        raise NotAMask(
            Sentence(
                "it is black and half transparent everywhere, which can be all foreground or none; save it "
                "without transparency"
            )
        )
    plane = _numbers(stored, clear, as_numbers=as_numbers, any_colour=any_colour)
    return plane if clear is None else np.where(clear, np.zeros_like(plane), plane)


def _is_undecided(stored: StoredPixels, clear: NDArray[np.bool_]) -> bool:
    """Whether what is transparent is a palette's 255, of VOC's colour or beside a 0 and a 1 that are seen."""
    numbers = stored.numbers
    if (
        numbers is None
        or stored.values.ndim == 2
        or not clear.any()
        or not (numbers[clear] == UNDEFINED).all()
    ):
        return False
    return bool((stored.values[clear] == VOC_VOID).all()) or distinct(numbers[~clear]).tolist() == [0, 1]


def is_grey(values: NDArray[Any], *, slack: int = 0) -> bool:
    """Whether pixels, seen as (H, W) or (H, W, 3), have no colour; channels may differ by the slack."""
    if values.ndim == 2:
        return True
    first, *others = (values[..., channel] for channel in range(3))
    if not slack:
        return all(np.array_equal(first, other) for other in others)
    return all(np.abs(first.astype(np.int32) - other).max() <= slack for other in others)


def shows_numbers(stored: StoredPixels, end: int) -> bool:
    """Whether a palette's greys are the numbers: a writer gathered those that are there in a table.

    Greys below `end`, beside the 255 of undefined pixels, are too dark to be looked at.
    """
    if stored.numbers is None or stored.by_number or not is_grey(stored.values):
        return False
    decided = stored.values[stored.values != UNDEFINED]
    return bool(decided.any() and decided.max() < end)


def _numbers(
    stored: StoredPixels, clear: NDArray[np.bool_] | None, *, as_numbers: bool, any_colour: bool
) -> NDArray[Any]:
    values, numbers = stored.values, stored.numbers
    if numbers is not None and (stored.by_number or (as_numbers and not shows_numbers(stored, _DARK))):
        return numbers
    if numbers is not None and _shown_reversed(values, numbers):
        raise NotAMask(
            Sentence(
                "its table shows 0 as white and {number} as black, so either can be the foreground; say "
                "--mask_values {number} or --mask_values 0",
                number=int(numbers.max()) or 1,
            )
        )
    if values.ndim == 2:
        return values
    if numbers is not None and (values == values[:1, :1]).all() and numbers.min() < numbers.max():
        return numbers  # a table that shows several numbers alike was never filled in
    if is_grey(values, slack=1 if stored.lossy else 0):  # lossy WebP has no grey of its own
        return values[..., 0]
    if numbers is not None and _counts_by_index(values, numbers):
        return numbers
    if clear is not None:
        values = np.where(clear[..., None], np.zeros_like(values), values)
    return _one_colour(values, any_colour=any_colour)


def _shown_reversed(values: NDArray[Any], numbers: NDArray[Any]) -> bool:
    """Whether the table goes from white at 0 to black: drawn so, or numbered so, who knows."""
    used, first = np.unique(numbers, return_index=True)
    shown = values.reshape(len(numbers.ravel()), -1)[first].astype(int)
    is_grey = bool((shown == shown[:, :1]).all())
    ends = (used[0] > 0 or shown[0, 0] >= WHITE) and (used[-1] == 0 or shown[-1, 0] == 0)
    return is_grey and ends and (used[0] == 0 or len(used) == 1) and bool((np.diff(shown[:, 0]) < 0).all())


def _counts_by_index(values: NDArray[Any], indices: NDArray[Any]) -> bool:
    """Whether a coloured palette is one of numbers: not if black is used, and is not what 0 stands for."""
    used, first = np.unique(indices, return_index=True)
    black = np.logical_not(values.reshape(-1, 3)[first].any(axis=1))
    return not (black & (used != 0)).any() or bool(black[used == 0].any()) or black.sum() > 1


def _one_colour(values: NDArray[Any], *, any_colour: bool) -> NDArray[Any]:
    coloured = values.any(axis=-1)
    if any_colour:
        return np.asarray(coloured)
    void = (values == VOC_VOID).all(axis=-1)
    seen = values[coloured & ~void]
    if (seen == seen[:1]).all():
        return np.where(void, np.uint8(UNDEFINED), coloured.astype(np.uint8))
    full = values == (np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1)
    drawn = np.logical_not(full.all(axis=-1))
    seen = values[drawn]
    is_one = len(seen) < len(drawn.ravel()) and (seen == seen[:1]).all() and len(set(seen[0].tolist())) > 1
    # Yellow, magenta and cyan stand beside white in tables of classes, where white is one of them.
    if is_one and full[drawn][0].sum() < 2:
        return np.asarray(drawn)
    raise NotAMask(
        Sentence(
            "it is a colour picture; expected grey with 0 for background and one value for "
            "foreground, or one colour on black or white, so say --mask_values union for all that is not "
            "black, or give the colours of the classes in the JSON of --classes"
        )
    )


def levels_of(plane: NDArray[Any]) -> NDArray[np.uint8]:
    """The plane with its largest value at 255."""
    if plane.dtype == np.uint8 and plane.max() >= WHITE:
        return plane
    return np.asarray(np.rint(plane.astype(np.float32) * (255 / float(plane.max()))), np.uint8)


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The values that are there, in order."""
    if values.dtype == np.uint8:  # counting is far quicker than sorting
        return np.flatnonzero(np.bincount(values.ravel(), minlength=256))
    return np.unique(values)
