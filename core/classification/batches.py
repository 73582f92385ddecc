"""Labelled examples -> augmented batches, the same whatever the threads do; as `core.training.stream`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.classification.examples import LabelledArrays
from core.config import AugmentConfig
from core.training.augment import change_image, draw_change
from core.training.stream import example_at

Batch = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]


def labelled_batches(
    examples: LabelledArrays,
    augment: AugmentConfig,
    weights: NDArray[np.float32],
    *,
    batch_size: int,
    seed: int,
    first_step: int = 0,
) -> Iterator[Batch]:
    """Augmented batches without an end.

    Args:
        weights: (labels,) float32, of each label in the loss.

    Yields:
        Images (B, S, S, 3) float32 in [0, 1], labels (B,) and their weights (B,).
    """
    for start in itertools.count(first_step * batch_size, batch_size):
        chosen = [example_at(start + place, len(examples), seed) for place in range(batch_size)]
        images = np.stack([_augmented(examples, augment, (seed, *each)) for each in chosen])
        labels = examples.labels[[index for _, index in chosen]]
        yield images.astype(np.float32) / np.float32(255), labels, weights[labels]


def _augmented(
    examples: LabelledArrays, augment: AugmentConfig, seed: tuple[int, int, int]
) -> NDArray[np.uint8]:
    image = examples.images[seed[2]]
    return change_image(image, draw_change(augment, image.shape[:2], seed))
