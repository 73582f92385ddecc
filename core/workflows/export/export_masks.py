"""All saved masks of a task as a zip in the training layout, so that `train.py` runs on it.

Locked images become the test split. Where images have labels, `labels.csv` names them, as
`train.py --task classify` reads it. Pictures go out as they came in, except DICOM files and Hounsfield units:
those become PNG, which holds no patient fields. Built on disk, one image at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets.signs import pixel_hash
from core.datasets.split import draw_groups
from core.files import csv_bytes
from core.language.sentence import Sentence
from core.registry.decoded import decode
from core.workflows.correct import pictures
from core.workflows.export.class_names import classes_json, classes_of
from core.workflows.export.export_names import UniqueStems, name_of
from core.workflows.export.packing import (
    Archive,
    LeftOutError,
    OnProgress,
    Selection,
    Which,
    pack,
    picture_of_image,
    picture_of_mask,
)
from core.workspace import ImageRow, RevisionRow, Workspace

ROOT = "dataset"
_COLUMNS = (
    *("split", "image", "group", "original_name"),
    *("revision", "who", "when", "threshold", "seconds", "frame"),
)
_LABEL_COLUMNS = ("image", "split", "label", "original_name", "revision", "who", "when", "frame")


@dataclass(frozen=True)
class Export:
    """What was written.

    Attributes:
        num_train: Images in train.
        num_val: Images in val, 0 for no such folder.
        num_test: Images in test, 0 for no such folder.
        lost: What could not be exported since a file is gone or damaged, one sentence each.
        notes: Plain sentences for the person, those of `lost` first.
    """

    path: Path
    num_train: int
    num_val: int
    num_test: int
    lost: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def export_masks(
    workspace: Workspace,
    task_id: int,
    *,
    which: Which = "saved",
    image_id: int | None = None,
    who: str = "",
    val_part: float = 0.0,
    seed: int = 0,
    path: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Export:
    """Write the zip; what was at that path before is replaced once the new one is complete.

    Args:
        which: All masks that count, or the approved ones alone.
        image_id: One image alone, None for all.
        who: Who takes them away.
        val_part: Part of the images that are not locked for `val/`, in [0, 1); 0 leaves the split to
            `train.py`.
        seed: Of that part.
        path: Where to; None for the workspace's `exports/<task>.zip`.
        on_progress: Called with images done and all images.

    Raises:
        StoreError: Nothing is saved yet, or the disk is full.
        ValueError: A part outside [0, 1).
    """
    if not 0.0 <= val_part < 1.0:
        raise ValueError(f"the part for validation lies in [0, 1), got {val_part}")
    selection = Selection(task_id, which, image_id, who)
    # Test first: a picture that is there twice stays in test, and is left out of train.
    chosen = sorted(selection.of(workspace), key=lambda each: not _is_kept_out(each[0]))
    splits = splits_of([image for image, _ in chosen], val_part, seed)
    target = path or workspace.folder("exports") / f"{workspace.tasks.get_by_id(task_id).slug}.zip"
    writers: list[_Writer] = []

    def begin(archive: Archive) -> _Writer:
        writers.append(_Writer(workspace, archive, task_id, splits))
        return writers[0]

    lost = pack(
        workspace, selection, chosen, target, begin, root=ROOT, written_as="training", on_progress=on_progress
    )
    counts = writers[0].counts
    return Export(target, counts["train"], counts["val"], counts["test"], lost, (*lost, *writers[0].notes))


class _Writer:
    """Puts pairs into the zip; knows which names and pictures it holds."""

    def __init__(self, workspace: Workspace, archive: Archive, task_id: int, splits: dict[int, str]) -> None:
        self.counts = {"train": 0, "val": 0, "test": 0}
        self.notes: list[str] = []
        self._workspace = workspace
        self._archive = archive
        self._splits = splits
        self._classes = classes_of(workspace, task_id)
        self._window = pictures.window_of_task(workspace, task_id)
        self._labels = workspace.labels.latest_of_task(task_id)
        self._stems = UniqueStems()
        self._split_of_pixels: dict[str, tuple[str, str]] = {}
        self._rows: list[tuple[object, ...]] = []
        self._label_rows: list[tuple[object, ...]] = []

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        """Write an image and its mask."""
        split = self._splits[image.id]
        data = self._workspace.files.read(image.file)
        decoded = decode(self._workspace, image)
        known_split, known_name = self._split_of_pixels.setdefault(pixel_hash(decoded), (split, image.name))
        if known_split != split:
            twin = Sentence(
                "{image} is the same picture as {known_name} in {known_split}, so it was left out.",
                image=image.name,
                known_name=known_name,
                known_split=known_split,
            )
            self.notes.append(twin)
            raise LeftOutError(twin)
        stem = self._stems.take(name_of(image))
        content, suffix = picture_of_image(data, decoded, image, self._window)
        self._archive.write(f"{split}/images/{stem}{suffix}", content)
        self._archive.write(f"{split}/masks/{stem}.png", picture_of_mask(mask, len(self._classes)))
        self.counts[split] += 1
        when = revision.created_at.isoformat(timespec="seconds")
        self._rows.append(
            (
                split,
                f"{stem}{suffix}",
                image.group_id,
                image.name,
                revision.number,
                revision.who,
                when,
                revision.threshold,
                revision.seconds,
                image.frame,
            )
        )

        label = self._labels.get(image.id)
        if label is not None:
            when = label.created_at.isoformat(timespec="seconds")
            self._label_rows.append(
                (
                    *(f"{stem}{suffix}", split, label.label, image.name),
                    *(label.number, label.who, when, image.frame),
                )
            )

    def finish(self) -> None:
        """Where each mask comes from, and each label where there are any, as CSV; classes as JSON."""
        self._archive.write("masks.csv", csv_bytes([_COLUMNS, *self._rows]))
        if len(self._classes) > 1:
            self._archive.write("classes.json", classes_json(self._classes))
        if not self._label_rows:
            return
        self._archive.write("labels.csv", csv_bytes([_LABEL_COLUMNS, *self._label_rows]))
        without = len(self._rows) - len(self._label_rows)
        if without:
            self.notes.append(
                Sentence(
                    "{without} of {total} images have no label, so train.py --task classify refuses "
                    "them; label them first, or take them out of the zip.",
                    without=without,
                    total=len(self._rows),
                )
            )


def splits_of(images: Sequence[ImageRow], val_part: float, seed: int) -> dict[int, str]:
    """Locked and gold images are test; of the others whole groups are set aside for val; one stays."""
    free = [image.group_id for image in images if not _is_kept_out(image)]
    aside = draw_groups(free, val_part, seed) if val_part and len(set(free)) > 1 else set()
    return {
        image.id: "test" if _is_kept_out(image) else "val" if image.group_id in aside else "train"
        for image in images
    }


def _is_kept_out(image: ImageRow) -> bool:
    return image.locked or image.gold_revision_id is not None
