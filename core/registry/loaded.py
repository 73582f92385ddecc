"""Loaded models by folder: the last few stay in memory, each is loaded once, nothing is loaded at import."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

Model = TypeVar("Model")


class LoadedModels(Generic[Model]):
    """The last `capacity` models; safe to share between threads.

    Args:
        capacity: Models kept in memory.
        load: How a model is loaded from its folder.
    """

    def __init__(self, capacity: int, load: Callable[[Path], Model]) -> None:
        self._capacity = capacity
        self._load = load
        self._guard = threading.Lock()
        self._loading: dict[Path, threading.Lock] = {}
        self._loaded: OrderedDict[Path, Model] = OrderedDict()

    def get(self, folder: Path) -> Model:
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
            model = self._load(folder)
            with self._guard:
                self._loaded[folder] = model
                while len(self._loaded) > self._capacity:
                    self._loaded.popitem(last=False)
            return model
