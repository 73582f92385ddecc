"""Two readings of an image side by side, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.image_size import within
from core.imaging.class_table import UNDEFINED
from core.imaging.intensity import to_display
from core.imaging.masks import encode_png
from core.imaging.overlay import overlay_classes
from core.registry.decoded import decode
from core.review.agreement import Agreement, agree, mean_dice
from core.workflows.correct.editor_scale import resize_nearest, shrink
from core.workflows.correct.pictures import with_mask
from core.workflows.correct.save_mask import read_mask
from core.workflows.review.agreement import spacing_to_compare
from core.workspace import ImageRow, RevisionRow, Workspace

_SIDE = 720
# Of Okabe and Ito's colours three that differ in brightness too.
FIRST, SECOND, BOTH = (0, 114, 178), (240, 228, 66), (204, 121, 167)
OTHER_CLASS = (213, 94, 0)


@dataclass(frozen=True)
class ComparedReadings:
    """Two readings of one image.

    Attributes:
        first: The image with the first mask, as PNG; of several classes each in its colour.
        second: With the second.
        difference: With what both, only the first and only the second have, and what they have of different
            classes, each in a colour of its own.
        agreement: Of all classes together: foreground against background; the Dice is the mean over classes.
        in_mm: Its distances and areas are in mm and mm2, else in pixels.
    """

    first: bytes
    second: bytes
    difference: bytes
    agreement: Agreement
    in_mm: bool


def compare_readings(
    workspace: Workspace, image: ImageRow, first: RevisionRow, second: RevisionRow
) -> ComparedReadings:
    """The pictures and the numbers.

    Raises:
        AppError: A file is gone or damaged.
    """
    one, other = read_mask(workspace, first), read_mask(workspace, second)
    spacing = spacing_to_compare(workspace, image)
    shape = within(one.shape, _SIDE)
    display = shrink(to_display(decode(workspace, image)), shape)
    small = [resize_nearest(mask, shape) for mask in (one, other)]
    ours, theirs = ((mask != 0) & (mask != UNDEFINED) for mask in small)
    both, same = ours & theirs, small[0] == small[1]
    parts = np.select([both & same, both, ours, theirs], [1, 4, 2, 3], 0).astype(np.uint8)
    classes = workspace.tasks.get_by_id(image.task_id).classes
    if len(classes) > 1:
        pictures = [encode_png(with_mask(display, mask, classes)) for mask in small]
    else:
        pictures = [_drawn(display, np.where(ours, 2, 0)), _drawn(display, np.where(theirs, 3, 0))]
    agreement = agree(_foreground(one), _foreground(other), spacing=spacing)
    return ComparedReadings(
        first=pictures[0],
        second=pictures[1],
        difference=_drawn(display, parts),
        agreement=replace(agreement, dice=mean_dice(one, other)),
        in_mm=spacing is not None,
    )


def _foreground(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.where((mask != 0) & (mask != UNDEFINED), 1, mask)


def _drawn(display: NDArray[np.uint8], parts: NDArray[Any]) -> bytes:
    colours = ((0, 0, 0), BOTH, FIRST, SECOND, OTHER_CLASS)
    return encode_png(overlay_classes(display, parts.astype(np.uint8), colours))
