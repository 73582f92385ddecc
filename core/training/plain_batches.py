"""Batches without TensorFlow: augmented ones by a few threads, and every image once for validation.

The same positions, order, changes and numbers as the tf.data pipeline of `core.training.pipeline`.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.training.examples import ExampleArrays
from core.training.stream import Share, TrainingStream, mirror_out

# OpenCV and NumPy let go of the interpreter's lock, so threads do; more of them only wait for memory.
NUM_THREADS = min(8, os.cpu_count() or 1)
# Batches made ahead of the one that trains.
AHEAD = 4


def endless_batches(
    stream: TrainingStream, batch_size: int, *, first_step: int, share: Share
) -> Iterator[tuple[NDArray[Any], NDArray[np.uint8]]]:
    """Augmented batches one after the other; `pipeline.training_batches` says what they hold."""

    def load(step: int) -> tuple[NDArray[Any], NDArray[np.uint8]]:
        positions = share.of(range(step * batch_size, (step + 1) * batch_size))
        images, targets = zip(*(stream.example(position) for position in positions), strict=True)
        return np.stack(images), np.stack(targets)

    with ThreadPoolExecutor(NUM_THREADS) as pool:
        waiting: deque[Future[Any]] = deque(pool.submit(load, first_step + number) for number in range(AHEAD))
        step = first_step + AHEAD
        try:
            while True:
                yield waiting.popleft().result()
                waiting.append(pool.submit(load, step))
                step += 1
        finally:
            for future in waiting:
                future.cancel()


class EveryImage(keras.utils.PyDataset):
    """Every image once, in order, in batches; `pipeline.validation_batches` says what they hold."""

    def __init__(
        self, examples: ExampleArrays, batch_size: int, *, border: int, fill: bool, share: Share
    ) -> None:
        super().__init__()
        self._examples = examples
        self._batch_size = batch_size
        self._border = border
        self._fill = fill
        self._share = share

    def __len__(self) -> int:
        """Number of batches."""
        return -(-len(self._examples) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], ...]:
        """Images, targets and, where filled, weights."""
        examples = self._examples
        positions: Sequence[int] = range(index * self._batch_size, (index + 1) * self._batch_size)
        if self._fill:
            positions = self._share.of(positions)
        else:
            positions = positions[: len(examples) - index * self._batch_size]
        chosen = np.array(positions) % len(examples)
        images = np.stack([mirror_out(image, self._border) for image in examples.images[chosen]])
        masks = examples.masks[chosen]
        weights = np.ones_like(masks) if examples.weights is None else examples.weights[chosen]
        batch = (images, np.stack([masks, weights], axis=-1))
        if not self._fill:
            return batch
        return (*batch, (np.array(positions) < len(examples)).astype(np.float32))


def to_float(images: NDArray[Any]) -> NDArray[np.float32]:
    """Stored integers as float32 in [0, 1]; the type's largest value stands for 1."""
    return images.astype(np.float32) / np.float32(np.iinfo(images.dtype).max)
