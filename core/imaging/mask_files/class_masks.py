"""Stored pixels -> a mask of class indices, or the reason why they are none. Pure array work, no files."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.imaging.class_table import UNDEFINED, ClassTable
from core.imaging.mask_files.mask_plane import NotAMask, check_single, is_grey, shows_numbers
from core.imaging.mask_files.mask_values import to_mask, values_too_close
from core.imaging.stored import StoredPixels
from core.language.sentence import Sentence

# Names of classes that a message lists at the most.
_MOST_LISTED = 6


def to_class_mask(stored: StoredPixels, table: ClassTable) -> NDArray[np.uint8]:
    """The class index of each pixel.

    Where the table has colours, a mask is read by colour if all of its colours (grey ones too) stand there.
    Else grey counts by value, and a palette by index where the table says so. With two classes and
    nothing undefined, whatever is a mask of one foreground is taken too, such as 0 and 255. Transparent
    pixels are background.

    Returns:
        (H, W) uint8: 0 to len(table) - 1, and 255 where nobody decided, if the table knows such pixels.

    Raises:
        NotAMask: With the value that is no class, and its number of pixels.
    """
    check_single(stored)
    labels = _by_colour(stored, table) if table.by_colour else None
    if labels is None:
        labels = _by_index(stored, table)
    if stored.alpha is not None:
        undecided = (
            stored.numbers == UNDEFINED if stored.numbers is not None and table.has_undefined else False
        )
        labels[(stored.alpha == 0) & ~np.asarray(undecided)] = 0
    return labels


def split_undefined(labels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Class indices without undefined ones (0 there), and the weights: 0 there, else 1; None for all defined.

    Args:
        labels: (H, W) uint8, 255 where nobody decided.
    """
    undefined = labels == UNDEFINED
    if not undefined.any():
        return labels, None
    return np.where(undefined, np.uint8(0), labels), (~undefined).astype(np.uint8)


def foreground(labels: NDArray[Any]) -> NDArray[np.uint8]:
    """1 where any class is for sure, (H, W); what nobody decided is 0."""
    return np.asarray((labels != 0) & (labels != UNDEFINED), np.uint8)


def decided_pixels(
    probability: NDArray[np.uint8], mask: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Probability and mask without the pixels that nobody decided; both as they are where all are decided."""
    decided = mask != UNDEFINED
    return (probability, mask) if decided.all() else (probability[decided], mask[decided])


def _by_colour(stored: StoredPixels, table: ClassTable) -> NDArray[np.uint8] | None:
    """None where the pixels are rather indices; see `to_class_mask`."""
    values = stored.values
    if values.dtype != np.uint8:
        return None
    grey = is_grey(values)
    pixels = values if values.ndim == 3 else np.repeat(values[..., None], 3, axis=-1)
    codes = (pixels.astype(np.int32) * (65536, 256, 1)).sum(axis=-1, dtype=np.int32)
    labels = np.zeros(codes.shape, np.uint8)
    known = np.zeros(codes.shape, np.bool_)
    colours = [(index, colour) for index, colour in enumerate(table.colours)]
    if table.undefined_colour is not None:
        colours.append((UNDEFINED, table.undefined_colour))
    for index, (red, green, blue) in colours:
        here = codes == red * 65536 + green * 256 + blue
        labels[here] = index
        known |= here
    if stored.alpha is not None:
        known |= stored.alpha == 0
    if known.all():
        return labels
    is_palette = stored.numbers is not None and not stored.by_number
    if shows_numbers(stored, len(table)) or (table.palette_by_index if is_palette else grey):
        return None
    found, counts = np.unique(codes[~known], return_counts=True)
    most = int(found[counts.argmax()])
    colour = (most >> 16, most >> 8 & 255, most & 255)
    listed = ", ".join(f"{each.colour} {each.name}" for each in table.classes[:_MOST_LISTED])
    raise NotAMask(
        _sentence(
            Sentence("the colour {colour}", colour=colour), int(counts.max()), len(found) - 1, listed, table
        )
    )


def _by_index(stored: StoredPixels, table: ClassTable) -> NDArray[np.uint8]:
    seen = stored.numbers is None or shows_numbers(stored, len(table))
    values: NDArray[Any] = stored.values if seen else np.asarray(stored.numbers)
    if values.ndim == 3:
        if not is_grey(values):
            raise NotAMask(
                Sentence(
                    "it is a colour picture, and the classes have no colours; give them in the JSON of "
                    "--classes"
                )
            )
        values = values[..., 0]
    whole = (values >= 0) & (values < len(table)) & (values == np.floor(values))
    if table.has_undefined:
        whole |= values == UNDEFINED
    if stored.alpha is not None:
        whole |= stored.alpha == 0
    if whole.all():
        if stored.lossy and (numbers := values[(values > 0) & (values != UNDEFINED)]).size:
            raise values_too_close(numbers)
        return values.astype(np.uint8)
    if len(table) == 2 and not table.has_undefined:
        return to_mask(stored)
    found, counts = np.unique(values[~whole], return_counts=True)
    listed = ", ".join(f"{index} {each.name}" for index, each in enumerate(table.classes[:_MOST_LISTED]))
    value = Sentence("the value {float:g}", float=float(found[counts.argmax()]))
    raise NotAMask(_sentence(value, int(counts.max()), len(found) - 1, listed, table))


def _sentence(what: str, num_pixels: int, num_others: int, listed: str, table: ClassTable) -> str:
    pixels = "1 pixel" if num_pixels == 1 else f"{num_pixels:,} pixels"
    others = (
        Sentence(" (and {num_others} other unknown ones elsewhere)", num_others=num_others)
        if num_others
        else ""
    )
    facts = {"what": what, "pixels": pixels, "others": others, "listed": listed}
    facts["more"] = " ..." if len(table) > _MOST_LISTED else ""
    if table.has_undefined:
        return Sentence(
            "{what}, in {pixels}, is no class{others}; known are {listed}{more}, so add it to the classes "
            "first",
            **facts,
        )
    return Sentence(
        "{what}, in {pixels}, is no class{others}; known are {listed}{more}, and an entry "
        '"undefined" in --classes marks pixels that are not to count',
        **facts,
    )
