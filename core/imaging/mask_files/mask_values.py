"""Stored pixels -> a mask of background, foreground and undefined pixels, or the reason why they are none.

What a value means is the file's own rule or the person's word, never a guess. Pure array work, no files.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import AppError
from core.imaging.class_table import UNDEFINED
from core.imaging.mask_files.mask_plane import VOC_VOID, WHITE, NotAMask, distinct, levels_of, one_plane
from core.imaging.stored import StoredPixels
from core.language.sentence import Sentence

# Soft edges are a few pixels wide; a third class or a photograph has wider grey areas.
_EDGE_WIDTH = 7
_MOST_SOFT = 0.25
# Files with fewer values than this were drawn; with more, they went through a JPEG or were resized.
_FEW_VALUES = 16
_LOSSY_NOISE = 24
# Part of a picture that a value beside black or white covers in one piece where it was drawn; of what a JPEG
# leaves there none covers a tenth of that.
_LEAST_FLAT = 0.005
# 255 is undefined beside 0 and 1, unless 1 is so rare and thin that it may be a slip in a mask of 0 and 255.
_LEAST_DECIDED = 0.05
# Label images are told from classes by the number of their objects, each in one piece and counted through.
_LEAST_OBJECTS = 10
_LEAST_PIXELS = 4
_MOST_LISTED = 6
# A side on which a frame of up to five pixels is looked for.
_LEAST_FRAMED = 26


@dataclass(frozen=True)
class MaskValues:
    """What a person says that the values of masks mean.

    Attributes:
        foreground: Values that are foreground, all others are background; None for all above 0.
        undefined: Values that nobody decided on.
    """

    foreground: tuple[int, ...] | None = None
    undefined: tuple[int, ...] = ()


def mask_values(words: Sequence[str]) -> MaskValues:
    """What `--mask_values` says: "union", or values that are foreground; and "undefined=255".

    Raises:
        AppError: Anything else; one sentence.
    """
    foreground: list[int] = []
    undefined: list[int] = []
    union = False
    for word in words:
        name, _, value = word.rpartition("=")
        if word == "union":
            union = True
        elif value.isdigit() and name in ("", "undefined"):
            (undefined if name else foreground).append(int(value))
        else:
            raise AppError(
                '--mask_values takes "union", values such as 1 2, and undefined=255; got {word!r}.', word=word
            )
    if union == bool(foreground):
        raise AppError(
            '--mask_values takes either "union" for all values above 0, or the values of the foreground.'
        )
    return MaskValues(None if union else tuple(foreground), tuple(undefined))


def to_mask(stored: StoredPixels, said: MaskValues | None = None) -> NDArray[np.uint8]:
    """Foreground as 1, background as 0, undefined as 255.

    Without a word of the person's, these are masks: two values of which the lower is 0 (0/1, 0/255,
    0/65535 ...); one value that is 0, 1, 255 or the largest of its type; 0 and 1 with 255, which is undefined
    then; 0 to the largest value with others at the edges only, as JPEG and resizing leave it (half and more
    is foreground); label images of at least ten objects, all of which are foreground. A table that only
    inverts is not looked through, a coloured palette counts by index, and one colour on black or white is
    foreground.
    Where the opaque pixels have one colour, they are the mask; else transparent ones are background.

    Returns:
        (H, W) uint8 in {0, 1, 255}.

    Raises:
        NotAMask: With the reason.
    """
    plane = one_plane(
        stored, as_numbers=said is not None, any_colour=said is not None and said.foreground is None
    )
    if plane.dtype == bool:
        plane = plane.astype(np.uint8)
    found = distinct(plane)
    if said is not None and not stored.lossy:
        return _as_said(plane, said)
    if found[-1] == UNDEFINED and tells_undefined(stored, plane):
        if found[0] == UNDEFINED or found[-2] <= 1:
            return plane.astype(np.uint8)
    if found[0] < 0:
        raise NotAMask(
            Sentence("it holds values below 0 ({number}); 0 is background", number=_number(found[0]))
        )
    if len(found) == 1:
        full = 1 if plane.dtype.kind == "f" else np.iinfo(plane.dtype).max
        if found[0] in (0, 1, 255, full):
            return (plane > 0).astype(np.uint8)
        raise NotAMask(
            Sentence(
                "every pixel is {number}; 0 is background and 1 or 255 foreground, so say --mask_values",
                number=_number(found[0]),
            )
        )
    if stored.lossy and found[-1] < 32:
        raise values_too_close(plane)
    if np.isnan(found[-1]):
        raise NotAMask(_unclear(found))
    if found[0] == 0 and len(found) == 2:
        return _unframed(plane > 0, said)
    if np.isin(found, (0, 1, UNDEFINED)).all() and found[-1] == UNDEFINED:
        is_drawn = cv2.erode((plane == 1).astype(np.uint8), np.ones((3, 3), np.uint8)).any()
        # A codec slips by 1 at edges, and never keeps a class of 1 whole.
        is_unclear = is_drawn if stored.lossy else not is_drawn and _is_rare(plane)
        if is_unclear or found[0] > 0:  # of 1 and 255 alone either may be what is not there
            raise NotAMask(_unclear(found))
        if not stored.lossy:
            return plane.astype(np.uint8)
    if not stored.lossy and _are_objects(plane, found):
        return (plane > 0).astype(np.uint8)
    if _is_soft(plane, found, lossy=stored.lossy):
        return _unframed(levels_of(plane) >= 128, said)
    raise NotAMask(_unclear(found))


def _unframed(foreground: NDArray[np.bool_], said: MaskValues | None) -> NDArray[np.uint8]:
    """The mask, unless a line runs along all four edges, as programs draw one round a picture."""
    if said is None and min(foreground.shape) >= _LEAST_FRAMED:
        sides = (foreground, foreground[::-1], foreground.T, foreground.T[::-1])
        lines = [np.concatenate([side[at, at : side.shape[1] - at] for side in sides]) for at in range(6)]
        width = next((at for at, line in enumerate(lines) if not line.all()), 0)
        if width and lines[width].mean() < 0.5:
            raise NotAMask(
                Sentence(
                    "a frame of foreground runs along its edges; crop it away, or say "
                    "--mask_values union if it is meant"
                )
            )
    return foreground.astype(np.uint8)


def _is_rare(plane: NDArray[Any]) -> bool:
    """Whether 1 is rare beside 0 and beside 255; where little was decided it is so beside 255 alone."""
    ones, *others = ((plane == value).sum() for value in (1, 0, UNDEFINED))
    return bool(ones < _LEAST_DECIDED * min(others))


def values_too_close(plane: NDArray[Any]) -> NotAMask:
    """Why numbers of classes that a codec may have changed are none."""
    return NotAMask(
        Sentence(
            "its values end at {number}, and JPEG does not keep values so close", number=_number(plane.max())
        )
    )


def tells_undefined(stored: StoredPixels, plane: NDArray[Any]) -> bool:
    """Whether the file says that 255 is undefined: in words, or by VOC's colour for it in a palette.

    Args:
        plane: Its numbers, among which 255 is.
    """
    if stored.says_undefined:
        return True
    if stored.numbers is None or stored.values.ndim != 3 or not np.array_equal(plane, stored.numbers):
        return False
    return bool((stored.values[plane == UNDEFINED][0] == VOC_VOID).all())


def _as_said(plane: NDArray[Any], said: MaskValues) -> NDArray[np.uint8]:
    foreground = plane > 0 if said.foreground is None else np.isin(plane, said.foreground)
    mask = foreground.astype(np.uint8)
    mask[np.isin(plane, said.undefined)] = UNDEFINED
    return mask


def _unclear(found: NDArray[Any]) -> str:
    shown = ", ".join(_number(value) for value in found[:_MOST_LISTED])
    more = " ..." if len(found) > _MOST_LISTED else ""
    return Sentence(
        "it has {num_found} different values ({shown}{more}); expected two, 0 for background "
        "and one for foreground, so say which are foreground (--mask_values union for all "
        "above 0, or --mask_values 1 2) or name the classes (--classes)",
        num_found=len(found),
        shown=shown,
        more=more,
    )


def _is_soft(plane: NDArray[Any], found: NDArray[Any], *, lossy: bool) -> bool:
    """Whether grey lies along edges between black and white only, and was not drawn as a value of its own."""
    top = float(found[-1])
    whole = 1.0 if plane.dtype.kind == "f" and top <= 1 else 65535.0 if plane.dtype == np.uint16 else 255.0
    if top > whole or top < 0.87 * whole:
        return False
    levels = levels_of(plane)
    between = (levels >= 32) & (levels < WHITE)
    if between.mean() > _MOST_SOFT or (not lossy and _are_drawn(plane, found, levels)):
        return False
    square = np.ones((_EDGE_WIDTH, _EDGE_WIDTH), np.uint8)
    if cv2.erode(between.astype(np.uint8), square, borderType=cv2.BORDER_REPLICATE).any():
        return False
    around = np.ones((3, 3), np.uint8)
    change = cv2.subtract(cv2.dilate(levels, around), cv2.erode(levels, around))
    if lossy:  # what a codec leaves of an edge is steep, of a class of its own it is not
        return bool((between & (change <= _LOSSY_NOISE)).sum() <= 0.05 * between.sum())
    if len(found) == 3:  # one grey alone is no edge: a soft one has several
        return False
    if len(found) > _FEW_VALUES:
        return bool((between & (change == 0)).sum() <= 0.01 * between.sum())
    grey = (levels > 0) & (levels < 255)
    return not (grey & (change == 0)).any() and not _has_lines(levels, between)


def _are_drawn(plane: NDArray[Any], found: NDArray[Any], levels: NDArray[np.uint8]) -> bool:
    """Whether dark or light numbers are areas of one value each, as objects and classes are, and no noise."""
    around, values = np.ones((3, 3), np.uint8), plane.astype(np.float32)
    flat = (values == np.floor(values)) & (cv2.dilate(values, around) == cv2.erode(values, around))
    for end, near in ((0, levels < 32), (found[-1], levels >= WHITE)):
        numbers, counts = np.unique(plane[flat & near], return_counts=True)
        others, least = counts[numbers != end], _LEAST_FLAT * plane.size
        beside_end = counts[numbers == end].sum() > least and others.max(initial=0) > least
        if beside_end or len(others) > (0 if len(found) <= _FEW_VALUES else len(found) / 2):
            return True
    return False


def _has_lines(levels: NDArray[np.uint8], between: NDArray[np.bool_]) -> bool:
    """Whether grey away from white goes on at one value, as lines of a class do, not soft ones or specks."""
    reach = np.ones((2 * _EDGE_WIDTH - 1,) * 2, np.uint8)
    away = between & (cv2.dilate((levels >= WHITE).astype(np.uint8), reach) == 0)
    _, places, stats, _ = cv2.connectedComponentsWithStats(away.astype(np.uint8))
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    away &= (sides > _EDGE_WIDTH)[places]
    beside = (levels[:, 1:] == levels[:, :-1])[away[:, 1:] & away[:, :-1]]
    below = (levels[1:] == levels[:-1])[away[1:] & away[:-1]]
    same = np.concatenate([beside, below])
    return bool(len(same) and same.mean() > 0.8)


def _are_objects(plane: NDArray[Any], found: NDArray[Any]) -> bool:
    """Whether the values are numbers of objects: many, counted through from 1, each in one piece."""
    numbers = found[found > 0]
    if plane.dtype.kind == "f" and (numbers != np.floor(numbers)).any():
        return False
    if found[0] != 0 or len(numbers) < _LEAST_OBJECTS or numbers[-1] > 1.25 * len(numbers):
        return False
    if numbers[-1] == UNDEFINED and numbers[-2] < UNDEFINED - 1:  # not counted through to: nobody decided
        return False
    sides = (plane[0], plane[-1], plane[:, 0], plane[:, -1])
    if functools.reduce(np.intersect1d, sides).any():  # a frame, or the ground that all objects lie on
        return False
    labels = plane.astype(np.int32)
    if np.median(np.bincount(labels.ravel())[numbers.astype(np.int64)]) < _LEAST_PIXELS:
        return False
    pairs = [(labels[:, 1:], labels[:, :-1]), (labels[1:], labels[:-1])]
    steps = np.concatenate([np.abs(a - b)[(a > 0) & (b > 0) & (a != b)] for a, b in pairs])
    if len(steps) and (steps == 1).mean() > 0.8:  # neighbours that differ by one are a slope, not objects
        return False
    # Late: SciPy is a quarter of the time in which the page's process starts.
    from scipy import ndimage

    boxes = ndimage.find_objects(labels)
    eight = np.ones((3, 3), np.uint8)
    parts = sum(ndimage.label(labels[box] == number, eight)[1] for number, box in enumerate(boxes, 1) if box)
    return bool(parts <= 1.1 * len(numbers) + 1)


def _number(value: Any) -> str:
    return f"{float(value):g}"
