"""Loaded classifiers by version; nothing is loaded at import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

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


LoadClassifier = Callable[[Path], ClassifierLike]


def load_classifier_folder(folder: Path) -> ClassifierLike:
    """The classifier of a folder; imports Keras at its first call."""
    from core.training.quiet_start import start_keras

    start_keras()
    from core.classification.predictor import load_classifier

    classifier: ClassifierLike = load_classifier(folder)
    return classifier


class Classifiers(LoadedModels[ClassifierLike]):
    """The last `capacity` classifiers; safe to share between threads.

    Args:
        capacity: Classifiers kept in memory.
        load: How one is loaded from its folder.
    """

    def __init__(self, capacity: int = 2, load: LoadClassifier = load_classifier_folder) -> None:
        super().__init__(capacity, load)
