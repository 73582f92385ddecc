"""Saved masks of a task as the files that other tools read, in a zip with `provenance.json`.

The formats themselves are in `core.formats`; here is what lies where in the zip. Only a DICOM segmentation
carries what its source says about the patient: the standard demands it, and whoever offers it says so first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from core.registry.predictors import Predictors
from core.watching import OnProgress, untold
from core.workflows.export.class_names import classes_of
from core.workflows.export.mask_files import ONE_EACH, OneEach
from core.workflows.export.packing import Archive, Export, Packer, Selection, is_kept_out, pack
from core.workflows.export.set_files import Coco, Measures, Pictures, Yolo, yolo_splits
from core.workflows.export.training_files import ROOT, TrainingSet
from core.workspace import Workspace

Format = Literal["training", "png", "indexed_png", "tiff", "nifti", "dicom_seg", "coco", "yolo", "measures"]
FORMATS: tuple[Format, ...] = get_args(Format)


def export_files(
    workspace: Workspace,
    selection: Selection,
    written_as: Format,
    *,
    predictors: Predictors | None = None,
    path: Path | None = None,
    on_progress: OnProgress = untold,
) -> Export:
    """Write the zip on disk, one image at a time; what was at that path is replaced once it is complete.

    Args:
        predictors: Loaded models, for the Dice to the prediction in "measures".
        path: Where to; None for the workspace's `exports/`.
        on_progress: Called with images done and all images.

    Raises:
        StoreError: Nothing is saved or approved yet, no image could be exported, or the disk is full.
    """
    slug = workspace.tasks.get_by_id(selection.task_id).slug
    target = path or workspace.folder("exports") / f"{slug}_{written_as}.zip"
    chosen = selection.of(workspace)
    classes = classes_of(workspace, selection.task_id)
    if written_as == "training":
        # Test first: a picture that is there twice stays in test, and is left out of train.
        chosen.sort(key=lambda each: not is_kept_out(each[0]))

    def begin(archive: Archive) -> Packer:
        if written_as == "training":
            return TrainingSet(workspace, archive, selection.task_id, classes)
        if written_as in ("coco", "yolo"):
            pictures = Pictures(workspace, archive, selection.task_id)
            if written_as == "coco":
                return Coco(archive, classes, pictures)
            return Yolo(archive, classes, pictures, yolo_splits([image for image, _ in chosen]))
        if written_as == "measures":
            return Measures(workspace, archive, classes, predictors or Predictors())
        revisions = {image.id: revision for image, revision in chosen}
        return OneEach(workspace, archive, classes, revisions, ONE_EACH[written_as])

    return pack(
        workspace,
        selection,
        chosen,
        target,
        begin,
        root=ROOT if written_as == "training" else f"{slug}_{written_as}",
        written_as=written_as,
        on_progress=on_progress,
    )
