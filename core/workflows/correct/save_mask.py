"""Keep the mask that the editor shows as a new revision; take an older one back; read any of them.

The mask is computed here from the same bytes that the editor had (prediction from the cache, threshold,
layer), so what is saved is what was seen, to the pixel.
"""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.correction.corrections import MOST_CLASSES, UNTOUCHED, apply_layer, decode_layer, encode_layer
from core.errors import StoreError
from core.imaging.class_table import UNDEFINED
from core.imaging.decode import read_png
from core.imaging.masks import encode_png
from core.registry.predictions import proposed_content
from core.registry.predictors import Predictors
from core.workflows.correct import pictures
from core.workflows.correct.blind import reads_blind
from core.workflows.correct.editor_scale import editor_size, resize_nearest
from core.workflows.correct.second_reader import begins_with, what_it_becomes
from core.workspace import DraftContent, ImageRow, NewRevision, RevisionRow, Scope, Workspace
from core.workspace.classes import reading_table
from core.workspace.drafts import SERVER


def mask_as_shown(
    workspace: Workspace, image: ImageRow, content: DraftContent, predictors: Predictors
) -> NDArray[np.uint8]:
    """The mask that the editor shows of a draft, at the image's own size.

    Returns:
        (H, W) uint8 of class values, 0 for background.

    Raises:
        BadFileError: The layer is none, or has another size than the editor's.
    """
    shape = editor_size(image.facts.height, image.facts.width)
    layer = None if content.layer_png is None else decode_layer(content.layer_png, shape, MOST_CLASSES)
    version = None if content.version_id is None else workspace.versions.get(content.version_id)
    proposal = pictures.proposal(workspace, image, version, predictors)
    read_as = reading_table(workspace.tasks.get_by_id(image.task_id).all_classes)
    mask = read_as[apply_layer(proposal, content.threshold, layer)]
    return resize_nearest(mask, (image.facts.height, image.facts.width))


def checked_alone(mask: NDArray[np.uint8], content: DraftContent) -> NDArray[np.uint8]:
    """The mask with 255 wherever the person decided nothing: only what they painted counts.

    Args:
        mask: (H, W) uint8 of class values, at the image's own size.
        content: Whose layer says what was painted.
    """
    if content.layer_png is None:
        return np.full_like(mask, UNDEFINED)
    layer = decode_layer(content.layer_png, editor_size(*mask.shape), MOST_CLASSES)
    return np.where(resize_nearest(layer, mask.shape) == UNTOUCHED, np.uint8(UNDEFINED), mask)


def shown_mask(workspace: Workspace, image_id: int, predictors: Predictors, *, who: str) -> NDArray[np.uint8]:
    """What the editor shows a person of an image: the draft, else what the current version proposes.

    Returns:
        (H, W) uint8 of class indices at the image's own size.
    """
    image = workspace.images.get(image_id)
    content = begins_with(workspace, image, who) or workspace.drafts.get(image_id, who)
    if content is None:
        content = proposed_content(workspace, workspace.versions.current(image.task_id))
    return mask_as_shown(workspace, image, content, predictors)


def content_of_mask(workspace: Workspace, image: ImageRow, mask: NDArray[np.uint8]) -> DraftContent:
    """A mask as a draft whose layer decides every pixel that the mask does, whatever a model says.

    Args:
        mask: (H, W) uint8 of class indices at the image's own size; 255 stays untouched.
    """
    proposed = proposed_content(workspace, workspace.versions.current(image.task_id))
    return replace(proposed, layer_png=layer_of_mask(mask, image))


def content_of_revision(workspace: Workspace, image: ImageRow, revision: RevisionRow) -> DraftContent:
    """A saved mask as the draft that it was."""
    layer_png = _resized(workspace.masks.read_layer_png(revision), image, to_full=False)
    return DraftContent(revision.threshold, layer_png, revision.version_id)


def layer_of_mask(mask: NDArray[np.uint8], image: ImageRow) -> bytes:
    """The layer of such a draft, as PNG at the editor's size."""
    # 255, undefined, becomes 0: untouched.
    layer = resize_nearest(mask, editor_size(image.facts.height, image.facts.width)) + np.uint8(1)
    return encode_layer(layer)


