"""Stored pixels -> a mask of background, foreground and undefined pixels, or the reason why they are none.

What a value means is the file's own rule or the person's word, never a guess. Pure array work, no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import AppError
from core.imaging.class_table import UNDEFINED
from core.imaging.stored import StoredPixels
from core.language.sentence import Sentence

# Soft edges are a few pixels wide; a third class or a photograph has wider grey areas.
_EDGE_WIDTH = 7
_MOST_SOFT = 0.25
# Files with fewer values than this were drawn; with more, they went through a JPEG or were resized.
_FEW_VALUES = 16
# Label images are told from classes by the number of their objects, each in one piece and counted through.
_LEAST_OBJECTS = 10
_LEAST_PIXELS = 4
_MOST_LISTED = 6
# The colour of PASCAL VOC's outlines, which nobody decided on; index 255 of its palettes.
_VOC_VOID = (224, 224, 192)


class NotAMask(ValueError):
    """Pixels that are no mask, or more than one reading of them; the message says why."""


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
    plane = one_plane(stored, said)
    if plane.dtype == bool:
        plane = plane.astype(np.uint8)
    found = distinct(plane)
    if said is not None and not stored.lossy:
        return _as_said(plane, said)
    if found[-1] == UNDEFINED and _has_voc_void(stored, plane):
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
        raise NotAMask(
            Sentence(
                "its values end at {number}, and JPEG does not keep values so close",
                number=_number(found[-1]),
            )
        )
    if found[0] == 0 and len(found) == 2:
        return (plane > 0).astype(np.uint8)
    if not stored.lossy and np.isin(found, (0, 1, UNDEFINED)).all() and found[-1] == UNDEFINED:
        return plane.astype(np.uint8)
    if not stored.lossy and _are_objects(plane, found):
        return (plane > 0).astype(np.uint8)
    if _is_soft(plane, found, lossy=stored.lossy):
        return (_levels(plane) >= 128).astype(np.uint8)
    raise NotAMask(_unclear(found))


def _has_voc_void(stored: StoredPixels, plane: NDArray[Any]) -> bool:
    """Whether the plane is indices of a palette whose 255 is VOC's colour for undefined."""
    if stored.numbers is None or stored.values.ndim != 3 or not np.array_equal(plane, stored.numbers):
        return False
    return bool((stored.values[plane == UNDEFINED][0] == _VOC_VOID).all())


