"""Examples -> batches. Fixed order, static shapes: cache, shuffle, repeat, map, batch, prefetch.

The cache comes first (`ExampleArrays`: decoding is what costs), augmentation after it, or every pass would
show the same pictures. Shuffling and repeating are arithmetic on a position, not state: position p of the
endless stream is image `order(p // N)[p % N]`, changed as (seed, p // N, image) says. So a run is repeatable
whatever the threads do, and can start again at any step. Batches run on over the end of a pass: each has the
same size, and with fewer images than a batch holds, one batch shows an image several times, changed
differently.

On TensorFlow the batches are a tf.data.Dataset, on other backends `core.training.plain_batches` makes the
same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.config import AugmentConfig
from core.training.augment import change_image, change_labels, draw_change
from core.training.examples import ExampleArrays


@dataclass(frozen=True)
class Share:
    """The part of each batch that a process makes; all of it by default.

    Attributes:
        number: Of the process, from 0.
        count: Processes, which take equal parts in the order of their numbers.
    """

    number: int = 0
    count: int = 1

    def of(self, positions: Sequence[int]) -> Sequence[int]:
        """This process' part of a batch's positions, whose number the processes divide."""
        size = len(positions) // self.count
        return positions[self.number * size : (self.number + 1) * size]


ALL = Share()


@dataclass(frozen=True)
class TrainingStream:
    """The endless stream of augmented examples.

    Attributes:
        examples: What to train on.
        augment: How far images are changed.
        seed: Of order and changes.
        border: Pixels that each image is mirrored out by on every side, after it was changed; the target
            keeps its size (the U-Net without padding, whose output is smaller than its input).
    """

    examples: ExampleArrays
    augment: AugmentConfig
    seed: int
    border: int = 0

    def example(self, position: int) -> tuple[NDArray[Any], NDArray[np.uint8]]:
        """The augmented example at one position.

        Returns:
            Image (H + 2 border, W + 2 border, C) in its stored type, and target (H, W, 2) uint8 (class index,
            weight).
        """
        examples = self.examples
        number, place = divmod(position, len(examples))
        index = int(_order(len(examples), self.seed, number)[place])
        change = draw_change(self.augment, examples.masks[index].shape, (self.seed, number, index))
        mask = change_labels(examples.masks[index], change)
        weights = examples.weights
        weight = np.ones_like(mask) if weights is None else change_labels(weights[index], change)
        image = mirror_out(change_image(examples.images[index], change), self.border)
        return image, np.stack([mask, weight], axis=-1)


def training_batches(
    examples: ExampleArrays,
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
        examples: What to train on.
        augment: How far images are changed.
        batch_size: Images in each batch, over all replicas and processes.
        seed: Of order and changes.
        first_step: Batches to leave out at the start.
        border: Pixels that images are mirrored out by on each side.
        share: The part of each batch that this process makes.

    Returns:
        Batches of images (B, H + 2 border, W + 2 border, C) float32 in [0, 1] and targets (B, H, W, 2)
        float32 (class index, weight); B is the share's part of `batch_size`.
    """
    stream = TrainingStream(examples, augment, seed, border)
    if keras.backend.backend() == "tensorflow":
        return _training_dataset(stream, batch_size, first_step)
    from core.training.plain_batches import endless_batches

    return endless_batches(stream, batch_size, first_step=first_step, share=share)


def validation_batches(
    examples: ExampleArrays, *, batch_size: int, border: int = 0, fill: bool = False, share: Share = ALL
) -> Any:
    """Every image once, in order, unchanged, as Keras' `fit` takes it.

    Args:
        examples: What to validate on.
        batch_size: Images in each batch, over all replicas and processes.
        border: Pixels that images are mirrored out by on each side.
        fill: Give all batches the same size: the last one repeats images with the weight 0, and every image
            of every batch has a weight, which metrics take as their `sample_weight`.
        share: The part of each batch that this process makes; its batches are full.

    Returns:
        Batches of images (B, H + 2 border, W + 2 border, C) float32 in [0, 1], targets (B, H, W, 2) float32
        (class index, weight) and, where filled, weights (B,) float32 in {0, 1}. Else the last batch may be
        smaller.
    """
    from core.training.plain_batches import EveryImage

    every = EveryImage(examples, batch_size, border=border, fill=fill, share=share)
    return _validation_dataset(every) if keras.backend.backend() == "tensorflow" else every


def mirror_out(image: NDArray[Any], border: int) -> NDArray[Any]:
    """The image with its own mirror image on each side, again and again where the border is wider than it.

    Args:
        image: (H, W, C).
        border: Pixels on each side.
    """
    if border == 0:
        return image
    return np.pad(image, ((border, border), (border, border), (0, 0)), mode="reflect")


def _training_dataset(stream: TrainingStream, batch_size: int, first_step: int) -> Any:
    import tensorflow as tf

    height, width, channels = stream.examples.images.shape[1:]
    outer = (height + 2 * stream.border, width + 2 * stream.border, channels)

    def load(position: Any) -> tuple[Any, Any]:
        image, target = tf.numpy_function(
            lambda p: stream.example(int(p)),
            [position],
            (tf.as_dtype(stream.examples.images.dtype), tf.uint8),
        )
        return tf.ensure_shape(image, outer), tf.ensure_shape(target, (height, width, 2))

    positions = tf.data.Dataset.range(first_step * batch_size, np.iinfo(np.int64).max)
    return (
        positions.map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .batch(batch_size, drop_remainder=True)
        .map(_to_float)
        .prefetch(tf.data.AUTOTUNE)
    )


def _validation_dataset(every: Any) -> Any:
    import tensorflow as tf

    # Static shapes but for the number of images, of which an unfilled last batch has fewer.
    signature = tuple(tf.TensorSpec((None, *part.shape[1:]), tf.float32) for part in every[0])
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


@lru_cache(maxsize=8)
def _order(num_examples: int, seed: int, number: int) -> NDArray[np.int64]:
    # The extra 1 keeps this generator apart from those of the images.
    return np.random.default_rng((seed, number, 0, 1)).permutation(num_examples)


def _to_float(images: Any, targets: Any) -> tuple[Any, Any]:
    import tensorflow as tf

    return tf.cast(images, tf.float32) / float(images.dtype.max), tf.cast(targets, tf.float32)