def save_mask(
    workspace: Workspace,
    image_id: int,
    predictors: Predictors,
    *,
    content: DraftContent,
    who: str,
    scope: Scope = "whole",
    client_id: str = SERVER,
) -> RevisionRow:
    """The image's next revision, as the editor shows it.

    The draft stays, as what the editor shows when the image is opened again. It no longer counts as unsaved,
    unless it was drawn on since. Two saves at the same moment both become revisions.

    Args:
        predictors: Loaded models, asked only where the prediction is no longer in the cache.
        content: Threshold, layer (PNG at the editor's size), version and seconds, as the editor has them.
        scope: "whole", or "part" where only what the person painted counts.

    Raises:
        StoreError: Nothing was painted, and only that was to count; or the image is gone
            or the disk is full; nothing is half-written.
        BadFileError: The layer does not fit the image.
    """
    image = workspace.images.get(image_id)
    mask = mask_as_shown(workspace, image, content, predictors)
    if scope == "part":
        mask = checked_alone(mask, content)
        if (mask == UNDEFINED).all():
            raise StoreError(
                "Nothing of this image is checked yet; paint or frame some of it, or save the whole image."
            )
    areas = _areas(mask)
    reading, counts = what_it_becomes(workspace, image, who, content, mask)
    revision = workspace.masks.save(
        image_id,
        NewRevision(
            mask_png=encode_png(mask),
            layer_png=_resized(content.layer_png, image, to_full=True),
            threshold=content.threshold,
            version_id=content.version_id,
            who=who,
            seconds=content.seconds,
            foreground=sum(areas.values()) / mask.size,
            scope=scope,
            provenance={**provenance_of(workspace, content.version_id), "pixels_of_class": areas, **reading},
            shown=content,
            client_id=client_id,
            counts=counts,
        ),
    )
    logging.getLogger(__name__).info("image %d: revision %d saved", image_id, revision.number)
    return revision


def restore_revision(workspace: Workspace, revision_id: int, who: str) -> RevisionRow:
    """An older revision taken back: a new revision with the same mask, and its layer in the editor again."""
    old = workspace.masks.get(revision_id)
    image = workspace.images.get(old.image_id)
    reading = reads_blind(workspace, image, who)
    return workspace.masks.save(
        image.id,
        NewRevision(
            mask_png=workspace.masks.read_mask_png(old),
            layer_png=workspace.masks.read_layer_png(old),
            threshold=old.threshold,
            version_id=old.version_id,
            who=who,
            seconds=0.0,
            foreground=old.foreground,
            origin="restored",
            scope=old.scope,
            provenance={**old.provenance, "restored_from": old.number},
            shown=content_of_revision(workspace, image, old),
            replace_draft=True,
            # Who reads a gold image sees no other masks than their own, and takes nothing else back.
            counts=reading is None or reading.purpose != "gold",
        ),
    )


def read_mask(workspace: Workspace, revision: RevisionRow) -> NDArray[np.uint8]:
    """A saved mask.

    Returns:
        (H, W) uint8 of class indices at the image's own size.
    """
    return read_png(workspace.masks.read_mask_png(revision), f"mask {revision.number}")


def _areas(mask: NDArray[np.uint8]) -> dict[str, int]:
    """Pixels of each foreground class that is there, by its value."""
    values, counts = np.unique(mask, return_counts=True)
    found = zip(values.tolist(), counts.tolist(), strict=True)
    return {str(value): count for value, count in found if value not in (0, UNDEFINED)}


def _resized(layer_png: bytes | None, image: ImageRow, *, to_full: bool) -> bytes | None:
    """A layer of the editor's size at the image's own, or the other way round."""
    sizes = editor_size(image.facts.height, image.facts.width), (image.facts.height, image.facts.width)
    if layer_png is None or sizes[0] == sizes[1]:
        return layer_png
    layer = decode_layer(layer_png, sizes[not to_full], MOST_CLASSES)
    return encode_layer(resize_nearest(layer, sizes[to_full]))


def provenance_of(workspace: Workspace, version_id: int | None) -> dict[str, object]:
    """What a revision says of the version under it, by name; nothing where there was none."""
    if version_id is None:
        return {}
    version = workspace.versions.get(version_id)
    return {"version": version.title, "weights_sha256": version.weights_sha256}