def _as_said(plane: NDArray[Any], said: MaskValues) -> NDArray[np.uint8]:
    foreground = plane != 0 if said.foreground is None else np.isin(plane, said.foreground)
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


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The values that are there, in order."""
    if values.dtype == np.uint8:  # counting is far quicker than sorting
        return np.flatnonzero(np.bincount(values.ravel(), minlength=256))
    return np.unique(values)


def one_plane(stored: StoredPixels, said: MaskValues | None) -> NDArray[Any]:
    """The (H, W) numbers that tell foreground from background."""
    if stored.num_pictures > 1:
        raise NotAMask(
            Sentence(
                "it holds {num_pictures} pictures, and a mask is one; save the right one, or all in one",
                num_pictures=stored.num_pictures,
            )
        )
    alpha = stored.alpha
    clear: NDArray[np.bool_] | None = None
    if alpha is not None and (alpha.min() < alpha.max() or alpha.max() == 0):
        visible = np.asarray(alpha > 0)
        seen = stored.values[visible]
        if not visible.any():
            if (stored.values == stored.values[:1, :1]).all():
                return np.zeros(alpha.shape, np.uint8)
            raise NotAMask(Sentence("it is transparent everywhere, with something drawn underneath"))
        if (seen == seen[:1]).all():
            return alpha if alpha.max() == np.iinfo(alpha.dtype).max else _levels(alpha)
        clear = np.logical_not(visible)
    plane = _numbers(stored, clear, said)
    return plane if clear is None else np.where(clear, np.zeros_like(plane), plane)


def _numbers(stored: StoredPixels, clear: NDArray[np.bool_] | None, said: MaskValues | None) -> NDArray[Any]:
    values, numbers = stored.values, stored.numbers
    if numbers is not None and (stored.by_number or said is not None):
        return numbers
    if values.ndim == 2:
        return values
    if _channels_agree(values):
        return values[..., 0]
    if numbers is not None and _counts_by_index(values, numbers):
        return numbers
    if clear is not None:
        values = np.where(clear[..., None], np.zeros_like(values), values)
    return _one_colour(values, said)


def _counts_by_index(values: NDArray[Any], indices: NDArray[Any]) -> bool:
    """Whether a coloured palette is one of numbers: not if black is used, and is not what 0 stands for."""
    used, first = np.unique(indices, return_index=True)
    black = np.logical_not(values.reshape(-1, 3)[first].any(axis=1))
    return not (black & (used != 0)).any() or bool(black[used == 0].any()) or black.sum() > 1


def _one_colour(values: NDArray[Any], said: MaskValues | None) -> NDArray[Any]:
    coloured = values.any(axis=-1)
    if said is not None and said.foreground is None:
        return np.asarray(coloured)
    void = (values == _VOC_VOID).all(axis=-1)
    seen = values[coloured & ~void]
    if (seen == seen[:1]).all():
        return np.where(void, np.uint8(UNDEFINED), coloured.astype(np.uint8))
    drawn = (values != (np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1)).any(axis=-1)
    seen = values[drawn]
    if len(seen) < len(drawn.ravel()) and (seen == seen[:1]).all() and len(set(seen[0].tolist())) > 1:
        return np.asarray(drawn)
    raise NotAMask(
        Sentence(
            "it is a colour picture; expected grey with 0 for background and one value for "
            "foreground, or one colour on black or white, so say --mask_values union for all that is not "
            "black, or give the colours of the classes in the JSON of --classes"
        )
    )


def _channels_agree(values: NDArray[Any]) -> bool:
    return bool(
        np.array_equal(values[..., 0], values[..., 1]) and np.array_equal(values[..., 0], values[..., 2])
    )


def _levels(plane: NDArray[Any]) -> NDArray[np.uint8]:
    """The plane with its largest value at 255."""
    if plane.dtype == np.uint8 and plane.max() >= 224:
        return plane
    levels: NDArray[np.uint8] = np.rint(plane.astype(np.float32) * (255 / float(plane.max()))).astype(
        np.uint8
    )
    return levels


def _is_soft(plane: NDArray[Any], found: NDArray[Any], *, lossy: bool) -> bool:
    """Whether grey lies along edges between black and white only, and was not drawn as a value of its own."""
    top = float(found[-1])
    whole = 1.0 if plane.dtype.kind == "f" and top <= 1 else 65535.0 if plane.dtype == np.uint16 else 255.0
    if top > whole or top < 0.87 * whole:
        return False
    levels = _levels(plane)
    between = (levels >= 32) & (levels < 224)
    if between.mean() > _MOST_SOFT:
        return False
    square = np.ones((_EDGE_WIDTH, _EDGE_WIDTH), np.uint8)
    if cv2.erode(between.astype(np.uint8), square, borderType=cv2.BORDER_REPLICATE).any():
        return False
    if lossy:
        return True
    if len(found) == 3:  # one grey alone is no edge: a soft one has several
        return False
    few = len(found) <= _FEW_VALUES
    grey = (levels > 0) & (levels < 255) if few else between
    around = np.ones((3, 3), np.uint8)
    flat = grey & (cv2.dilate(levels, around) == cv2.erode(levels, around))
    return not flat.any() if few else bool(flat.sum() <= 0.01 * grey.sum())


def _are_objects(plane: NDArray[Any], found: NDArray[Any]) -> bool:
    """Whether the values are numbers of objects: many, counted through from 1, each in one piece."""
    numbers = found[found > 0]
    if plane.dtype.kind == "f" and (numbers != np.floor(numbers)).any():
        return False
    if found[0] != 0 or len(numbers) < _LEAST_OBJECTS or numbers[-1] > 1.25 * len(numbers):
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
