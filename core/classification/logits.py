"""Prepared images -> logits, in batches, averaged over mirrored images."""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray

from core.inference.predictor import mirrorings


class Logits:
    """Gives the logits of images; compiled once, at its first call.

    Keras compiles anew for each network and each shape of a batch, and TensorFlow warns of it where several
    small networks follow each other. So one of these serves a whole run, and the last batch is filled up.

    Args:
        model: As `core.classification.backbones.build_classifier` makes it; later weights count.
    """

    def __init__(self, model: keras.Model, *, batch_size: int = 16) -> None:
        self._ends = keras.Model(model.inputs[0], model.get_layer("logits").output)
        self._batch_size = batch_size

    def __call__(self, images: NDArray[np.uint8], flips: tuple[str, ...] = ()) -> NDArray[np.float32]:
        """(N, labels) float32 of (N, S, S, 3) uint8 (255 stands for 1), the mean over mirrored images."""
        axes_of = mirrorings(flips)
        total = np.zeros((len(images), int(self._ends.outputs[0].shape[-1])), np.float32)
        for start in range(0, len(images), self._batch_size):
            part = images[start : start + self._batch_size]
            batch = np.zeros((self._batch_size, *part.shape[1:]), np.float32)
            batch[: len(part)] = part / np.float32(255)
            for axes in axes_of:
                flipped = np.flip(batch, tuple(axis + 1 for axis in axes))
                found = np.asarray(self._ends.predict_on_batch(flipped), np.float32)
                total[start : start + len(part)] += found[: len(part)]
        return total / np.float32(len(axes_of))
