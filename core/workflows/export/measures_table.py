"""What is measured on the saved masks, as rows of a table: how large each class is, who drew it, and when."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.cards import MaskClass
from core.errors import AppError
from core.evaluation.scores import dice_of
from core.formats.measures import measure
from core.imaging.class_table import UNDEFINED
from core.registry.decoded import decode
from core.registry.predictions import kept_proposal
from core.registry.predictors import Predictors
from core.workflows.correct.slices import pixel_size
from core.workspace import ImageRow, RevisionRow, VersionRow, Workspace
from core.workspace.classes import places, reading_table

MEASURE_COLUMNS = (
    *("image", "frame", "class", "area_px", "area_mm2", "perimeter_px"),
    *("box_row", "box_col", "box_height", "box_width", "parts", "mean_grey", "dice_to_prediction"),
    *("who", "when", "threshold", "version", "revision"),
)


def measure_rows(
    workspace: Workspace,
    image: ImageRow,
    revision: RevisionRow,
    mask: NDArray[np.uint8],
    classes: tuple[MaskClass, ...],
    predictors: Predictors,
) -> list[tuple[object, ...]]:
    """A row for each class, as `MEASURE_COLUMNS` names them; None for what is not known.

    Args:
        mask: (H, W) uint8 of class indices, 255 where nobody decided.
        classes: Foreground classes, class 1 first.
    """
    values = decode(workspace, image).values
    size = pixel_size(workspace, image)
    version = None if revision.version_id is None else workspace.versions.get(revision.version_id)
    predicted = _predicted(workspace, image, revision, version, predictors)
    rows = []
    for index, each in enumerate(classes, start=1):
        region = mask == index
        found = measure(region, values, spacing_mm=None if size is None else (size.row_mm, size.column_mm))
        dice = None if predicted is None else dice_of(predicted == index, region, mask == UNDEFINED)
        rows.append(
            (
                *(image.name, image.frame, each.name, found.area_px),
                None if found.area_mm2 is None else float(f"{found.area_mm2:.9g}"),
                round(found.perimeter_px, 2),
                *(found.box or (None,) * 4),
                found.num_parts,
                None if found.mean_grey is None else round(found.mean_grey, 3),
                None if dice is None else round(dice, 4),
                *(revision.who, revision.created_at.isoformat(timespec="seconds"), revision.threshold),
                *(None if version is None else version.title, revision.number),
            )
        )
    return rows


def _predicted(
    workspace: Workspace,
    image: ImageRow,
    revision: RevisionRow,
    version: VersionRow | None,
    predictors: Predictors,
) -> NDArray[np.uint8] | None:
    """What the version under the mask proposed, by place; None where there is none that still runs."""
    if version is None:
        return None
    classes = workspace.tasks.get_by_id(image.task_id).all_classes
    try:
        proposed = kept_proposal(workspace, image, version, predictors).mask(revision.threshold)
        return places(classes)[reading_table(classes)[proposed]]
    except AppError:
        return None
