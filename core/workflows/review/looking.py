"""What a reviewer sees of an image: the saved mask, else what the model proposes, as a tile and in full.

Tiles are kept in the cache by mask and size.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import AppError, BadModelError
from core.evaluation.scores import dice_of
from core.imaging.class_table import UNDEFINED
from core.imaging.decode import read_png
from core.imaging.masks import encode_jpeg, encode_png
from core.imaging.overlay import ORANGE
from core.registry.predictions import card_of, prediction_key, proposed_content
from core.registry.predictors import Predictors
from core.workflows.correct import pictures
from core.workflows.correct.save_mask import mask_as_shown
from core.workflows.review.look import Look
from core.workflows.review.planting import shown_mask
from core.workspace import (
    DraftContent,
    ImageRow,
    LabelRow,
    ReviewItem,
    ReviewRow,
    RevisionRow,
    TaskClass,
    Workspace,
)
from core.workspace.classes import highest_value, reading_key, reading_table

logger = logging.getLogger(__name__)

TILE_SIDE = 440
"""Longest side of a tile in pixels: 220 on a screen with two of its pixels to one of the page."""
_LINE = 3
"""Width of the outline on a tile, in its pixels."""

Colour = tuple[int, int, int]


def look_at(
    workspace: Workspace, item: ReviewItem, reviews: list[ReviewRow], label: LabelRow | None = None
) -> Look:
    """What is to be seen of an item of the queue now.

    Args:
        reviews: The image's, the newest first.
        label: What the image is labelled, which is judged with the mask.
    """
    revision_id, file = (None, "") if item.revision is None else (item.revision.id, item.revision.mask_file)
    version = None if item.revision is not None else workspace.versions.current(item.image.task_id)
    review_id = reviews[0].id if reviews else None
    version_id = None if version is None else version.id
    label_id = None if label is None else label.id
    return Look(item.image.id, revision_id, review_id, version_id, label_id, mask_file=file)


def shown_content(workspace: Workspace, look: Look) -> DraftContent:
    """A proposal as a draft that nobody has drawn on: at the threshold of its model's card."""
    version = None if look.version_id is None else workspace.versions.get(look.version_id)
    return proposed_content(workspace, version)


def mask_png(workspace: Workspace, image: ImageRow, look: Look, predictors: Predictors) -> bytes:
    """The mask that is seen, as PNG of class indices at the image's own size.

    Raises:
        StoreError: Its file is gone.
        BadModelError: The model is missing or broken, and the proposal is not kept.
    """
    if look.seed is not None:
        real = read_png(mask_png(workspace, image, replace(look, seed=None), predictors), image.name)
        return encode_png(shown_mask(real, look))
    if look.revision_id is not None:
        return workspace.masks.read_mask_png(workspace.masks.get(look.revision_id))
    content = shown_content(workspace, look)
    return _predicted_png(workspace, image, content, _digest(workspace, look), predictors)


def prediction_then(
    workspace: Workspace, image: ImageRow, revision: RevisionRow, predictors: Predictors
) -> bytes | None:
    """What the model had proposed where a mask was saved, as PNG of class indices; None where it is lost."""
    if revision.version_id is None:
        return None
    try:
        version = workspace.versions.get(revision.version_id)
        content = DraftContent(revision.threshold, None, version.id)
        named = f"{prediction_key(workspace, version)}-{revision.threshold:g}"
        return _predicted_png(workspace, image, content, named, predictors)
    except BadModelError as error:
        logger.info("image %d: the prediction of then cannot be shown (%s)", image.id, error)
        return None


def kept_tile(
    workspace: Workspace, image: ImageRow, look: Look, classes: Sequence[TaskClass] = ()
) -> bytes | None:
    """The tile where it was made before, else None; `classes` are all of the task's where they are known."""
    return workspace.cache.get(image.sha256, _tile_key(workspace, image, look, classes))


def tile_jpeg(workspace: Workspace, image: ImageRow, look: Look, predictors: Predictors) -> bytes:
    """The image with the mask's outline on it, at the tile's own size; made once for each mask."""
    key = _tile_key(workspace, image, look, ())
    return workspace.cache.get_or_make(image.sha256, key, lambda: _tile(workspace, image, look, predictors))


@dataclass(frozen=True)
class Full:
    """What the large picture shows.

    Attributes:
        picture: The image, PNG or JPEG.
        picture_type: "image/png" or "image/jpeg".
        levels: All values of an image of more than 8 bits (`pack_levels`), else empty.
        mask: PNG of class indices.
        prediction: What the model had proposed where the mask was saved, the same way; None without.
        dice: How well the two agree, in [0, 1]; None without.
        foreground: Part of the mask that is not background, in [0, 1].
    """

    picture: bytes
    picture_type: str
    levels: bytes
    mask: bytes
    prediction: bytes | None
    dice: float | None
    foreground: float


