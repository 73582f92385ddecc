"""Predictions that are kept: by image, weights and whatever of the card changes pixels.

The editor's slider, a second tab, the saving of a mask and a comparison of versions all see the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.cards import ModelCard, load_card, pixel_digest
from core.imaging.decode import read_png
from core.imaging.masks import Proposal, encode_png, propose
from core.registry.decoded import decode
from core.registry.predictors import Predictors
from core.workspace import DraftContent, ImageRow, VersionRow, Workspace

DEFAULT_THRESHOLD = 0.5
"""Where neither a draft nor a model's card says another one."""


def card_of(workspace: Workspace, version: VersionRow) -> ModelCard:
    """What a version says of itself; quick, loads no weights."""
    return load_card(workspace.versions.open(version) / "card.json")


def threshold_of(workspace: Workspace, version: VersionRow | None) -> float:
    """Of a version's card, in [0, 1]; a half without a model."""
    return DEFAULT_THRESHOLD if version is None else card_of(workspace, version).threshold


def proposed_content(workspace: Workspace, version: VersionRow | None) -> DraftContent:
    """What a version proposes, as a draft that nobody has drawn on; an empty mask without a model."""
    return DraftContent(threshold_of(workspace, version), None, None if version is None else version.id)


def kept_proposal(
    workspace: Workspace, image: ImageRow, version: VersionRow, predictors: Predictors
) -> Proposal:
    """Proposed class and confidence at the image's own size; predicted where they are not kept."""
    return planes(kept_png(workspace, image, version, predictors))


def kept_png(
    workspace: Workspace,
    image: ImageRow,
    version: VersionRow,
    predictors: Predictors,
    scaled: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None,
) -> bytes:
    """As the cache keeps it, perhaps scaled: a grey PNG of the confidence, or RGB of class, confidence, 0."""

    def predict() -> bytes:
        decoded = decode(workspace, image)
        predictor = predictors.get(workspace.versions.open(version))
        predicted = np.asarray(predictor.predict(decoded), np.float32)
        proposed = propose(predicted if scaled is None else scaled(predicted))
        if predicted.ndim == 2:
            return encode_png(proposed.confidence)
        nothing = np.zeros_like(proposed.confidence)
        return encode_png(np.stack([proposed.proposed, proposed.confidence, nothing], axis=-1))

    size = "" if scaled is None else "-scaled"
    key = image.cache_kind(f"{prediction_key(workspace, version)}{size}")
    return workspace.cache.get_or_make(image.sha256, key, predict)


def planes(kept: bytes) -> Proposal:
    """What `kept_png` gives, as arrays."""
    values = read_png(kept, "prediction")
    if values.ndim == 2:
        return Proposal(np.ones_like(values), values)
    return Proposal(values[..., 0], values[..., 1])


def prediction_key(workspace: Workspace, version: VersionRow) -> str:
    """Names a prediction in the cache: by the weights and by what of the card changes pixels."""
    digest = pixel_digest(card_of(workspace, version))
    return f"probability-{version.weights_sha256[:20]}-{digest}"
