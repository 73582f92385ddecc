"""What is shown of an image, kept in the workspace's cache: display picture, thumbnail, prediction.

How predictions are kept says `core.registry.predictions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.cards import ModelCard
from core.imaging.decode import DecodedImage
from core.imaging.intensity import to_display
from core.imaging.levels import pack_levels
from core.imaging.masks import Proposal, encode_jpeg, encode_png
from core.imaging.overlay import ORANGE, overlay, overlay_classes, thumbnail
from core.registry.decoded import decode
from core.registry.predictions import card_of, kept_png, planes
from core.registry.predictors import Predictors
from core.workflows.correct.editor_scale import editor_size, shrink
from core.workspace import ImageRow, TaskClass, VersionRow, Workspace

THUMBNAIL_SIDE = 96
_MAX_PNG_PIXELS = 600 * 600
"""Up to here the editor gets every value as it is; above, a JPEG that travels quickly."""

Window = tuple[float, float]


def num_classes(card: ModelCard | None) -> int:
    """Foreground classes that a model tells apart; one where there is no model."""
    if card is None:
        return 1
    return max(1, (len(card.classes) or card.net.num_classes) - 1)


def window_of(card: ModelCard | None) -> Window | None:
    """The display window that a model suggests, None where it takes no Hounsfield units."""
    if card is None or card.scaling.kind != "hu_window":
        return None
    return card.scaling.low, card.scaling.high


def window_of_task(workspace: Workspace, task_id: int) -> Window | None:
    """The display window of the task's model, None where it takes no Hounsfield units."""
    current = workspace.versions.current(task_id)
    return window_of(None if current is None else card_of(workspace, current))


def window_for(workspace: Workspace, image: ImageRow) -> Window | None:
    """That window for an image of Hounsfield units, None for any other."""
    return window_of_task(workspace, image.task_id) if image.facts.kind == "hu" else None


def display_picture(workspace: Workspace, image: ImageRow, window: Window | None = None) -> tuple[bytes, str]:
    """The image as it is shown in the editor, at the editor's size.

    Args:
        window: Stored values that become black and white, None for the usual.

    Returns:
        The file and its type, "image/png" or "image/jpeg".
    """
    shape = editor_size(image.facts.height, image.facts.width)
    as_png = shape[0] * shape[1] <= _MAX_PNG_PIXELS
    content = workspace.cache.get_or_make(
        image.sha256,
        image.cache_kind(f"display-{_name_of(window)}"),
        lambda: _encode(shrink(to_display(decode(workspace, image), window), shape), as_png),
    )
    return content, "image/png" if as_png else "image/jpeg"


def display_levels(workspace: Workspace, image: ImageRow, window: Window | None = None) -> bytes:
    """All values of an image of more than 8 bits at the editor's size (`pack_levels`), else nothing."""
    shape = editor_size(image.facts.height, image.facts.width)

    def make() -> bytes:
        decoded = decode(workspace, image)
        return pack_levels(replace(decoded, values=shrink(decoded.values, shape)), window)

    return workspace.cache.get_or_make(image.sha256, image.cache_kind(f"levels-{_name_of(window)}"), make)


def thumbnail_jpeg(workspace: Workspace, image: ImageRow) -> bytes:
    """A JPEG of at most 96 pixels a side."""
    return workspace.cache.get_or_make(
        image.sha256, image.cache_kind("thumbnail"), lambda: make_thumbnail(decode(workspace, image))
    )


def make_thumbnail(decoded: DecodedImage) -> bytes:
    """A JPEG of at most 96 pixels a side."""
    return encode_jpeg(thumbnail(to_display(decoded), THUMBNAIL_SIDE), quality=80)


def with_mask(
    display: NDArray[np.uint8], mask: NDArray[np.uint8], classes: Sequence[TaskClass]
) -> NDArray[np.uint8]:
    """The image with its mask over it, each class in its colour; what is undecided stays as it is.

    Args:
        display: (H, W) or (H, W, 3) uint8.
        mask: (H, W) uint8 of class values.
        classes: What can be painted in the task.
    """
    if len(classes) == 1:
        return overlay(display, mask == classes[0].value)
    colours = [(0, 0, 0)] * (1 + max(each.value for each in classes))
    for each in classes:
        colours[each.value] = each.colour or ORANGE
    return overlay_classes(display, mask, colours)


@dataclass(frozen=True)
class ProposalFiles:
    """What a version proposes, as the PNGs that the editor gets, at the editor's size.

    Attributes:
        confidence_png: 8-bit grey, 255 times how much the proposed class is likelier than background.
        proposed_png: 8-bit grey, the class index; None where it is class 1 everywhere.
    """

    confidence_png: bytes
    proposed_png: bytes | None = None


def proposal_files(
    workspace: Workspace, image: ImageRow, version: VersionRow | None, predictors: Predictors
) -> ProposalFiles:
    """What a version proposes for an image; zero confidence without a version."""
    kept = _proposal_png(workspace, image, version, predictors)
    if num_classes(None if version is None else card_of(workspace, version)) == 1:
        return ProposalFiles(kept)
    both = planes(kept)
    return ProposalFiles(encode_png(both.confidence), encode_png(both.proposed))


def proposal(
    workspace: Workspace, image: ImageRow, version: VersionRow | None, predictors: Predictors
) -> Proposal:
    """The same as arrays."""
    return planes(_proposal_png(workspace, image, version, predictors))


def _proposal_png(
    workspace: Workspace, image: ImageRow, version: VersionRow | None, predictors: Predictors
) -> bytes:
    """As the cache keeps it: a grey PNG of the confidence, or RGB of proposed class, confidence and 0."""
    shape = editor_size(image.facts.height, image.facts.width)
    if version is None:
        return encode_png(np.zeros(shape, np.uint8))

    own_size = shape == (image.facts.height, image.facts.width)
    scaled = None if own_size else partial(shrink, shape=shape)
    return kept_png(workspace, image, version, predictors, scaled)


def prefetch(workspace: Workspace, image_id: int, version: VersionRow | None, predictors: Predictors) -> None:
    """Make all that opening an image needs, in a thread while the person is at the one before."""
    image = workspace.images.get(image_id)
    card = None if version is None else card_of(workspace, version)
    window = window_of(card) if image.facts.kind == "hu" else None
    display_picture(workspace, image, window)
    display_levels(workspace, image, window)
    thumbnail_jpeg(workspace, image)
    _proposal_png(workspace, image, version, predictors)


def _name_of(window: Window | None) -> str:
    return "robust" if window is None else f"{window[0]:g}_{window[1]:g}"


def _encode(display: NDArray[np.uint8], as_png: bool) -> bytes:
    return encode_png(display) if as_png else encode_jpeg(display, quality=92)
