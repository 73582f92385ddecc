"""The one question about masks that could mean several things, with a picture of each reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import AppError
from core.imaging.class_table import DEFAULT_COLOURS, UNDEFINED, ClassTable
from core.imaging.decode import mask_of, open_file, open_mask, read_frame, to_image
from core.imaging.intensity import to_display
from core.imaging.mask_files.mask_readings import options_of
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.masks import encode_jpeg
from core.imaging.overlay import overlay, overlay_classes, thumbnail
from core.imaging.stored import StoredPixels
from core.ui.segment import words
from core.ui.segment.arrive.image_question import Pictures, ask_by_picture
from core.ui.text import as_label
from core.workflows.arrive.class_values import class_table
from core.workflows.arrive.mask_meaning import KeptMeaning
from core.workflows.arrive.told_names import are_usable, in_told_order, means_undecided
from core.workflows.arrive.upload_survey import Survey, Upload, mask_file, unpacked
from core.workspace import TaskClass
from core.workspace.classes import added

_SIDE = 180
_MOST_LISTED = 8
_MOST_CLASSES = 30
"""Up to this value each may be a class of its own."""
_MOST_SLICES = 16
"""Slices of a volume among which one is chosen to show."""


def ask_reading(
    files: Sequence[Upload],
    masks: Sequence[Upload],
    survey: Survey,
    unclear: Sequence[int],
    only: TaskClass | None,
    made: dict[object, Pictures],
) -> KeptMeaning | tuple[TaskClass, ...] | Literal["leave"] | None:
    """Ask what the values of unclear masks mean.

    Args:
        unclear: Places of the masks in question.
        only: The one class of the task, where it may get more of them; else None.
        made: Pictures that were made for this upload, by question.

    Returns:
        The answer, classes where each value is one, which is where it begins if a file names them all;
        "leave" where they are not wanted, None before anything is chosen.
    """
    values = tuple(sorted({value for place in unclear for value in survey.readings[place].values}))
    # The one with the most values shows the differences best.
    example = max(unclear, key=lambda place: len(survey.readings[place].values))
    row = survey.rows[example]
    names = survey.names.of(row.path)
    classes = _each_a_class(values, only, names)
    is_outlined = row.role == "outlines" and not row.is_yolo
    # What a label stands for is told by names alone.
    options: tuple[MaskValues | ClassTable, ...] = options_of(values)[: 1 if is_outlined else None]
    if classes:
        options = (*options, class_table(in_told_order(names, classes)))
    listed, labels = (
        ", ".join(each[:_MOST_LISTED]) + (" ..." if len(each) > _MOST_LISTED else "")
        for each in ([*map(str, values)], [as_label(names.get(value, "")) for value in values if value])
    )
    titles = [*map(option_name, options)]
    question = words.WHAT_IS_FOREGROUND.format(count=len(unclear), values=listed)
    if is_outlined:
        titles[0] = words.ALL_OUTLINES
        question = words.WHICH_OUTLINES.format(count=len(unclear), labels=labels)
    key = (example, options)
    if key not in made:
        made[key] = dict(enumerate(_pictures([*files, *masks], survey, example, options)))
    chosen = ask_by_picture(
        question,
        dict(enumerate([*titles, words.READING_LEAVE])),
        made[key],
        words.WHAT_IS_FOREGROUND_HELP,
        f"reading_of_{listed}",
        # Named by a file that came along: it has said already that they are classes.
        likely=len(options) - 1 if classes and names.keys() >= {*values} - {0, UNDEFINED} else None,
    )
    if chosen is None:
        return None
    if chosen == len(options):
        return "leave"
    option = options[chosen]
    return classes if isinstance(option, ClassTable) else KeptMeaning(values, option)


def _each_a_class(
    values: Sequence[int], only: TaskClass | None, told: Mapping[int, str]
) -> tuple[TaskClass, ...]:
    """The classes that a task would get, up to the highest value; none where the values cannot be these.

    Args:
        values: In the masks in question.
        only: The one class of the task, which becomes the first of them; None where it can get no more.
        told: Names of values that came along.
    """
    undecided = {UNDEFINED, *(value for value, name in told.items() if means_undecided(name))}
    above = [value for value in values if value and value not in undecided]
    if only is None or len(above) < 2 or not 0 < min(above) <= max(above) <= _MOST_CLASSES:
        return ()
    plain = [words.CLASS_OF_VALUE.format(number=number) for number in range(1, 1 + max(above))]
    names = [told.get(number) or name for number, name in enumerate(plain, 1)]
    if not told or not are_usable(names):
        names = [only.name or plain[0], *plain[1:]]
    first = only.name or names[0]
    classes: tuple[TaskClass, ...] = (replace(only, name=first, colour=only.colour or DEFAULT_COLOURS[1]),)
    for name in names:
        classes = classes if name == first else added(classes, name)
    return classes


def option_name(option: MaskValues | ClassTable) -> str:
    """A reading in words."""
    if isinstance(option, ClassTable):
        return words.READING_CLASSES.format(names=", ".join(map(as_label, option.names[1:])))
    if option.foreground is None:
        return words.READING_ALL
    if option.undefined:
        return words.READING_ALL_BUT.format(undecided=", ".join(map(str, option.undefined)))
    if not option.foreground:
        return words.READING_EMPTY
    return words.READING_ONLY.format(values=", ".join(map(str, option.foreground)))


def _pictures(
    uploads: Sequence[Upload], survey: Survey, example: int, options: Sequence[MaskValues | ClassTable]
) -> list[bytes | None]:
    """The example in each reading, over its image where that came along; None where it cannot be shown."""
    row = survey.rows[example]
    image = row.images[0] if len(row.images) == 1 else None
    found, image_file = b"", b""
    for place, (each, entry) in enumerate(unpacked(survey.rows, uploads)):
        if place == example:
            found = entry.data
        elif each.role == "image" and each.path == image:
            image_file = entry.data
        if found and (image_file or image is None):
            break
    is_drawn = row.role == "outlines"
    place = 0
    display: NDArray[Any] | None = None
    try:
        if not is_drawn:
            place, stored = _telling_slice(found, row.name)
        display = _shown(image_file, place)
        if is_drawn:
            shape = (256, 256) if display is None else (display.shape[0], display.shape[1])
            _, stored = _telling_slice(mask_file(row, found, survey.names, shape), row.name)
            display = None if stored.values.shape[:2] != shape else display
    except AppError:
        return [None] * len(options)
    return [_picture(stored, row.name, display, option) for option in options]


def _telling_slice(data: bytes, name: str) -> tuple[int, StoredPixels]:
    """Of a mask's slices the one with most values, and of those with most in it; of a single one that."""
    file = open_mask(data, name)
    places = range(0, len(file.order), max(1, len(file.order) // _MOST_SLICES))
    slices = [(place, read_frame(file, name, file.order[place])) for place in places]
    place, stored = max(
        slices, key=lambda each: (len(np.unique(each[1].values)), np.count_nonzero(each[1].values))
    )
    return place, replace(stored, num_pictures=1)


def _shown(image: bytes, place: int) -> NDArray[Any] | None:
    """A slice of an image as a screen shows it, None where it did not come along or cannot be read."""
    try:
        file = open_file(image, "image")
        return to_display(to_image(read_frame(file, "image", file.order[min(place, len(file.order) - 1)])))
    except AppError:
        return None


def _picture(
    stored: StoredPixels, name: str, display: NDArray[Any] | None, option: MaskValues | ClassTable
) -> bytes | None:
    try:
        mask = mask_of(stored, name, option)
    except AppError:
        return None
    under = np.zeros(mask.shape, np.uint8) if display is None or display.shape[:2] != mask.shape else display
    if isinstance(option, ClassTable):
        return encode_jpeg(thumbnail(overlay_classes(under, mask, option.colours), _SIDE))
    return encode_jpeg(thumbnail(overlay(under, mask == 1), _SIDE))
