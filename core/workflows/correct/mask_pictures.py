"""Saved and predicted masks as small pictures, for the history and for comparing two versions by eye."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.intensity import to_display
from core.imaging.masks import encode_jpeg
from core.imaging.overlay import thumbnail
from core.registry.decoded import decode
from core.registry.predictions import threshold_of
from core.registry.predictors import Predictors
from core.workflows.correct import pictures
from core.workflows.correct.save_mask import read_mask
from core.workspace import ImageRow, RevisionRow, VersionRow, Workspace
from core.workspace.classes import reading_table

SIDE = 320
"""Longest side of the pictures."""


def revision_picture(workspace: Workspace, revision: RevisionRow) -> bytes:
    """A JPEG of the image with a saved mask over it."""
    image = workspace.images.get(revision.image_id)
    return _picture(workspace, image, read_mask(workspace, revision))


def version_picture(
    workspace: Workspace, image: ImageRow, version: VersionRow | None, predictors: Predictors
) -> bytes:
    """A JPEG of the image with what a version says of it, at the threshold of its card.

    Raises:
        BadModelError: The version's model is missing or broken.
    """
    proposed = pictures.proposal(workspace, image, version, predictors)
    classes = workspace.tasks.get_by_id(image.task_id).all_classes
    mask = reading_table(classes)[proposed.mask(threshold_of(workspace, version))]
    return _picture(workspace, image, mask)


def _picture(workspace: Workspace, image: ImageRow, mask: NDArray[np.uint8]) -> bytes:
    display = to_display(decode(workspace, image), pictures.window_for(workspace, image))
    small = thumbnail(display, SIDE)
    size = small.shape[1::-1]
    small_mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    classes = workspace.tasks.get_by_id(image.task_id).classes
    return encode_jpeg(pictures.with_mask(small, small_mask, classes))
