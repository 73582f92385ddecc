"""The classes of a task and what their pixels count as: pure functions, kept by `Tasks.set_classes`.

A class has one value for good: it stands for it in masks and layers, and is its channel in a network. So a
new name, place or colour changes no mask, and a class that was merged or deleted stays in what is on disk,
where it is read as another class or as background; taking that back loses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.errors import StoreError
from core.imaging.class_table import DEFAULT_COLOURS, UNDEFINED
from core.workspace.rows import TaskClass

MOST_CLASSES = 253
MOST_KEYS = 9
LONGEST_NAME = 60

Classes = tuple[TaskClass, ...]


def reading_table(classes: Sequence[TaskClass]) -> NDArray[np.uint8]:
    """(256,) uint8: what each value of a mask counts as, for `table[mask]`.

    Living classes and 255 (undecided) stand for themselves, others for what they became, unknown ones for
    background.

    Args:
        classes: Living and retired ones.
    """
    became = {each.value: each.becomes for each in classes}
    table = np.zeros(256, np.uint8)
    table[UNDEFINED] = UNDEFINED
    for value in became:
        end, seen = value, set()
        while (next_value := became.get(end)) is not None and end not in seen:
            seen.add(end)
            end = next_value
        table[value] = end
    return table


def reading_key(classes: Sequence[TaskClass]) -> str:
    """Names how masks are read now, for the cache: what is made of a mask changes with the classes."""
    return hashlib.sha256(reading_table(classes).tobytes()).hexdigest()[:12]


def places(classes: Sequence[TaskClass]) -> NDArray[np.uint8]:
    """(256,) uint8: the place in the list, from 1, of each living class; for files that others read.

    255 (undecided) stands for itself, everything else is 0.
    """
    table = np.zeros(256, np.uint8)
    table[UNDEFINED] = UNDEFINED
    for place, each in enumerate(living(classes), start=1):
        table[each.value] = place
    return table


def living(classes: Sequence[TaskClass]) -> Classes:
    """Those that can be painted, in order."""
    return tuple(each for each in classes if each.becomes is None)


def highest_value(classes: Sequence[TaskClass]) -> int:
    """Of living and retired ones: a network has that many foreground channels."""
    return max(each.value for each in classes)


def completed(classes: Sequence[TaskClass], before: Sequence[TaskClass]) -> Classes:
    """The classes as they are kept: values given, keys by place, and whatever was there before retired.

    Args:
        classes: The living ones in order, and those that are to be read as others; a value of 0 is given
            that of the one foreground which had no name yet, else the next one that was never used.
        before: What the task had.

    Raises:
        StoreError: No living class, too many, two of one name, or a name that is too long.
    """
    known = {0, *(each.value for each in (*classes, *before))}
    kept: list[TaskClass] = []
    given = {each.value for each in classes}
    nameless = [each.value for each in living(before) if not each.name and each.value not in given]
    for each in classes:
        value = each.value or (nameless.pop(0) if nameless else max(known) + 1)
        known.add(value)
        kept.append(replace(each, value=value))
    alive = living(kept)
    _check(alive, max(known))
    keyed = {each.value: str(place) for place, each in enumerate(alive[:MOST_KEYS], start=1)}
    kept = [replace(each, key=keyed.get(each.value, "")) for each in kept]
    there = {each.value for each in kept}
    gone = [each for each in before if each.value not in there]
    kept += [replace(each, key="", becomes=each.becomes or 0) for each in gone]
    return (*living(kept), *(each for each in kept if each.becomes is not None))


def added(classes: Sequence[TaskClass], name: str) -> Classes:
    """One more class at the end, in the first colour of the palette that is free."""
    return (*classes, TaskClass(name.strip(), free_colour(classes)))


def changed(classes: Sequence[TaskClass], value: int, **fields: object) -> Classes:
    """A class with another name or colour."""
    return tuple(replace(each, **fields) if each.value == value else each for each in classes)  # type: ignore[arg-type]


def moved(classes: Sequence[TaskClass], value: int, step: int) -> Classes:
    """A class further up (-1) or down (1) in the list."""
    alive, retired = list(living(classes)), [each for each in classes if each.becomes is not None]
    place = next(place for place, each in enumerate(alive) if each.value == value)
    target = min(max(place + step, 0), len(alive) - 1)
    alive.insert(target, alive.pop(place))
    return (*alive, *retired)


def merged(classes: Sequence[TaskClass], value: int, into: int) -> Classes:
    """A class that is read as another one from now on; as 0 for deleted, which is background."""
    return changed(classes, value, becomes=into)


def free_colour(classes: Sequence[TaskClass]) -> tuple[int, int, int]:
    """The first colour of the palette that no living class has; where all are taken, the one taken least."""
    taken = [each.colour or DEFAULT_COLOURS[1] for each in living(classes)]
    return min(DEFAULT_COLOURS[1:], key=taken.count)


def _check(alive: Classes, highest: int) -> None:
    if not alive:
        raise StoreError("A task needs at least one class; add another one before this one goes.")
    if highest > MOST_CLASSES:
        raise StoreError(
            "A task can have {most_classes} classes, deleted ones among them.", most_classes=MOST_CLASSES
        )
    names = [each.name.strip() for each in alive]
    if len(alive) > 1 and not all(names):
        raise StoreError("Give each class a name.")
    for name in names:
        if len(name) > LONGEST_NAME:
            raise StoreError(
                '"{name}..." is too long; a class is called by {longest_name} letters or fewer.',
                name=name[:20],
                longest_name=LONGEST_NAME,
            )
        if [other.casefold() for other in names].count(name.casefold()) > 1:
            raise StoreError('Two classes would be called "{name}"; give each its own name.', name=name)
