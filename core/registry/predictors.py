"""Loaded segmentation models by version; nothing is loaded at import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.cards import ModelCard
from core.imaging.decode import DecodedImage
from core.inference.predictor import load_predictor
from core.registry.loaded import LoadedModels


class PredictorLike(Protocol):
    """What is asked of a loaded model."""

    @property
    def card(self) -> ModelCard:
        """What it says of itself."""

    def predict(self, image: DecodedImage) -> NDArray[np.floating[Any]]:
        """(H, W) float32 in [0, 1] at the image's own size."""


class Predictors(LoadedModels[PredictorLike]):
    """The last `capacity` segmentation models; safe to share between threads.

    Args:
        capacity: Models kept in memory.
        load: How a model is loaded from its folder.
    """

    def __init__(self, capacity: int = 2, load: Callable[[Path], PredictorLike] = load_predictor) -> None:
        super().__init__(capacity, load)
