"""Examples -> batches. Fixed order, static shapes: cache, shuffle, repeat, map, batch, prefetch.

The cache comes first (`ExampleArrays`: decoding is what costs), augmentation after it, or every pass would
show the same pictures. Shuffling, repeating and augmenting are `core.training.stream`.

Batches stay whole numbers, which the network scales on the device: a byte a value goes there, not four. On
TensorFlow they are a tf.data.Dataset, on other backends `core.training.plain_batches` makes the
same ones.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from core.config import AugmentConfig
from core.training.examples import DrawnExamples, ExampleArrays
from core.training.plain_batches import EveryImage, endless_batches
from core.training.stream import ALL, Share, TrainingStream


def training_batches(
    examples: ExampleArrays | DrawnExamples,
    augment: AugmentConfig,
    *,
    batch_size: int,
    seed: int,
    first_step: int = 0,
    border: int = 0,
    share: Share = ALL,
) -> Any:
    """Endless augmented batches, as Keras' `fit` takes them.

    Args:
        batch_size: Images in each batch, over all replicas and processes.
        first_step: Batches to leave out at the start.
        border: Pixels that images are mirrored out by on each side.
        share: The part of each batch that this process makes.

    Returns:
        Batches of images (B, H + 2 border, W + 2 border, C) in their stored type and targets (B, H, W, 2)
        uint8 (class index, weight), H and W of a crop where one is cut out; B is the share's part of
        `batch_size`.
    """
    stream = TrainingStream(examples, augment, seed, border)
    if keras.backend.backend() == "tensorflow":
        return _training_dataset(stream, batch_size, first_step)
    return endless_batches(stream, batch_size, first_step=first_step, share=share)


def validation_batches(
    examples: ExampleArrays, *, batch_size: int, border: int = 0, fill: bool = False, share: Share = ALL
) -> Any:
    """Every image once, in order, unchanged, as Keras' `fit` takes it.

    Args:
        batch_size: Images in each batch, over all replicas and processes.
        border: Pixels that images are mirrored out by on each side.
        fill: Give all batches the same size: the last one repeats images with the weight 0, and every image
            of every batch has a weight, which metrics take as their `sample_weight`.
        share: The part of each batch that this process makes; its batches are full.

    Returns:
        Batches of images (B, H + 2 border, W + 2 border, C) in their stored type, targets (B, H, W, 2) uint8
        (class index, weight) and, where filled, weights (B,) float32 in {0, 1}. Else the last batch may be
        smaller.
    """
    every = EveryImage(examples, batch_size, border=border, fill=fill, share=share)
    return _validation_dataset(every) if keras.backend.backend() == "tensorflow" else every


def _training_dataset(stream: TrainingStream, batch_size: int, first_step: int) -> Any:
    import tensorflow as tf

    height, width, channels = stream.image_shape
    outer = (height + 2 * stream.border, width + 2 * stream.border, channels)

    def load(position: Any) -> tuple[Any, Any]:
        image, target = tf.numpy_function(
            lambda p: stream.example(int(p)), [position], (tf.as_dtype(stream.examples.image_type), tf.uint8)
        )
        return tf.ensure_shape(image, outer), tf.ensure_shape(target, (height, width, 2))

    positions = tf.data.Dataset.range(first_step * batch_size, np.iinfo(np.int64).max)
    return (
        positions.map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .batch(batch_size, drop_remainder=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def _validation_dataset(every: Any) -> Any:
    import tensorflow as tf

    # Static shapes but for the number of images, of which an unfilled last batch has fewer.
    signature = tuple(tf.TensorSpec((None, *part.shape[1:]), part.dtype) for part in every[0])
    batches = tf.data.Dataset.range(len(every)).map(
        lambda number: tf.numpy_function(
            lambda n: every[int(n)], [number], [spec.dtype for spec in signature]
        ),
        num_parallel_calls=2,
        deterministic=True,
    )
    return batches.map(
        lambda *parts: tuple(
            tf.ensure_shape(part, spec.shape) for part, spec in zip(parts, signature, strict=True)
        )
    ).prefetch(tf.data.AUTOTUNE)
