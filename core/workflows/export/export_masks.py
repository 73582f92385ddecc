"""All saved masks of a task as a zip in the training layout, so that `train.py` runs on it.

Locked images become the test split. Where images have labels, `labels.csv` names them, as
`train.py --task classify` reads it. Pictures go out as they came in, except DICOM files and Hounsfield units:
those become PNG, which holds no patient fields. Built on disk, one image at a time.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from core.datasets.matching import SUFFIXES
from core.datasets.signs import pixel_hash
from core.datasets.split import draw_groups
from core.errors import BadFileError, StoreError
from core.files import csv_bytes
from core.imaging.decode import DecodedImage, decode_image
from core.imaging.dicom_file import is_dicom
from core.imaging.intensity import to_display
from core.imaging.masks import encode_png
from core.registry.predictions import card_of
from core.workflows.correct import pictures
from core.workflows.export.export_names import UniqueStems
from core.workspace import ImageRow, RevisionRow, Workspace

ROOT = "dataset"
_COLUMNS = ("split", "image", "group", "original_name", "revision", "who", "when", "threshold", "seconds")
_LABEL_COLUMNS = ("image", "split", "label", "original_name", "revision", "who", "when")


@dataclass(frozen=True)
class Export:
    """What was written.

    Attributes:
        path: The zip.
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
    val_part: float = 0.0,
    seed: int = 0,
    path: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Export:
    """Write the zip; what was at that path before is replaced once the new one is complete.

    Args:
        workspace: The store.
        task_id: The task.
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
    task = workspace.tasks.get_by_id(task_id)
    revisions = workspace.truth.of_task(task_id)
    images = [image for image in workspace.images.list(task_id) if image.id in revisions]
    if not images:
        raise StoreError(f"No mask of the task {task.title} is saved yet; save one first.")
    target = path or workspace.folder("exports") / f"{task.slug}.zip"
    lost: list[str] = []
    with workspace.plain_errors():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as archive:
                writer = _Writer(workspace, archive, task_id)
                splits = _splits(images, val_part, seed)
                # Test first: a picture that is there twice stays in test, and is left out of train.
                for done, image in enumerate(sorted(images, key=lambda each: not each.locked), start=1):
                    try:
                        writer.add(splits[image.id], image, revisions[image.id])
                    except (StoreError, BadFileError) as error:
                        lost.append(f"{image.name} was left out: {error}")
                    if on_progress is not None:
                        on_progress(done, len(images))
                writer.write_tables()
            os.replace(part, target)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    counts = writer.counts
    return Export(target, counts["train"], counts["val"], counts["test"], tuple(lost), (*lost, *writer.notes))


class _Writer:
    """Puts pairs into the zip; knows which names and pictures it holds."""

    def __init__(self, workspace: Workspace, archive: zipfile.ZipFile, task_id: int) -> None:
        self.counts = {"train": 0, "val": 0, "test": 0}
        self.notes: list[str] = []
        self._workspace = workspace
        self._archive = archive
        self._window = _window(workspace, task_id)
        self._labels = workspace.labels.latest_of_task(task_id)
        self._stems = UniqueStems()
        self._split_of_pixels: dict[str, tuple[str, str]] = {}
        self._rows: list[tuple[object, ...]] = []
        self._label_rows: list[tuple[object, ...]] = []

    def add(self, split: str, image: ImageRow, revision: RevisionRow) -> None:
        """Write an image and its mask."""
        data = self._workspace.files.read(image.file)
        decoded = decode_image(data, image.name)
        # All that may be gone or damaged is read before anything is written or taken for known.
        mask = decode_image(self._workspace.masks.read_mask_png(revision), f"mask of {image.name}").values
        known_split, known_name = self._split_of_pixels.setdefault(pixel_hash(decoded), (split, image.name))
        if known_split != split:
            self.notes.append(
                f"{image.name} is the same picture as {known_name} in {known_split}, so it was left out."
            )
            return
        stem = self._stems.take(image.name)
        content, suffix = _exported(data, decoded, image, self._window)
        self._archive.writestr(f"{ROOT}/{split}/images/{stem}{suffix}", content)
        self._archive.writestr(f"{ROOT}/{split}/masks/{stem}.png", encode_png(np.asarray(mask != 0)))
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
            )
        )

        label = self._labels.get(image.id)
        if label is not None:
            when = label.created_at.isoformat(timespec="seconds")
            self._label_rows.append(
                (f"{stem}{suffix}", split, label.label, image.name, label.number, label.who, when)
            )

    def write_tables(self) -> None:
        """Where each mask comes from, and each label where there are any, as CSV."""
        self._archive.writestr(f"{ROOT}/masks.csv", csv_bytes([_COLUMNS, *self._rows]))
        if not self._label_rows:
            return
        self._archive.writestr(f"{ROOT}/labels.csv", csv_bytes([_LABEL_COLUMNS, *self._label_rows]))
        without = len(self._rows) - len(self._label_rows)
        if without:
            self.notes.append(
                f"{without} of {len(self._rows)} images have no label, so train.py --task classify refuses "
                "them; label them first, or take them out of the zip."
            )


def _splits(images: list[ImageRow], val_part: float, seed: int) -> dict[int, str]:
    """Locked images are test; of the others whole groups are set aside for val, and one group stays."""
    free = [image.group_id for image in images if not image.locked]
    aside = draw_groups(free, val_part, seed) if val_part and len(set(free)) > 1 else set()
    return {
        image.id: "test" if image.locked else "val" if image.group_id in aside else "train"
        for image in images
    }


def _exported(
    data: bytes, decoded: DecodedImage, image: ImageRow, window: pictures.Window | None
) -> tuple[bytes, str]:
    suffix = PurePath(image.name).suffix.lower()
    if decoded.kind == "display" and not is_dicom(data) and suffix in SUFFIXES:
        return data, suffix
    if decoded.kind == "display" and decoded.shown is None and decoded.values.dtype in (np.uint8, np.uint16):
        return encode_png(decoded.values), ".png"
    return encode_png(to_display(decoded, window if decoded.kind == "hu" else None)), ".png"


def _window(workspace: Workspace, task_id: int) -> pictures.Window | None:
    current = workspace.versions.current(task_id)
    return pictures.window_of(None if current is None else card_of(workspace, current))
