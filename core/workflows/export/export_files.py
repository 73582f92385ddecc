"""Saved masks of a task as the files that other tools read, in a zip with `provenance.json`.

The formats themselves are in `core.formats`; here is what lies where in the zip. Only a DICOM segmentation
carries what its source says about the patient: the standard demands it, and whoever offers it says so first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.cards import MaskClass
from core.errors import BadFileError
from core.files import csv_bytes
from core.formats.coco import CocoWriter
from core.formats.indexed import indexed_png, mask_tiff
from core.formats.volume import stack_tiff
from core.formats.yolo import yolo_labels
from core.imaging.class_table import UNDEFINED
from core.imaging.dicom_file import is_dicom
from core.registry.predictors import Predictors
from core.workflows.correct import pictures
from core.workflows.correct.slices import geometry_of
from core.workflows.export.class_names import classes_of
from core.workflows.export.export_masks import Export, export_masks, splits_of
from core.workflows.export.export_names import UniqueStems
from core.workflows.export.measures_table import MEASURE_COLUMNS, measure_rows
from core.workflows.export.packing import (
    Archive,
    OnProgress,
    Packer,
    Selection,
    pack,
    picture_of_image,
    picture_of_mask,
    window_of_task,
)
from core.workflows.export.provenance import program_version
from core.workflows.export.volume import VolumeMasks, volume_masks, volume_nifti
from core.workspace import ImageRow, RevisionRow, Workspace
from core.workspace.classes import places

Format = Literal["training", "png", "indexed_png", "tiff", "nifti", "dicom_seg", "coco", "yolo", "measures"]
FORMATS: tuple[Format, ...] = get_args(Format)
_VAL_PART = 0.2

Write = Callable[[Workspace, VolumeMasks, tuple[MaskClass, ...]], bytes]


def export_files(
    workspace: Workspace,
    selection: Selection,
    written_as: Format,
    *,
    predictors: Predictors | None = None,
    path: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Export:
    """Write the zip; what was at that path before is replaced once the new one is complete.

    Args:
        workspace: The store.
        selection: Which masks.
        written_as: The format.
        predictors: Loaded models, for the Dice to the prediction in "measures".
        path: Where to; None for the workspace's `exports/`.
        on_progress: Called with images done and all images.

    Raises:
        StoreError: Nothing is saved or approved yet, no image could be exported, or the disk is full.
    """
    slug = workspace.tasks.get_by_id(selection.task_id).slug
    target = path or workspace.folder("exports") / f"{slug}_{written_as}.zip"
    if written_as == "training":
        return export_masks(
            workspace,
            selection.task_id,
            which=selection.which,
            image_id=selection.image_id,
            who=selection.who,
            path=target,
            on_progress=on_progress,
        )
    chosen = selection.of(workspace)
    classes = classes_of(workspace, selection.task_id)

    def begin(archive: Archive) -> Packer:
        if written_as == "coco":
            return _Coco(workspace, archive, classes, selection.task_id)
        if written_as == "yolo":
            splits = splits_of([image for image, _ in chosen], _VAL_PART, 0)
            return _Yolo(workspace, archive, classes, selection.task_id, splits)
        if written_as == "measures":
            return _Measures(workspace, archive, classes, predictors or Predictors())
        revisions = {image.id: revision for image, revision in chosen}
        return _OneEach(workspace, archive, classes, revisions, _ONE_EACH[written_as])

    lost = pack(
        workspace,
        selection,
        chosen,
        target,
        begin,
        root=f"{slug}_{written_as}",
        written_as=written_as,
        on_progress=on_progress,
    )
    return Export(target, len(chosen) - len(lost), 0, 0, lost, lost)


class _OneEach:
    """One file for each mask, or for each stack where the format holds volumes."""

    def __init__(
        self,
        workspace: Workspace,
        archive: Archive,
        classes: tuple[MaskClass, ...],
        revisions: Mapping[int, RevisionRow],
        form: _Form,
    ) -> None:
        self._workspace = workspace
        self._archive = archive
        self._classes = classes
        self._revisions = revisions
        self._form = form
        self._stems = UniqueStems()
        self._stacks: set[str] = set()

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        if self._form.holds_volumes and image.stack is not None:
            if image.stack in self._stacks:
                return
            volume = volume_masks(self._workspace, image, self._revisions)
            in_places = places(self._workspace.tasks.get_by_id(image.task_id).classes)
            volume = replace(volume, masks=in_places[volume.masks])
            self._stacks.add(image.stack)
        else:
            volume = VolumeMasks((image,), mask[None], 1, geometry_of(self._workspace, image))
        content = self._form.write(self._workspace, volume, self._classes)
        stem = self._stems.take(image.name.removesuffix(".gz"))
        self._archive.write(f"masks/{stem}{self._form.suffix}", content)

    def finish(self) -> None:
        names = ["background", *(each.name for each in self._classes)]
        rows = [(index, name) for index, name in enumerate(names)]
        self._archive.write("classes.csv", csv_bytes([("value", "name"), *rows, (UNDEFINED, "undecided")]))


def _png(workspace: Workspace, volume: VolumeMasks, classes: tuple[MaskClass, ...]) -> bytes:
    return picture_of_mask(volume.masks[0], len(classes))


def _indexed(workspace: Workspace, volume: VolumeMasks, classes: tuple[MaskClass, ...]) -> bytes:
    return indexed_png(volume.masks[0], [(0, 0, 0), *(each.colour for each in classes)])


def _tiff(workspace: Workspace, volume: VolumeMasks, classes: tuple[MaskClass, ...]) -> bytes:
    if len(volume.masks) > 1:
        return stack_tiff(volume.masks, volume.geometry)
    size = volume.geometry
    return mask_tiff(volume.masks[0], spacing_mm=None if size is None else (size.row_mm, size.column_mm))


def _nifti(workspace: Workspace, volume: VolumeMasks, classes: tuple[MaskClass, ...]) -> bytes:
    return volume_nifti(workspace, volume)


def _dicom_seg(workspace: Workspace, volume: VolumeMasks, classes: tuple[MaskClass, ...]) -> bytes:
    # Imported late: it takes longest of all formats.
    from core.formats.dicom_seg import mask_dicom_seg

    names, images = [each.name for each in classes], volume.images
    one_file = len({each.file for each in images}) == 1
    sources = [workspace.files.read(each.file) for each in (images[:1] if one_file else images)]
    if not all(is_dicom(data) for data in sources):
        raise BadFileError(
            images[0].name, "is no DICOM file, and a DICOM segmentation refers to one; take another format."
        )
    masks = volume.masks
    if one_file and len(images) > 1:
        # In the order of the file's frames, which is not that in which they are looked at.
        masks = masks[np.argsort([each.frame for each in images])]
    return mask_dicom_seg(sources, masks, names, name=images[0].name, version=program_version())


@dataclass(frozen=True)
class _Form:
    """A format of one file for each mask."""

    suffix: str
    write: Write
    holds_volumes: bool = False


_ONE_EACH: dict[Format, _Form] = {
    "png": _Form(".png", _png),
    "indexed_png": _Form(".png", _indexed),
    "tiff": _Form(".tif", _tiff, holds_volumes=True),
    "nifti": _Form(".nii.gz", _nifti, holds_volumes=True),
    "dicom_seg": _Form(".dcm", _dicom_seg, holds_volumes=True),
}


class _Coco:
    """`annotations.json` beside the pictures that it names."""

    def __init__(
        self, workspace: Workspace, archive: Archive, classes: tuple[MaskClass, ...], task_id: int
    ) -> None:
        self._archive = archive
        self._pictures = _Pictures(workspace, archive, task_id)
        self._coco = CocoWriter([each.name for each in classes])

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        self._coco.add(self._pictures.add(image, "images"), mask)

    def finish(self) -> None:
        self._archive.write("annotations.json", self._coco.to_json().encode())


class _Yolo:
    """`images/` and `labels/` with a folder for each split, and `data.yaml`; locked images are test."""

    def __init__(
        self,
        workspace: Workspace,
        archive: Archive,
        classes: tuple[MaskClass, ...],
        task_id: int,
        splits: dict[int, str],
    ) -> None:
        self._archive = archive
        self._classes = classes
        self._splits = splits
        self._pictures = _Pictures(workspace, archive, task_id)

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        split = self._splits[image.id]
        labels = yolo_labels(mask)
        name = self._pictures.add(image, f"images/{split}")
        self._archive.write(f"labels/{split}/{name.rpartition('.')[0]}.txt", labels.encode())

    def finish(self) -> None:
        there = set(self._splits.values())
        # Trainers insist on both; where one is empty, the other stands for it, as their own examples do.
        train = "train" if "train" in there else "test"
        val = "val" if "val" in there else train
        lines = [f"train: images/{train}", f"val: images/{val}"]
        lines += ["test: images/test"] if "test" in there else []
        # JSON's strings are YAML's.
        names = [
            f"  {index}: {json.dumps(each.name, ensure_ascii=False)}"
            for index, each in enumerate(self._classes)
        ]
        self._archive.write("data.yaml", "\n".join([*lines, "names:", *names, ""]).encode())


class _Measures:
    """`measures.csv`, a row for each class of each image."""

    def __init__(
        self,
        workspace: Workspace,
        archive: Archive,
        classes: tuple[MaskClass, ...],
        predictors: Predictors,
    ) -> None:
        self._workspace = workspace
        self._archive = archive
        self._classes = classes
        self._predictors = predictors
        self._rows: list[tuple[object, ...]] = []

    def add(self, image: ImageRow, revision: RevisionRow, mask: NDArray[np.uint8]) -> None:
        self._rows += measure_rows(self._workspace, image, revision, mask, self._classes, self._predictors)

    def finish(self) -> None:
        # With the mark by which Excel knows that it is UTF-8.
        content = b"\xef\xbb\xbf" + csv_bytes([MEASURE_COLUMNS, *self._rows])
        self._archive.write("measures.csv", content)


class _Pictures:
    """The images themselves, under names that are safe and unique."""

    def __init__(self, workspace: Workspace, archive: Archive, task_id: int) -> None:
        self._workspace = workspace
        self._archive = archive
        self._window = window_of_task(workspace, task_id)
        self._stems = UniqueStems()

    def add(self, image: ImageRow, folder: str) -> str:
        """Write one; its name in that folder."""
        data = self._workspace.files.read(image.file)
        decoded = pictures.decode(self._workspace, image)
        content, suffix = picture_of_image(data, decoded, image, self._window)
        name = f"{self._stems.take(image.name)}{suffix}"
        self._archive.write(f"{folder}/{name}", content)
        return name
