"""What the values of masks are called: by a file that came along, or by a DICOM segmentation itself.

Such files are `classes.csv` of an export, `classes.json` as `train.py` reads it, `dataset.json` of nnU-Net
(Isensee et al. 2021) and the Medical Segmentation Decathlon, `classes.txt` and `data.yaml` of YOLO,
`_classes.csv` of Roboflow, `class_names.txt` of labelme, `labelmap.txt` of CVAT, which has colours too. They
count for what lies in their folder.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from core.datasets.set_table import column_called
from core.files import csv_rows
from core.imaging.class_table import UNDEFINED, UNDEFINED_NAME
from core.imaging.dicom_file import is_segmentation
from core.imaging.dicom_segments import segment_names
from core.imaging.outlines import plain_label
from core.language.sentence import Sentence
from core.workspace import TaskClass
from core.workspace.classes import LONGEST_NAME, MOST_CLASSES, free_colour

Names = Mapping[int, str]
NAMES_OF_CLASSES = Sentence("tells what the classes of masks are called")
Colours = Mapping[int, tuple[int, int, int]]
LACKING = MOST_CLASSES + 1
"""Stands for a class that a task does not have; no class has this value."""
_MOST_BYTES = 1_000_000
_COLOURED = re.compile(r"([^:]*):(\d+),(\d+),(\d+)(?::.*)?")
_UNDECIDED = frozenset({"undecided", UNDEFINED_NAME, "ignore"})


def holds_names(path: str) -> bool:
    """Whether a file is called as one that tells names of classes."""
    return PurePosixPath(path).name.casefold() in _READERS


@dataclass
class ToldNames:
    """The names that came with an upload, by the folder of the file that tells them.

    Attributes:
        files: Paths of those that tell names.
    """

    files: set[str] = field(default_factory=set)
    _of_folder: dict[str, tuple[Names, Colours]] = field(default_factory=dict)

    def note(self, path: str, data: bytes) -> bool:
        """Read a file; whether it tells names."""
        read = _READERS.get(PurePosixPath(path).name.casefold())
        if read is None or len(data) > _MOST_BYTES:
            return False
        try:
            names = dict(read(data.decode("utf-8-sig")))
        except (ValueError, KeyError, TypeError, AttributeError, csv.Error, RecursionError):
            return False
        if not names or not all(isinstance(each, str) for each in names.values()):
            return False
        coloured = {value: found for value, name in names.items() if (found := _COLOURED.fullmatch(name))}
        names |= {value: found[1] for value, found in coloured.items()}
        colours = {
            value: (int(r), int(g), int(b))
            for value, found in coloured.items()
            for _, r, g, b in [found.groups()]
        }
        self.files.add(path)
        self._of_folder[path.rpartition("/")[0]] = names, colours
        return True

    def of(self, path: str, data: bytes = b"") -> Names:
        """The name of each value of a mask, of 0 (background) and undecided ones too; empty for none."""
        if is_segmentation(data):
            return segment_names(data)
        return self._nearest(path)[0]

    def in_order(self, path: str, data: bytes, classes: Sequence[TaskClass]) -> Sequence[TaskClass]:
        """The classes of a task as a mask has them, in the colours that came along; see `in_told_order`."""
        colours = self._nearest(path)[1]
        ordered = in_told_order(self.of(path, data), classes)
        if ordered is classes or not colours:
            return ordered
        return [
            replace(each, colour=colours.get(value, each.colour)) for value, each in enumerate(ordered, 1)
        ]

    def _nearest(self, path: str) -> tuple[Names, Colours]:
        inside = (each for each in self._of_folder if not each or path.startswith(f"{each}/"))
        nearest = max(inside, key=len, default=None)
        return ({}, {}) if nearest is None else self._of_folder[nearest]


def in_told_order(names: Names, classes: Sequence[TaskClass]) -> Sequence[TaskClass]:
    """The classes of a task in the order of the numbers that a file gives their names.

    What the file calls undecided has the value 255, a class that the task does not have `LACKING`. Where it
    names none of them, the classes stay in the order of the task.
    """
    known = {plain_label(each.name): each for each in classes}
    foreground = {value: name for value, name in names.items() if 0 < value < UNDEFINED}
    if not any(plain_label(name) in known for name in foreground.values()):
        return classes
    ordered: list[TaskClass] = []
    for value in range(1, 1 + max(foreground)):
        name = foreground.get(value, str(value))
        colour = free_colour((*classes, *ordered))
        other = TaskClass(name, colour, value=UNDEFINED if means_undecided(name) else LACKING)
        ordered.append(known.get(plain_label(name), other))
    return ordered


def means_undecided(name: str) -> bool:
    """Whether a value of that name is one that nobody decided on."""
    return plain_label(name) in _UNDECIDED


def are_usable(names: Sequence[str]) -> bool:
    """Whether a task can call its classes so: no two alike, none too long."""
    return len({*map(plain_label, names)}) == len(names) and all(len(name) <= LONGEST_NAME for name in names)


def _of_table(text: str) -> Iterable[tuple[int, str]]:
    columns, rows = csv_rows(text.encode())
    value, name = (
        column_called(columns, each) or "" for each in (("value", "pixelvalue"), ("name", "class"))
    )
    return ((int(row[value]), row[name].strip()) for row in rows)


def _of_training(text: str) -> Iterable[tuple[int, str]]:
    names = [str(each["name"]) for each in json.loads(text)]
    return enumerate(name for name in names if plain_label(name) != UNDEFINED_NAME)


def _of_nnunet(text: str) -> Iterable[tuple[int, str]]:
    labels: dict[str, Any] = json.loads(text)["labels"]
    # The older form has numbers as keys; a list is a region of several values, which names none of them.
    return (
        (int(key), value) if isinstance(value, str) else (int(value), key) for key, value in labels.items()
    )


def _of_lines(text: str) -> Iterable[tuple[int, str]]:
    names = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    first = plain_label(names[0].partition(":")[0]).strip("_") if names else ""
    return enumerate(names, start=0 if first == "background" else 1)


def _of_yolo(text: str) -> Iterable[tuple[int, str]]:
    import yaml

    try:
        names = yaml.safe_load(text)["names"]
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    numbered = list(names.items() if isinstance(names, dict) else enumerate(names))
    # Anything else may be a bomb of references, which would be written out.
    if not all(isinstance(name, str | int) for _, name in numbered):
        raise ValueError("names are words")
    # YOLO has no background: its first class is 0.
    return ((int(number) + 1, str(name)) for number, name in numbered)


_READERS: dict[str, Callable[[str], Iterable[tuple[int, str]]]] = {
    "classes.csv": _of_table,
    "_classes.csv": _of_table,
    "classes.json": _of_training,
    "dataset.json": _of_nnunet,
    "classes.txt": _of_lines,
    "class_names.txt": _of_lines,
    "labelmap.txt": _of_lines,
    "data.yaml": _of_yolo,
}
