"""A mask file -> class values of a task: by index or colour, in the order of the task's list of classes.

It holds the place of each class in the list (1 for the first), or has their colours; 255 is undecided.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.cards import MaskClass
from core.errors import BadFileError
from core.imaging.class_table import DEFAULT_COLOURS, UNDEFINED, ClassTable
from core.imaging.decode import all_frames, mask_of
from core.imaging.mask_files.mask_readings import MaskReading
from core.imaging.mask_files.mask_values import tells_undefined
from core.workflows.arrive.told_names import LACKING
from core.workspace import TaskClass


def class_reading(data: bytes, name: str, classes: Sequence[TaskClass]) -> MaskReading:
    """How a mask is read by classes, over all of its slices; without its pixels.

    Args:
        data: The file.
        name: What the person calls it.
        classes: In the order of the file's numbers, as `in_told_order` gives them.

    Raises:
        BadFileError: It holds something else, or foreground that could be any of them.
    """
    mask = mask_of(all_frames(data, name), name, class_table(classes))
    check_classes(mask, data, name, classes)
    values = tuple(int(each) for each in np.unique(mask))
    undecided = {UNDEFINED, *(place for place, each in enumerate(classes, 1) if each.value == UNDEFINED)}
    undefined = tuple(each for each in values if each in undecided)
    foreground = tuple(each for each in values if each and each not in undecided)
    return MaskReading(
        None, values, foreground, undefined, classes=tuple(classes[each - 1].name for each in foreground)
    )


def values_of(mask: NDArray[np.uint8], classes: Sequence[TaskClass]) -> NDArray[np.uint8]:
    """Places of classes in the list as their values; 255 stays undecided."""
    value_at = np.zeros(256, np.uint8)
    value_at[UNDEFINED] = UNDEFINED
    value_at[1 : 1 + len(classes)] = [each.value for each in classes]
    return value_at[mask]


def check_classes(mask: NDArray[np.uint8], data: bytes, name: str, classes: Sequence[TaskClass]) -> None:
    """Refuse a mask of 0 and 255 alone, whose 255 is foreground unless the file says that it is undecided.

    Args:
        mask: What the file holds, of all slices.
        name: What the person calls it.

    Raises:
        BadFileError: It could be any class, or holds one that the task lacks.
    """
    found = np.bincount(mask.ravel(), minlength=256)
    lacking = [each.name for place, each in enumerate(classes, 1) if each.value == LACKING and found[place]]
    if lacking:
        raise BadFileError(
            name,
            "holds {listed}, which is no class of this task; add it under Classes first.",
            listed=", ".join(lacking),
        )
    if not np.isin(mask, (0, UNDEFINED)).all() or not (mask == UNDEFINED).any():
        return
    stored = all_frames(data, name)
    if not tells_undefined(stored, stored.values if stored.numbers is None else stored.numbers):
        raise any_class(name, classes)


def any_class(name: str, classes: Sequence[TaskClass]) -> BadFileError:
    """Foreground alone, where a task has several classes."""
    listed = ", ".join(f"{place} {each.name}" for place, each in enumerate(classes, start=1))
    return BadFileError(
        name,
        "says where something is but not which class; the numbers of this task's classes are {listed}.",
        listed=listed,
    )


def class_table(classes: Sequence[TaskClass]) -> ClassTable:
    """How a file with a task's classes is read: by place in the list, or by colour."""
    # A second class of one colour cannot be meant by it.
    colours = [each.colour or DEFAULT_COLOURS[1] for each in classes]
    return ClassTable(
        (
            MaskClass("background", (0, 0, 0)),
            *(MaskClass(each.name, colour) for each, colour in zip(classes, colours, strict=True)),
        ),
        by_colour=len(set(colours)) == len(colours),
        has_undefined=True,
    )
