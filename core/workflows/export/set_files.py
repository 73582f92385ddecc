"""Saved masks of a task as one set: COCO's and YOLO's with the pictures, and a table of measures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.cards import MaskClass
from core.datasets.split import draw_groups
from core.files import csv_bytes
from core.formats.coco import CocoWriter
from core.formats.yolo import yolo_labels
from core.imaging.decode import DecodedImage
from core.registry.decoded import decode
from core.registry.predictors import Predictors
from core.workflows.correct.pictures import window_of_task
from core.workflows.export.export_names import UniqueStems, name_of
from core.workflows.export.measures_table import MEASURE_COLUMNS, measure_rows
from core.workflows.export.packing import Archive, is_kept_out, picture_of_image
from core.workspace import ImageRow, RevisionRow, Workspace

_VAL_PART = 0.2


class Pictures:
    """The images themselves, under names that are safe and unique."""

    def __init__(self, workspace: Workspace, archive: Archive, task_id: int) -> None:
        self._workspace = workspace
        self._archive = archive
        self._window = window_of_task(workspace, task_id)
        self._stems = UniqueStems()

    def add(self, image: ImageRow, folder: str, decoded: DecodedImage | None = None) -> str:
        """Write one, whose values may be known already; its name in that folder."""
        data = self._workspace.files.read(image.file)
        decoded = decoded or decode(self._workspace, image)
        content, suffix = picture_of_image(data, decoded, image, self._window)
        name = f"{self._stems.take(name_of(image))}{suffix}"
        self._archive.write(f"{folder}/{name}", content)
        return name


class Coco:
    """`annotations.json` beside the pictures that it names."""

    def __init__(self, archive: Archive, classes: tuple[MaskClass, ...], pictures: Pictures) -> None:
        self._archive = archive
        self._pictures = pictures
        self._coco = CocoWriter([each.name for each in classes])

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        """Take a mask in."""
        self._coco.add(self._pictures.add(image, "images"), mask)

    def finish(self) -> Sequence[str]:
        """Write what is told of all of them."""
        self._archive.write("annotations.json", self._coco.to_json().encode())
        return ()


@dataclass(frozen=True)
class Yolo:
    """`images/` and `labels/` with a folder for each split, and `data.yaml`; locked images are test."""

    archive: Archive
    classes: tuple[MaskClass, ...]
    pictures: Pictures
    splits: dict[int, str]
    """By image id, as `yolo_splits` has them."""

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        """Take a mask in."""
        split = self.splits[image.id]
        labels = yolo_labels(mask)
        name = self.pictures.add(image, f"images/{split}")
        self.archive.write(f"labels/{split}/{name.rpartition('.')[0]}.txt", labels.encode())

    def finish(self) -> Sequence[str]:
        """Write what is told of all of them."""
        there = set(self.splits.values())
        # Trainers insist on both; where one is empty, the other stands for it, as their own examples do.
        train = "train" if "train" in there else "test"
        val = "val" if "val" in there else train
        lines = [f"train: images/{train}", f"val: images/{val}"]
        lines += ["test: images/test"] if "test" in there else []
        # JSON's strings are YAML's.
        names = [
            f"  {index}: {json.dumps(each.name, ensure_ascii=False)}"
            for index, each in enumerate(self.classes)
        ]
        self.archive.write("data.yaml", "\n".join([*lines, "names:", *names, ""]).encode())
        return ()


def yolo_splits(images: Sequence[ImageRow]) -> dict[int, str]:
    """Locked and gold images are test; of the others whole groups are set aside for val; one stays."""
    free = [image.group_id for image in images if not is_kept_out(image)]
    aside = draw_groups(free, _VAL_PART, 0) if len(set(free)) > 1 else set()
    return {
        image.id: "test" if is_kept_out(image) else "val" if image.group_id in aside else "train"
        for image in images
    }


@dataclass
class Measures:
    """`measures.csv`, a row for each class of each image."""

    workspace: Workspace
    archive: Archive
    classes: tuple[MaskClass, ...]
    predictors: Predictors
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        """Take a mask in."""
        self.rows += measure_rows(self.workspace, image, revision, mask, self.classes, self.predictors)

    def finish(self) -> Sequence[str]:
        """Write what is told of all of them."""
        self.archive.write("measures.csv", csv_bytes([MEASURE_COLUMNS, *self.rows]))
        return ()
