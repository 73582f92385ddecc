"""Prepared images -> logits, in batches, averaged over mirrored images."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from numpy.typing import NDArray

from core.inference.predictor import mirrorings


def logits_function(
    model: keras.Model, *, flips: tuple[str, ...] = (), batch_size: int = 16
) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """A function from images to logits; made once, it is traced once.

    Args:
        model: As `core.classification.backbones.build_classifier` makes it; later weights count.
        flips: Of "horizontal" and "vertical"; logits are averaged over these mirrorings of each image.
        batch_size: Images at once.

    Returns:
        (N, S, S, 3) uint8 -> (N, labels) float32.
    """
    ends = keras.Model(model.inputs[0], model.get_layer("logits").output)
    axes_of = mirrorings(flips)

    def logits(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        total = np.zeros((len(images), int(model.outputs[0].shape[-1])), np.float32)
        for start in range(0, len(images), batch_size):
            part = slice(start, start + batch_size)
            scaled = images[part].astype(np.float32) / np.float32(255)
            for axes in axes_of:
                flipped = np.flip(scaled, tuple(axis + 1 for axis in axes))
                total[part] += np.asarray(ends.predict_on_batch(flipped), np.float32)
        return total / np.float32(len(axes_of))

    return logits
