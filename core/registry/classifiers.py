"""Loaded classifiers by version; nothing is loaded at import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.classification.predictor import load_classifier
from core.classifier_cards import ClassifierCard
from core.imaging.decode import DecodedImage
from core.registry.loaded import LoadedModels


class ClassifierLike(Protocol):
    """What is asked of a loaded classifier."""

    @property
    def card(self) -> ClassifierCard:
        """What it says of itself."""

    def classify(self, image: DecodedImage, mask: NDArray[Any] | None = None) -> dict[str, float]:
        """The probability of each label, in the card's order; they add up to 1."""

    def explain(self, image: DecodedImage, mask: NDArray[Any] | None, label: str) -> NDArray[np.float32]:
        """(H, W) float32 in [0, 1] at the image's own size: where it found what speaks for a label."""


class Classifiers(LoadedModels[ClassifierLike]):
    """The last `capacity` classifiers; safe to share between threads.

    Args:
        capacity: Classifiers kept in memory.
        load: How one is loaded from its folder.
    """

    def __init__(self, capacity: int = 2, load: Callable[[Path], ClassifierLike] = load_classifier) -> None:
        super().__init__(capacity, load)
