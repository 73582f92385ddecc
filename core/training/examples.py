"""Images with masks as one block of arrays at the network's size: decoded, scaled and resized once.

This is the cache of the input pipeline. It holds integers over the input's range [0, 1], one byte a value for
8-bit images, so that ten thousand images of 256x256 fit into a laptop's memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import ScalingConfig
from core.imaging.class_table import UNDEFINED
from core.imaging.decode import DecodedImage
from core.imaging.resample import network_input, resize_classes, resize_labels

NUM_THREADS = 4

_Prepared = tuple[NDArray[Any], NDArray[np.uint8], NDArray[np.uint8] | None]


@dataclass(frozen=True)
class Example:
    """One image with its mask, at the image's own size.

    Attributes:
        image: The decoded image, (H, W) or (H, W, 3).
        mask: (H, W) uint8 in {0, 1}, or class indices; 255 where nobody decided.
    """

    image: DecodedImage
    mask: NDArray[np.uint8]


@dataclass(frozen=True)
class ExampleArrays:
    """Examples at the network's size.

    Attributes:
        images: (N, H, W, C) uint8 or uint16; the type's largest value stands for 1.
        masks: (N, H, W) uint8 in {0, 1}, or class indices.
        weights: (N, H, W) uint8 in {0, 1}, None where every pixel counts.
    """

    images: NDArray[Any]
    masks: NDArray[np.uint8]
    weights: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        """Number of examples."""
        return len(self.images)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """(H, W, C)."""
        return self.images.shape[1:]

    @property
    def image_type(self) -> np.dtype[Any]:
        """Of the images' values."""
        return self.images.dtype


@dataclass(frozen=True)
class DrawnExamples:
    """Examples without end, each made when its place in the stream is reached.

    Attributes:
        draw: (seed of the run, position) -> image (H, W, C) uint8 and target (H, W, 2) uint8 (class index,
            weight); the same for the same two numbers.
        image_shape: (H, W, C).
        num_examples: That make an epoch.
    """

    draw: Callable[[int, int], tuple[NDArray[np.uint8], NDArray[np.uint8]]]
    image_shape: tuple[int, ...]
    num_examples: int
    image_type: np.dtype[Any] = np.dtype(np.uint8)

    def __len__(self) -> int:
        """Number of examples in an epoch."""
        return self.num_examples


def in_one_type(
    examples: ExampleArrays | DrawnExamples, others: ExampleArrays | None
) -> tuple[ExampleArrays | DrawnExamples, ExampleArrays | None]:
    """Both with images of one type, the wider of the two: a network is fed with one."""
    if isinstance(examples, DrawnExamples):
        return examples, others
    if others is None or examples.images.dtype == others.images.dtype:
        return examples, others
    return replace(examples, images=_wide(examples.images)), replace(others, images=_wide(others.images))


def prepare_examples(
    examples: Iterable[Example | Callable[[], Example]],
    *,
    image_size: tuple[int, int],
    channels: int,
    scaling: ScalingConfig,
    remove_hair: bool = False,
    num_classes: int = 1,
) -> ExampleArrays:
    """Examples scaled as the model takes them and stretched to one size.

    Args:
        examples: At least one, of any sizes; each ready, or a function that loads it, which is then called in
            one of a few threads, so that large images are never all in memory.
        image_size: (height, width) in pixels.
        channels: 1 or 3.
        remove_hair: Remove hair from colour images first (`core.imaging.hair`).
        num_classes: 1 for masks of 0 and 1, else of indices below it, where 255 weighs nothing.

    Raises:
        ValueError: No examples, a mask of another shape than its image, or one with other values.
    """

    def prepare(item: Example | Callable[[], Example]) -> _Prepared:
        example = item if isinstance(item, Example) else item()
        _check(example, num_classes)
        scaled = network_input(example.image, image_size, channels, scaling, remove_hair=remove_hair)
        kind = np.uint8 if example.image.values.dtype == np.uint8 else np.uint16
        image = np.rint(scaled * np.float32(np.iinfo(kind).max)).astype(kind)
        return image, *_prepare_labels(example, image_size, num_classes)

    with ThreadPoolExecutor(NUM_THREADS) as pool:
        prepared = list(pool.map(prepare, examples))
    if not prepared:
        raise ValueError("training needs at least one image with a mask")
    images, masks, weights = zip(*prepared, strict=True)
    if any(image.dtype == np.uint16 for image in images):
        images = tuple(map(_wide, images))
    return ExampleArrays(np.stack(images), np.stack(masks), _stack_weights(weights, masks[0].shape))


def _prepare_labels(
    example: Example, size: tuple[int, int], num_classes: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Mask and weight at a size; a pixel of it counts where at least half of it is decided."""
    decided = example.mask != UNDEFINED
    if num_classes == 1:
        mask = resize_labels(example.mask == 1, size)
    else:
        mask = resize_classes(np.where(decided, example.mask, np.uint8(UNDEFINED)), size)
    return mask, None if decided.all() else resize_labels(decided, size)


def _wide(images: NDArray[Any]) -> NDArray[np.uint16]:
    # 257 = 65535 / 255 takes 8 bit exactly to 16.
    return images if images.dtype == np.uint16 else images.astype(np.uint16) * np.uint16(257)


def _stack_weights(
    weights: Sequence[NDArray[np.uint8] | None], shape: tuple[int, ...]
) -> NDArray[np.uint8] | None:
    if all(weight is None for weight in weights):
        return None
    return np.stack([np.ones(shape, np.uint8) if weight is None else weight for weight in weights])


def _check(example: Example, num_classes: int) -> None:
    shape = example.image.values.shape[:2]
    if example.mask.shape != shape:
        raise ValueError(f"the mask is {example.mask.shape}, its image {shape}; they must agree")
    most = max(num_classes, 2)
    if ((example.mask >= most) & (example.mask != UNDEFINED)).any():
        raise ValueError(f"the mask holds class indices below {most} and 255 only, got others")
