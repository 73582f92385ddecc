"""Keep the mask that the editor shows as a new revision; take an older one back; read any of them.

The mask is computed here from the same bytes that the editor had (prediction from the cache, threshold,
layer), so what is saved is what was seen, to the pixel.
"""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from core.correction.corrections import MOST_CLASSES, apply_layer, decode_layer, encode_layer
from core.imaging.decode import decode_image
from core.imaging.masks import encode_png
from core.registry.predictors import Predictors
from core.workflows.correct import pictures
from core.workflows.correct.editor_scale import editor_size, resize_nearest
from core.workflows.correct.second_reader import what_it_becomes
from core.workspace import DraftContent, ImageRow, NewRevision, RevisionRow, Workspace
from core.workspace.drafts import SERVER


def mask_as_shown(
    workspace: Workspace, image: ImageRow, content: DraftContent, predictors: Predictors
) -> NDArray[np.uint8]:
    """The mask that the editor shows of a draft, at the image's own size.

    Returns:
        (H, W) uint8 of class indices.

    Raises:
        BadFileError: The layer is none, or has another size than the editor's.
    """
    shape = editor_size(image.facts.height, image.facts.width)
    layer = None if content.layer_png is None else decode_layer(content.layer_png, shape, MOST_CLASSES)
    version = None if content.version_id is None else workspace.versions.get(content.version_id)
    proposal = pictures.proposal(workspace, image, version, predictors)
    mask = apply_layer(proposal, content.threshold, layer)
    return resize_nearest(mask, (image.facts.height, image.facts.width))


def save_mask(
    workspace: Workspace,
    image_id: int,
    predictors: Predictors,
    *,
    content: DraftContent,
    who: str,
    client_id: str = SERVER,
) -> RevisionRow:
    """The image's next revision, as the editor shows it.

    The draft stays, as what the editor shows when the image is opened again. It no longer counts as unsaved,
    unless it was drawn on since. Two saves at the same moment both become revisions.

    Args:
        workspace: The store.
        image_id: The image.
        predictors: Loaded models, asked only where the prediction is no longer in the cache.
        content: Threshold, layer (PNG at the editor's size), version and seconds, as the editor has them.
        who: Name of the person.
        client_id: Tab that saves.

    Raises:
        StoreError: The image is gone or the disk is full; nothing is half-written.
        BadFileError: The layer does not fit the image.
    """
    image = workspace.images.get(image_id)
    mask = mask_as_shown(workspace, image, content, predictors)
    reading, counts = what_it_becomes(workspace, image, who, content, mask)
    revision = workspace.masks.save(
        image_id,
        NewRevision(
            mask_png=encode_png(mask),
            layer_png=_full_size_layer(content.layer_png, image),
            threshold=content.threshold,
            version_id=content.version_id,
            who=who,
            seconds=content.seconds,
            foreground=float(np.count_nonzero(mask)) / mask.size,
            provenance={**provenance_of(workspace, content.version_id), **reading},
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
    layer_png = workspace.masks.read_layer_png(old)
    shown = DraftContent(old.threshold, _editor_layer(layer_png, image), old.version_id)
    return workspace.masks.save(
        image.id,
        NewRevision(
            mask_png=workspace.masks.read_mask_png(old),
            layer_png=layer_png,
            threshold=old.threshold,
            version_id=old.version_id,
            who=who,
            seconds=0.0,
            foreground=old.foreground,
            origin="restored",
            provenance={**old.provenance, "restored_from": old.number},
            shown=shown,
            replace_draft=True,
        ),
    )


def read_mask(workspace: Workspace, revision: RevisionRow) -> NDArray[np.uint8]:
    """A saved mask.

    Returns:
        (H, W) uint8 of class indices at the image's own size.
    """
    decoded = decode_image(workspace.masks.read_mask_png(revision), f"mask {revision.number}")
    return np.asarray(decoded.values, np.uint8)


def _full_size_layer(layer_png: bytes | None, image: ImageRow) -> bytes | None:
    shape = editor_size(image.facts.height, image.facts.width)
    full = (image.facts.height, image.facts.width)
    if layer_png is None or shape == full:
        return layer_png
    return encode_layer(resize_nearest(decode_layer(layer_png, shape, MOST_CLASSES), full))


def _editor_layer(layer_png: bytes | None, image: ImageRow) -> bytes | None:
    shape = editor_size(image.facts.height, image.facts.width)
    full = (image.facts.height, image.facts.width)
    if layer_png is None or shape == full:
        return layer_png
    return encode_layer(resize_nearest(decode_layer(layer_png, full, MOST_CLASSES), shape))


def provenance_of(workspace: Workspace, version_id: int | None) -> dict[str, object]:
    """What a revision says of the version under it, by name; nothing where there was none."""
    if version_id is None:
        return {}
    version = workspace.versions.get(version_id)
    return {"version": version.title, "weights_sha256": version.weights_sha256}
