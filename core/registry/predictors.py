"""Loaded models by folder: the last few stay in memory, each is loaded once, nothing is loaded at import.

A model whose card was written again is loaded again: it predicts as its card says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from core.classification.predictor import Classifier, load_classifier
from core.inference.predictor import Predictor, load_predictor

Model = TypeVar("Model")


class LoadedModels(Generic[Model]):
    """The last `capacity` models; safe to share between threads."""

    def __init__(self, capacity: int, load: Callable[[Path], Model]) -> None:
        self._loading: dict[str, threading.Lock] = {}
        self._loaded = lru_cache(capacity)(lambda folder, written: load(folder))

    def get(self, folder: Path) -> Model:
        """The model of a folder; two threads that ask for the same one load it once.

        Raises:
            BadModelError: It is missing, broken or unsafe.
        """
        # Two threads get the same one: of text `setdefault` looks and sets in one.
        with self._loading.setdefault(str(folder), threading.Lock()):
            return self._loaded(folder, _written_at(folder / "card.json"))


class Predictors(LoadedModels[Predictor]):
    """Segmentation models."""

    def __init__(self, capacity: int = 2, load: Callable[[Path], Predictor] = load_predictor) -> None:
        super().__init__(capacity, load)

    def __reduce__(self) -> tuple[Any, ...]:
        """How a worker of a cluster gets them: it loads its own, once for each process."""
        return _of_this_process, ()


class Classifiers(LoadedModels[Classifier]):
    """Classifiers."""

    def __init__(self, capacity: int = 2, load: Callable[[Path], Classifier] = load_classifier) -> None:
        super().__init__(capacity, load)


@cache
def _of_this_process() -> Predictors:
    return Predictors()


def _written_at(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
