"""Loaded models by folder: the last few stay in memory, each is loaded once, nothing is loaded at import.

A model whose card was written again is loaded again: it predicts as its card says.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.cards import ModelCard
from core.classification.predictor import load_classifier
from core.classifier_cards import ClassifierCard
from core.imaging.decode import DecodedImage
from core.inference.predictor import load_predictor


class PredictorLike(Protocol):
    """What is asked of a loaded segmentation model."""

    @property
    def card(self) -> ModelCard:
        """What it says of itself."""

    def predict(self, image: DecodedImage) -> NDArray[np.floating[Any]]:
        """(H, W) float32 in [0, 1] at the image's own size."""


class ClassifierLike(Protocol):
    """What is asked of a loaded classifier."""

    @property
    def card(self) -> ClassifierCard:
        """What it says of itself."""

    def classify(self, image: DecodedImage, mask: NDArray[Any] | None = None) -> dict[str, float]:
        """The probability of each label, in the card's order; they add up to 1."""

    def explain(self, image: DecodedImage, mask: NDArray[Any] | None, label: str) -> NDArray[np.float32]:
        """(H, W) float32 in [0, 1] at the image's own size: where it found what speaks for a label."""


Model = TypeVar("Model")


class LoadedModels(Generic[Model]):
    """The last `capacity` models; safe to share between threads."""

    def __init__(self, capacity: int, load: Callable[[Path], Model]) -> None:
        self._capacity = capacity
        self._load = load
        self._guard = threading.Lock()
        self._loading: dict[Path, threading.Lock] = {}
        self._loaded: OrderedDict[Path, tuple[int | None, Model]] = OrderedDict()

    def get(self, folder: Path) -> Model:
        """The model of a folder; two threads that ask for the same one load it once.

        Raises:
            BadModelError: It is missing, broken or unsafe.
        """
        with self._guard:
            lock = self._loading.setdefault(folder, threading.Lock())
        with lock:
            written = _written_at(folder / "card.json")
            with self._guard:
                loaded_of, loaded = self._loaded.get(folder, (None, None))
                if loaded is not None and loaded_of == written:
                    self._loaded.move_to_end(folder)
                    return loaded
            model = self._load(folder)
            with self._guard:
                self._loaded[folder] = written, model
                while len(self._loaded) > self._capacity:
                    self._loaded.popitem(last=False)
            return model


class Predictors(LoadedModels[PredictorLike]):
    """Segmentation models."""

    def __init__(self, capacity: int = 2, load: Callable[[Path], PredictorLike] = load_predictor) -> None:
        super().__init__(capacity, load)

    def __reduce__(self) -> tuple[Any, ...]:
        """How a worker of a cluster gets them: it loads its own, once for each process."""
        return _of_this_process, ()


class Classifiers(LoadedModels[ClassifierLike]):
    """Classifiers."""

    def __init__(self, capacity: int = 2, load: Callable[[Path], ClassifierLike] = load_classifier) -> None:
        super().__init__(capacity, load)


@cache
def _of_this_process() -> Predictors:
    return Predictors()


def _written_at(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
