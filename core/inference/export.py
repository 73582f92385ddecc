"""Write a network so that plain Keras opens it, without this project's code."""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras

from core.files import write_whole


def save_weights(model: keras.Model, path: Path) -> None:
    """Write a network whole, as `.keras` or `.h5` by the ending of the path.

    Args:
        model: Float32, uncompiled, stock layers, as `core.training.fit.train` returns it.
        path: Where to; what was there before is replaced when the new file is complete.

    Raises:
        ValueError: Another ending, or a network that plain Keras would not open.
    """
    if path.suffix not in (".keras", ".h5"):
        raise ValueError(f"weights are written as .keras or .h5, got {path.name}")
    foreign = [layer.name for layer in model.layers if not type(layer).__module__.startswith("keras.")]
    if foreign or model.compiled:
        raise ValueError(f"only an uncompiled network of stock Keras layers is exported, got {foreign}")
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / f"model{path.suffix}"
        _save_quietly(model, part)
        write_whole(path, part.read_bytes())


def _save_quietly(model: keras.Model, path: Path) -> None:
    """Without the advice to use `.keras` instead of `.h5`: both are written."""
    from absl import logging

    level = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        model.save(path)
    finally:
        logging.set_verbosity(level)
