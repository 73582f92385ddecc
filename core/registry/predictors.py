"""Loaded models by version: the last few stay in memory, each is loaded once, nothing is loaded at import."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.cards import ModelCard
from core.imaging.decode import DecodedImage


class PredictorLike(Protocol):
    """What is asked of a loaded model."""

    @property
    def card(self) -> ModelCard:
        """What it says of itself."""

    def predict(self, image: DecodedImage) -> NDArray[np.floating[Any]]:
        """(H, W) float32 in [0, 1] at the image's own size."""


Load = Callable[[Path], PredictorLike]


def load_model_folder(folder: Path) -> PredictorLike:
    """The model of a folder; imports Keras at its first call."""
    from core.training.quiet_start import start_keras

    start_keras()
    from core.inference.predictor import load_predictor

    predictor: PredictorLike = load_predictor(folder)
    return predictor


class Predictors:
    """The last `capacity` models; safe to share between threads.

    Args:
        capacity: Models kept in memory.
        load: How a model is loaded from its folder.
    """

    def __init__(self, capacity: int = 2, load: Load = load_model_folder) -> None:
        self._capacity = capacity
        self._load = load
        self._guard = threading.Lock()
        self._loading: dict[Path, threading.Lock] = {}
        self._loaded: OrderedDict[Path, PredictorLike] = OrderedDict()

    def get(self, folder: Path) -> PredictorLike:
        """The model of a folder; two threads that ask for the same one load it once.

        Raises:
            BadModelError: It is missing, broken or unsafe.
        """
        with self._guard:
            lock = self._loading.setdefault(folder, threading.Lock())
        with lock:
            with self._guard:
                if folder in self._loaded:
                    self._loaded.move_to_end(folder)
                    return self._loaded[folder]
            predictor = self._load(folder)
            with self._guard:
                self._loaded[folder] = predictor
                while len(self._loaded) > self._capacity:
                    self._loaded.popitem(last=False)
            return predictor
