"""Saved masks of a task as the files that other tools read, in a zip with `provenance.json`.

The formats themselves are in `core.formats`; here is what lies where in the zip. Only a DICOM segmentation
carries what its source says about the patient: the standard demands it, and whoever offers it says so first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from core.registry.predictors import Predictors
from core.workflows.export.class_names import classes_of
from core.workflows.export.export_masks import Export, export_masks, splits_of
from core.workflows.export.mask_files import ONE_EACH, OneEach
from core.workflows.export.packing import (
    Archive,
    OnProgress,
    Packer,
    Selection,
    pack,
)
from core.workflows.export.set_files import Coco, Measures, Pictures, Yolo
from core.workspace import Workspace

Format = Literal["training", "png", "indexed_png", "tiff", "nifti", "dicom_seg", "coco", "yolo", "measures"]
FORMATS: tuple[Format, ...] = get_args(Format)
_VAL_PART = 0.2


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
        if written_as in ("coco", "yolo"):
            pictures = Pictures(workspace, archive, selection.task_id)
            if written_as == "coco":
                return Coco(archive, classes, pictures)
            splits = splits_of([image for image, _ in chosen], _VAL_PART, 0)
            return Yolo(archive, classes, pictures, splits)
        if written_as == "measures":
            return Measures(workspace, archive, classes, predictors or Predictors())
        revisions = {image.id: revision for image, revision in chosen}
        return OneEach(workspace, archive, classes, revisions, ONE_EACH[written_as])

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
    return Export(target, len(chosen) - len(lost), 0, 0, lost, tuple(dict.fromkeys(lost)))
