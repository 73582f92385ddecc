"""Masks of an upload: their pixels as the task's classes, and what they are kept for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadFileError
from core.imaging.class_table import UNDEFINED
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.masks import encode_png
from core.imaging.stored import check_shape
from core.language.sentence import Sentence
from core.workflows.arrive.arrival import Arrival, FileOutcome
from core.workflows.arrive.class_values import values_of
from core.workflows.arrive.mask_meaning import Masks, with_kept
from core.workflows.arrive.upload_plan import PlannedFile
from core.workflows.correct.save_mask import content_of_mask
from core.workspace import ImageRow

# Part of the edges of a mask from which on its foreground may be the ground.
_GROUND = 0.9


@dataclass(frozen=True)
class WaitingMask:
    """A mask that waits until all images are there: its file, or its pixels where they were drawn here."""

    row: PlannedFile
    data: bytes
    pixels: NDArray[np.uint8] | None = None


def read_as_said(arrival: Arrival, part: WaitingMask, read: Callable[..., Masks]) -> tuple[Masks, str]:
    """What a file holds, as `with_kept` reads it; whose tool numbers objects is foreground above 0."""
    said = MaskValues() if part.row.holds_objects else None
    return with_kept(read, part.data, part.row.name, said=said, kept=arrival.kept.masks)


def drawn_pixels(
    arrival: Arrival, part: WaitingMask, pixels: NDArray[np.uint8], shapes: Sequence[tuple[int, int]]
) -> NDArray[np.uint8]:
    """Outlines that were drawn, as values of the task's classes."""
    if len(shapes) > 1:
        raise BadFileError(
            part.row.name, "outlines one picture of {num_slices} slices.", num_slices=len(shapes)
        )
    check_shape(pixels, shapes[0], part.row.name)
    return values_of(pixels, arrival.classes)


def of_the_one_class(arrival: Arrival, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Foreground as the value of the task's one class."""
    return np.where(mask == 1, np.uint8(arrival.classes[0].value), mask)


def on_a_ground(masks: Sequence[NDArray[np.uint8]], name: str) -> tuple[str, ...]:
    """What is said of foreground with holes in it along nearly all edges, as paper has that is drawn on."""
    edges = np.concatenate([side for mask in masks for side in (mask[0], mask[-1], mask[:, 0], mask[:, -1])])
    told = Sentence(
        "{name}: its foreground (what is white, or of one colour) covers nearly all of its edges; if that is "
        "the ground on which objects are drawn, save it inverted.",
        name=name,
    )
    return (told,) if (edges == 1).mean() >= _GROUND and any((mask != 1).any() for mask in masks) else ()


def keep_mask(arrival: Arrival, row: PlannedFile, image: ImageRow, mask: NDArray[np.uint8]) -> FileOutcome:
    """Keep a mask to compare with, or as the draft of an image that nobody has worked on."""
    if arrival.mask_use == "reference":
        arrival.workspace.images.set_reference_mask(image.id, encode_png(mask))
        arrival.masked[image.id] = row.path
        return FileOutcome(row.name, "mask added", "", image.id)
    if image.state != "new":
        message = Sentence(
            "{row}: {image} has been worked on already, so its mask was left as it is.",
            row=row.name,
            image=image.name,
        )
        return FileOutcome(row.name, "refused", message, image.id)
    content = content_of_mask(arrival.workspace, image, mask)
    arrival.workspace.drafts.start_from(image.id, content)
    arrival.masked[image.id] = row.path
    return FileOutcome(row.name, "mask added", "", image.id)


def united(masks: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """The last class that a mask has, else undefined where one has that."""
    whole = np.zeros_like(masks[0])
    for mask in masks:
        whole[(mask == UNDEFINED) & (whole == 0)] = UNDEFINED
        classes = (mask != 0) & (mask != UNDEFINED)
        whole[classes] = mask[classes]
    return whole