def full_look(workspace: Workspace, item: ReviewItem, look: Look, predictors: Predictors) -> Full:
    """All that the large picture needs of an item.

    Raises:
        StoreError: A file is gone.
        BadModelError: A model is missing or broken, and its proposal is not kept.
    """
    image = item.image
    window = pictures.window_for(workspace, image)
    picture, kind = pictures.display_picture(workspace, image, window)
    levels = pictures.display_levels(workspace, image, window)
    mask = mask_png(workspace, image, look, predictors)
    revision = item.revision
    then = None if revision is None else prediction_then(workspace, image, revision, predictors)
    dice, own = None, read_png(mask, "mask")
    if then is not None:
        dice = dice_of(read_png(then, "prediction"), own, own == UNDEFINED)
    foreground = np.count_nonzero((own != 0) & (own != UNDEFINED)) / own.size
    return Full(picture, kind, levels, mask, then, dice, foreground)


def make_full(workspace: Workspace, item: ReviewItem, predictors: Predictors) -> None:
    """Get an item ready for the large picture, in a thread."""
    try:
        full_look(workspace, item, look_at(workspace, item, []), predictors)
    except AppError as error:
        logger.info("image %d is not ready (%s)", item.image.id, error)


def outlined(
    picture: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    colours: Sequence[Colour] = (ORANGE,),
    side: int = TILE_SIDE,
) -> NDArray[np.uint8]:
    """A picture scaled to a side, with the outline of each class of its mask drawn at that size.

    Args:
        picture: (H, W) or (H, W, 3) uint8.
        mask: (h, w) class indices of the same proportions; 255 is undecided and has no outline.
        colours: Of the class values from 1; after the last one they begin anew.
        side: Longer side in pixels.

    Returns:
        (rows, columns, 3) uint8. What is too thin for its size is drawn all the same, as a dot or a line.
    """
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrinks = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(picture, size, interpolation=shrinks), np.uint8)
    drawn = np.ascontiguousarray(small if small.ndim == 3 else np.repeat(small[..., None], 3, axis=2))
    for index in (int(each) for each in np.unique(mask) if 0 < each < UNDEFINED):
        lines, _ = cv2.findContours((mask == index).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        # From the middles of the mask's pixels to those of the tile's.
        ratio = np.array([size[0] / mask.shape[1], size[1] / mask.shape[0]])
        placed = [np.rint((line + 0.5) * ratio - 0.5).astype(np.int32) for line in lines]
        colour = colours[(index - 1) % len(colours)]
        # A dark line below keeps the outline visible on what is bright.
        for rgb, width_of_line in (((0, 0, 0), _LINE + 2), (colour, _LINE)):
            cv2.polylines(drawn, placed, True, rgb, width_of_line, cv2.LINE_AA)
    return drawn


def _tile(workspace: Workspace, image: ImageRow, look: Look, predictors: Predictors) -> bytes:
    picture, _ = pictures.display_picture(workspace, image, pictures.window_for(workspace, image))
    mask = read_png(mask_png(workspace, image, look, predictors), image.name)
    shown = read_png(picture, image.name)
    return encode_jpeg(outlined(shown, mask, colours_of(workspace, image)), quality=82)


def _tile_key(workspace: Workspace, image: ImageRow, look: Look, classes: Sequence[TaskClass]) -> str:
    classes = classes or workspace.tasks.get_by_id(image.task_id).all_classes
    levels = bytes(level for colour in _colours(classes) for level in colour)
    # Of two classes of one colour, merging takes the line between them away.
    drawn = hashlib.sha256(levels + reading_table(classes).tobytes()).hexdigest()[:16]
    return image.cache_kind(f"tile-{_digest(workspace, look)}-{TILE_SIDE}-{drawn}")


def colours_of(workspace: Workspace, image: ImageRow) -> tuple[Colour, ...]:
    """The colours of a task's class values, from 1; a merged or deleted one has that of what it became."""
    return _colours(workspace.tasks.get_by_id(image.task_id).all_classes)


def _colours(classes: Sequence[TaskClass]) -> tuple[Colour, ...]:
    of_value = {0: (0, 0, 0), **{each.value: each.colour or ORANGE for each in classes}}
    read_as = reading_table(classes)
    return tuple(of_value[int(read_as[value])] for value in range(1, 1 + highest_value(classes)))


def _digest(workspace: Workspace, look: Look) -> str:
    """Names the mask that is seen: by its own hash, or by what it was predicted with and cut at."""
    if look.seed is not None:
        return f"{_digest(workspace, replace(look, seed=None))}-{look.shown}"
    if look.revision_id is not None:
        return (look.mask_file or workspace.masks.get(look.revision_id).mask_file)[:20]
    if look.version_id is None:
        return "none"
    version = workspace.versions.get(look.version_id)
    return f"{prediction_key(workspace, version)}-{card_of(workspace, version).threshold:g}"


def _predicted_png(
    workspace: Workspace, image: ImageRow, content: DraftContent, named: str, predictors: Predictors
) -> bytes:
    """What was proposed, kept under what names the prediction and how masks are read as classes now."""
    reading = reading_key(workspace.tasks.get_by_id(image.task_id).all_classes)
    key = image.cache_kind(f"mask-{named}-{reading}")
    return workspace.cache.get_or_make(
        image.sha256, key, lambda: encode_png(mask_as_shown(workspace, image, content, predictors))
    )
