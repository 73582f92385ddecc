"""The corrected images of a task as a folder in the training layout, for an experiment on them.

Only images that are not locked, each with its newest mask: locked ones are for comparing versions and would
be used up by looking at them here. A part becomes validation; images of one group stay on one side.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath

from core.datasets.grouped_data import read_grouped, with_validation
from core.datasets.layout import images_dir, masks_dir
from core.errors import JobError, StoreError
from core.workflows.export.class_names import training_table
from core.workflows.export.export_files import export_files
from core.workflows.export.packing import Selection
from core.workflows.export.training_files import ROOT
from core.workspace import Workspace

VAL_PART = 0.25
FEWEST_IMAGES = 4
"""Three to train on and one to score: below, an experiment says nothing."""


def export_training(workspace: Workspace, task_id: int, root: Path) -> Path:
    """Write `root/{train,val}/{images,masks}`, equal images equally split; what stood there is replaced.

    Returns:
        `root`.

    Raises:
        JobError: There are fewer than `FEWEST_IMAGES` corrected images that are not locked, or too few are
            different pictures.
        StoreError: Nothing is saved yet, a file is gone, or the disk is full.
    """
    usable = workspace.truth.num_counting(task_id, "free")
    if usable < FEWEST_IMAGES:
        raise _too_few(usable)
    with workspace.plain_errors():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        packed = root / "all.zip"
        export = export_files(workspace, Selection(task_id), "training", path=packed)
        if export.lost:
            # An experiment on fewer images than were counted would answer another question.
            raise StoreError(export.lost[0])
        _unpack_train(packed, root)
        packed.unlink()
        data = read_grouped(root, classes=training_table(workspace, task_id))
        if len(data.pairs_of["train"]) < FEWEST_IMAGES:
            raise _too_few(len(data.pairs_of["train"]))
        _, validation = with_validation(data, VAL_PART, 0)
        for folder in (images_dir, masks_dir):
            folder(root, "val").mkdir(parents=True)
        for pair in validation:
            pair.image_path.rename(images_dir(root, "val") / pair.image_path.name)
            pair.mask_path.rename(masks_dir(root, "val") / pair.mask_path.name)
    return root


def _unpack_train(packed: Path, root: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        for name in archive.namelist():
            parts = PurePosixPath(name).parts
            if parts[:2] == (ROOT, "train"):
                # The names are our own exporter's, safe on every system.
                target = root.joinpath(*parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))


def _too_few(count: int) -> JobError:
    return JobError(
        "This task has {count} corrected images that are not locked; an experiment needs at "
        "least {fewest_images}, so correct a few more or give it a folder of images with "
        "masks.",
        count=count,
        fewest_images=FEWEST_IMAGES,
    )
