"""Open a weights file without running any code that it might bring."""

from __future__ import annotations

from pathlib import Path

import keras

from core.errors import BadModelError
from core.inference.stock_layers import check_stock


def load_network(path: Path, channels: tuple[int, ...] = (1, 3)) -> keras.Model:
    """The network in a weights file, uncompiled.

    Args:
        channels: That the network's input may have.

    Returns:
        A model of one image (N, H, W, 1 or 3) -> probabilities (N, H, W, classes).

    Raises:
        BadModelError: Missing, damaged, unsafe, or no network from an image to a map; one sentence.
    """
    model = _open(path)
    one = len(model.inputs) == 1 and len(model.outputs) == 1
    maps = one and model.inputs[0].ndim == 4 and model.outputs[0].ndim == 4
    if not maps or model.inputs[0].shape[-1] not in channels:
        raise BadModelError(
            "{path} is no network from one image (1 or 3 channels) to a map of probabilities; "
            "choose a segmentation model.",
            path=path.name,
        )
    return model


def load_classifier_network(path: Path) -> keras.Model:
    """The network in a classifier's weights file, uncompiled.

    Returns:
        A model of one image (N, S, S, 3) -> probabilities (N, labels).

    Raises:
        BadModelError: Missing, damaged, unsafe, or no network from an image to labels; one sentence.
    """
    model = _open(path)
    one = len(model.inputs) == 1 and len(model.outputs) == 1
    if not one or model.inputs[0].ndim != 4 or model.inputs[0].shape[-1] != 3 or model.outputs[0].ndim != 2:
        raise BadModelError(
            "{path} is no network from one colour image to probabilities of labels; choose a classifier.",
            path=path.name,
        )
    return model


def _open(path: Path) -> keras.Model:
    check_stock(path)
    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    # Keras has no error of its own for a file that does not fit together: it raises what it stumbles over.
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BadModelError(
            "{path} cannot be opened as a Keras model ({reason}).", path=path.name, reason=reason[:200]
        ) from None
