"""All saved masks of a task in the training layout, so that `train.py` runs on it.

Locked images become the test split. Where images have labels, `labels.csv` names them, as
`train.py --task classify` reads it. Pictures go out as they came in, except DICOM files and Hounsfield units:
those become PNG, which holds no patient fields.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.cards import MaskClass
from core.datasets.signs import pixel_hash
from core.files import csv_bytes
from core.language.sentence import Sentence
from core.registry.decoded import decode
from core.workflows.export.class_names import classes_json
from core.workflows.export.packing import Archive, LeftOutError, is_kept_out, picture_of_mask
from core.workflows.export.set_files import Pictures
from core.workspace import ImageRow, RevisionRow, Workspace

ROOT = "dataset"
_COLUMNS = (
    *("split", "image", "group", "original_name"),
    *("revision", "who", "when", "threshold", "seconds", "frame"),
)
_LABEL_COLUMNS = ("image", "split", "label", "original_name", "revision", "who", "when", "frame")


class TrainingSet:
    """`train/` and `test/` with images and masks, and what is told of each; knows which pictures it holds."""

    def __init__(
        self, workspace: Workspace, archive: Archive, task_id: int, classes: tuple[MaskClass, ...]
    ) -> None:
        self._workspace = workspace
        self._archive = archive
        self._classes = classes
        self._pictures = Pictures(workspace, archive, task_id)
        self._labels = workspace.labels.latest_of_task(task_id)
        self._split_of_pixels: dict[str, tuple[str, str]] = {}
        self._rows: list[tuple[object, ...]] = []
        self._label_rows: list[tuple[object, ...]] = []

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        """Write an image and its mask."""
        split = "test" if is_kept_out(image) else "train"
        decoded = decode(self._workspace, image)
        known_split, known_name = self._split_of_pixels.setdefault(pixel_hash(decoded), (split, image.name))
        if known_split != split:
            raise LeftOutError(
                "{image} is the same picture as {known_name} in {known_split}, so it was left out.",
                image=image.name,
                known_name=known_name,
                known_split=known_split,
            )
        name = self._pictures.add(image, f"{split}/images", decoded)
        stem = name.rpartition(".")[0]
        self._archive.write(f"{split}/masks/{stem}.png", picture_of_mask(mask, len(self._classes)))
        when = revision.created_at.isoformat(timespec="seconds")
        self._rows.append(
            (
                *(split, name, image.group_id, image.name),
                *(revision.number, revision.who, when, revision.threshold, revision.seconds, image.frame),
            )
        )
        label = self._labels.get(image.id)
        if label is not None:
            when = label.created_at.isoformat(timespec="seconds")
            self._label_rows.append(
                (name, split, label.label, image.name, label.number, label.who, when, image.frame)
            )

    def finish(self) -> Sequence[str]:
        """Where each mask comes from, and each label where there are any, as CSV; classes as JSON."""
        self._archive.write("masks.csv", csv_bytes([_COLUMNS, *self._rows]))
        if len(self._classes) > 1:
            self._archive.write("classes.json", classes_json(self._classes))
        if not self._label_rows:
            return ()
        self._archive.write("labels.csv", csv_bytes([_LABEL_COLUMNS, *self._label_rows]))
        without = len(self._rows) - len(self._label_rows)
        if not without:
            return ()
        told = Sentence(
            "{without} of {total} images have no label, so train.py --task classify refuses "
            "them; label them first, or take them out of the zip.",
            without=without,
            total=len(self._rows),
        )
        return (told,)
