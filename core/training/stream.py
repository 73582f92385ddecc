"""The endless stream of augmented examples, as arithmetic on a position rather than state.

Position p is image `order(p // N)[p % N]`, changed as (seed, p // N, image) says. So a run is repeatable
whatever the threads do, and can start again at any step. Batches run on over the end of a pass: each has the
same size, and with fewer images than a batch holds, one batch shows an image several times, changed
differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import AugmentConfig
from core.training.augment import change_image, change_labels, changed_size, draw_change
from core.training.examples import DrawnExamples, ExampleArrays


@dataclass(frozen=True)
class Share:
    """The part of each batch that process `number` of `count` makes; all of it by default."""

    number: int = 0
    count: int = 1

    def of(self, positions: Sequence[int]) -> Sequence[int]:
        """This process' part of a batch's positions, whose number the processes divide."""
        size = len(positions) // self.count
        return positions[self.number * size : (self.number + 1) * size]


ALL = Share()


@dataclass(frozen=True)
class TrainingStream:
    """The endless stream of augmented examples, or of those that are drawn one by one.

    Attributes:
        border: Pixels that each image is mirrored out by on every side, after it was changed; the target
            keeps its size (the U-Net without padding, whose output is smaller than its input).
    """

    examples: ExampleArrays | DrawnExamples
    augment: AugmentConfig
    seed: int
    border: int = 0

    @property
    def image_shape(self) -> tuple[int, ...]:
        """(H, W, C) of an example, without its border: of a crop where one is cut out."""
        if isinstance(self.examples, DrawnExamples):
            return self.examples.image_shape
        *size, channels = self.examples.image_shape
        return *changed_size(self.augment, (size[0], size[1])), channels

    def example(self, position: int) -> tuple[NDArray[Any], NDArray[np.uint8]]:
        """The augmented example at one position.

        Returns:
            Image (H + 2 border, W + 2 border, C) in its stored type, and target (H, W, 2) uint8 (class index,
            weight).
        """
        examples = self.examples
        if isinstance(examples, DrawnExamples):
            return examples.draw(self.seed, position)
        number, index = example_at(position, len(examples), self.seed)
        change = draw_change(self.augment, examples.masks[index].shape, (self.seed, number, index))
        mask = change_labels(examples.masks[index], change)
        weights = examples.weights
        weight = np.ones_like(mask) if weights is None else change_labels(weights[index], change)
        image = mirror_out(change_image(examples.images[index], change), self.border)
        return image, np.stack([mask, weight], axis=-1)


def mirror_out(image: NDArray[Any], border: int) -> NDArray[Any]:
    """The image with its own mirror image on each side, again and again where the border is wider than it."""
    if border == 0:
        return image
    return np.pad(image, ((border, border), (border, border), (0, 0)), mode="reflect")


def example_at(position: int, num_examples: int, seed: int) -> tuple[int, int]:
    """The pass over the examples, from 0, and the example that stands at a position of the stream."""
    number, place = divmod(position, num_examples)
    return number, int(_order(num_examples, seed, number)[place])


@lru_cache(maxsize=8)
def _order(num_examples: int, seed: int, number: int) -> NDArray[np.int64]:
    # The extra 1 keeps this generator apart from those of the images.
    return np.random.default_rng((seed, number, 0, 1)).permutation(num_examples)
