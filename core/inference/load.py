"""Open a weights file without running any code that it might bring."""

from __future__ import annotations

import zipfile
from pathlib import Path

import keras

from core.errors import BadModelError
from core.inference.stock_layers import check_stock


def load_network(path: Path) -> keras.Model:
    """The network in a weights file, uncompiled.

    Args:
        path: A `.keras` or `.h5` file of stock Keras layers.

    Returns:
        A model of one image (N, H, W, 1 or 3) -> probabilities (N, H, W, classes).

    Raises:
        BadModelError: Missing, damaged, unsafe, or no network from an image to a map; one sentence.
    """
    check_stock(path)
    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    # Keras has no error of its own for a file that does not fit together.
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OSError,
        RuntimeError,
        zipfile.BadZipFile,
    ) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BadModelError(f"{path.name} cannot be opened as a Keras model ({reason[:200]}).") from None
    if not _maps_images(model):
        raise BadModelError(
            f"{path.name} is no network from one image (1 or 3 channels) to a map of probabilities; "
            "choose a segmentation model."
        )
    return model


def _maps_images(model: keras.Model) -> bool:
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        return False
    return model.inputs[0].ndim == 4 and model.outputs[0].ndim == 4 and model.inputs[0].shape[-1] in (1, 3)
