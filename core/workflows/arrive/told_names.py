"""What the values of masks are called: by a file that came along, or by a DICOM segmentation itself.

Such files are `classes.csv` of an export and of Roboflow, `classes.json` as `train.py` reads it,
`dataset.json` and `labels.json` of nnU-Net (Isensee et al. 2021) and the Medical Segmentation Decathlon,
`classes.txt` and `data.yaml` of YOLO, `class_names.txt` and `label_names.txt` of labelme, tables of ITK-SNAP,
3D Slicer and FreeSurfer, and `labelmap.txt` of CVAT and `class_dict.csv` and `label_colors.txt` of CamVid,
which have colours too. They count for what lies in their folder; of several there the one that is called most
like a mask.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os.path import commonprefix
from typing import Any, NamedTuple

from core.datasets.set_table import column_called
from core.files import csv_rows
from core.imaging.class_table import UNDEFINED, UNDEFINED_NAME
from core.imaging.mask_files.outline_labels import plain_label
from core.imaging.readers.dicom_file import is_segmentation
from core.imaging.readers.dicom_segments import segment_names
from core.language.sentence import Sentence
from core.workflows.arrive.planned_file import PlannedFile
from core.workspace import TaskClass
from core.workspace.classes import LONGEST_NAME, MOST_CLASSES, free_colour

Names = Mapping[int, str]
NAMES_OF_CLASSES = Sentence("tells what the classes of masks are called")
Colours = Mapping[int, tuple[int, int, int]]
LACKING = MOST_CLASSES + 1
"""Stands for a class that a task does not have; no class has this value."""
_MOST_BYTES = 1_000_000
_COLOURED = re.compile(r"([^:]*):(\d+),(\d+),(\d+)(?::.*)?")
_COLOUR_FIRST = re.compile(r"(\d+)\s+(\d+)\s+(\d+)\s+(.+)")
# ITK-SNAP's numbers with a name behind them, or Slicer's and FreeSurfer's with a colour behind it.
_NUMBERED = re.compile(r'\s*(\d+)\s+(?:(?:[\d.]+\s+){6}"(.*)"|(.+?)(?:\s+[\d.]+){4})\s*')
_COLUMNS = [
    each.split() for each in ("value pixelvalue labelvalue", "name class", "r red", "g green", "b blue")
]
_UNDECIDED = frozenset(("undecided", UNDEFINED_NAME, *"ignore ignored void unlabeled unlabelled".split()))


def holds_names(path: str) -> bool:
    """Whether a file is called as one that tells names of classes."""
    return path.casefold().endswith(tuple(_READERS))


class Said(NamedTuple):
    """What a file says of masks: names and colours of their values; whether YOLO's lines are key points."""

    names: Names = {}
    colours: Colours = {}
    is_pose: bool = False


