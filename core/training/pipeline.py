"""Examples -> batches. Fixed order, static shapes: cache, shuffle, repeat, map, batch, prefetch.

The cache comes first (`ExampleArrays`: decoding is what costs), augmentation after it, or every pass would
show the same pictures. Shuffling and repeating are arithmetic on a position, not state: position p of the
endless stream is image `order(p // N)[p % N]`, changed as (seed, p // N, image) says. So a run is repeatable
whatever the threads do, and can start again at any step. Batches run on over the end of a pass: each has the
same size, and with fewer images than a batch holds, one batch shows an image several times, changed
differently.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import AugmentConfig
from core.training.augment import change_image, change_labels, draw_change
from core.training.examples import ExampleArrays


def training_batches(
    examples: ExampleArrays, augment: AugmentConfig, *, batch_size: int, seed: int, first_step: int = 0
) -> Any:
    """An endless tf.data.Dataset of augmented batches.

    Args:
        examples: What to train on.
        augment: How far images are changed.
        batch_size: Images in each batch, over all replicas.
        seed: Of order and changes.
        first_step: Batches to leave out at the start.

    Returns:
        Batches of images (B, S, S, C) float32 in [0, 1] and targets (B, S, S, 2) float32 (mask, weight).
    """
    import tensorflow as tf

    size, channels = examples.images.shape[1], examples.images.shape[3]

    def load(position: Any) -> tuple[Any, Any]:
        image, target = tf.numpy_function(
            lambda p: training_example(examples, augment, seed, int(p)),
            [position],
            (tf.as_dtype(examples.images.dtype), tf.uint8),
        )
        return tf.ensure_shape(image, (size, size, channels)), tf.ensure_shape(target, (size, size, 2))

    positions = tf.data.Dataset.range(first_step * batch_size, np.iinfo(np.int64).max)
    return (
        positions.map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .batch(batch_size, drop_remainder=True)
        .map(_to_float)
        .prefetch(tf.data.AUTOTUNE)
    )


def validation_batches(examples: ExampleArrays, *, batch_size: int) -> Any:
    """A tf.data.Dataset of every image once, in order, unchanged; the last batch may be smaller.

    Returns:
        Batches of images (B, S, S, C) float32 in [0, 1] and targets (B, S, S, 2) float32 (mask, weight).
    """
    import tensorflow as tf

    weights = np.ones_like(examples.masks) if examples.weights is None else examples.weights
    targets = np.stack([examples.masks, weights], axis=-1)
    dataset = tf.data.Dataset.from_tensor_slices((examples.images, targets))
    return dataset.batch(batch_size).map(_to_float).prefetch(tf.data.AUTOTUNE)


def training_example(
    examples: ExampleArrays, augment: AugmentConfig, seed: int, position: int
) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """The augmented example at one position of the endless stream.

    Returns:
        Image (S, S, C) in its stored type, and target (S, S, 2) uint8 (mask, weight).
    """
    number, place = divmod(position, len(examples))
    index = int(_order(len(examples), seed, number)[place])
    change = draw_change(augment, examples.images.shape[1], (seed, number, index))
    mask = change_labels(examples.masks[index], change)
    weights = examples.weights
    weight = np.ones_like(mask) if weights is None else change_labels(weights[index], change)
    return change_image(examples.images[index], change), np.stack([mask, weight], axis=-1)


@lru_cache(maxsize=8)
def _order(num_examples: int, seed: int, number: int) -> NDArray[np.int64]:
    # The extra 1 keeps this generator apart from those of the images.
    return np.random.default_rng((seed, number, 0, 1)).permutation(num_examples)


def _to_float(images: Any, targets: Any) -> tuple[Any, Any]:
    import tensorflow as tf

    return tf.cast(images, tf.float32) / float(images.dtype.max), tf.cast(targets, tf.float32)