@dataclass
class ToldNames:
    """The names that came with an upload, by the folder of the file that tells them.

    Attributes:
        files: What each says, by its path.
        outlined: Labels of outlines, by what they are compared by; the first is 1 in a mask, the next 2.
    """

    files: dict[str, Said] = field(default_factory=dict)
    outlined: dict[str, str] = field(default_factory=dict)

    def note(self, row: PlannedFile, data: bytes) -> bool:
        """Read a file; whether it tells names. YOLO's outlines of an image that is called so do not."""
        path = row.path
        read = next((read for end, read in _READERS.items() if path.casefold().endswith(end)), None)
        if read is None or row.is_yolo or len(data) > _MOST_BYTES:
            return False
        try:
            names = dict(read(data.decode("utf-8-sig")))
        except (ValueError, KeyError, TypeError, AttributeError, csv.Error, RecursionError):
            return False
        if not names or not all(isinstance(each, str) for each in names.values()):
            return False
        coloured = {value: found for value, name in names.items() if (found := _COLOURED.fullmatch(name))}
        names |= {value: found[1] for value, found in coloured.items()}
        colours = {value: (int(each[2]), int(each[3]), int(each[4])) for value, each in coloured.items()}
        self.files[path] = Said(names, colours, is_pose=b"\nkpt_shape:" in b"\n" + data)
        return True

    def notes_on(self, row: PlannedFile) -> tuple[Sentence, ...]:
        """What is to be said of the names that a file told."""
        if not means_undecided(black := self.files[row.path].names.get(0, "")):
            return ()
        told = Sentence(
            "{file}: what it calls {name} is 0, or black, and counts as background.",
            file=row.name,
            name=black,
        )
        return (told,)

    def of(self, path: str, data: bytes = b"") -> Names:
        """The name of each value of a mask, of 0 (background) and undecided ones too; empty for none."""
        if is_segmentation(data):
            return segment_names(data)
        if path.casefold().endswith(".json"):
            return dict(enumerate(self.outlined.values(), 1))
        return self.said_for(path).names

    def values_of(self, labels: Sequence[str]) -> tuple[int, ...]:
        """What labels of outlines stand for, in all files of this upload."""
        for each in labels:
            self.outlined.setdefault(plain_label(each), each)
        places = list(self.outlined)
        return tuple(sorted({1 + places.index(plain_label(each)) for each in labels}))

    def in_order(self, path: str, data: bytes, classes: Sequence[TaskClass]) -> Sequence[TaskClass]:
        """The classes of a task as a mask has them, in the colours that came along; see `in_told_order`."""
        colours = self.said_for(path).colours
        ordered = in_told_order(self.of(path, data), classes)
        if ordered is classes or not colours:
            return ordered
        return [
            replace(each, colour=colours.get(value, each.colour)) for value, each in enumerate(ordered, 1)
        ]

    def said_for(self, path: str) -> Said:
        """What the nearest file says."""
        inside = (each for each in self.files if path.startswith(each[: each.rfind("/") + 1]))
        alike = max(
            ((each.count("/"), len(commonprefix((each, path))), each) for each in inside), default=None
        )
        return self.files[alike[2]] if alike else Said()


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
    value, name, *colour = (column_called(columns, each) or "" for each in _COLUMNS)
    if not value:
        coloured = (f"{row[name]}:{','.join(row[each].strip() for each in colour)}" for row in rows)
        return _of_lines("\n".join(coloured))
    return ((int(row[value]), row[name].strip()) for row in rows)


def _of_json(text: str) -> Iterable[tuple[int, str]]:
    said: Any = json.loads(text)
    if isinstance(said, list):
        return enumerate(name for each in said if plain_label(name := str(each["name"])) != UNDEFINED_NAME)
    # The older form has numbers as keys; a list is a region of several values, which names none of them.
    labels = said.get("labels", said).items()
    return ((int(key), value) if isinstance(value, str) else (int(value), key) for key, value in labels)


def _of_lines(text: str) -> Iterable[tuple[int, str]]:
    stripped = (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    lines = (_COLOUR_FIRST.sub(r"\4:\1,\2,\3", line) for line in stripped)
    names = sorted(lines, key=lambda line: not _is_black(line))
    first = names[0] if names else ""
    is_background = _is_black(first) or plain_label(first.partition(":")[0]) == "background"
    return enumerate(names, start=0 if is_background else 1)


def _is_black(line: str) -> bool:
    """Whether a name with a colour stands for the background, wherever in a list."""
    return ":0,0,0:" in f"{line}:"


def _of_numbered(text: str) -> Iterable[tuple[int, str]]:
    found = map(_NUMBERED.fullmatch, text.splitlines())
    return ((int(each[1]), each[2] or each[3]) for each in found if each)


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
    **dict.fromkeys(("classes.csv", "class_dict.csv", "class_dict_seg.csv", "colortable.csv"), _of_table),
    **dict.fromkeys(("classes.json", "dataset.json", "labels.json"), _of_json),
    **dict.fromkeys(("classes.txt", "class_names.txt", "label_names.txt"), _of_lines),
    **dict.fromkeys(("labelmap.txt", "label_colors.txt"), _of_lines),
    **dict.fromkeys((".label", ".ctbl", "lut.txt"), _of_numbered),
    **dict.fromkeys(("data.yaml", "dataset.yaml", "-pose.yaml"), _of_yolo),
}
