"""Labelled images as one block of arrays, decoded and resized once, and the augmented batches they make."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.classification.predictor import check_colour, classifier_input
from core.classifier_cards import ClassifierCard
from core.config import AugmentConfig
from core.imaging.decode import DecodedImage
from core.training.augment import change_image, draw_change
from core.training.stream import example_at

NUM_THREADS = 4

Batch = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]


@dataclass(frozen=True)
class LabelledExample:
    """One image with its label, at the image's own size.

    Attributes:
        image: The decoded image, (H, W, 3).
        mask: (H, W), the lesion where it is not 0; None where the classifier sees whole images.
    """

    image: DecodedImage
    mask: NDArray[Any] | None
    label: str


@dataclass(frozen=True)
class LabelledArrays:
    """(N, S, S, 3) uint8, where 255 stands for 1, and (N,) int64 places of their labels on the card."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of examples."""
        return len(self.images)

    def take(self, indices: NDArray[np.int64]) -> LabelledArrays:
        """The examples at these places."""
        return LabelledArrays(self.images[indices], self.labels[indices])


def prepare_labelled(
    examples: Iterable[LabelledExample | Callable[[], LabelledExample]], card: ClassifierCard
) -> LabelledArrays:
    """Examples as a classifier with this card sees them.

    Args:
        examples: At least one, of any sizes; each ready, or a function that loads it, which is then called in
            one of a few threads, so that large images are never all in memory.
        card: Says labels, view, size, scaling and whether hair is removed.

    Raises:
        AppError: A grey image.
        ValueError: No examples, another label, or a mask of another size than its image.
    """

    def prepare(item: LabelledExample | Callable[[], LabelledExample]) -> tuple[NDArray[np.uint8], int]:
        example = item if isinstance(item, LabelledExample) else item()
        if example.label not in card.labels:
            raise ValueError(f"{example.label!r} is none of the labels {', '.join(card.labels)}")
        check_colour(example.image)
        scaled, _ = classifier_input(example.image, example.mask, card)
        return np.rint(scaled * np.float32(255)).astype(np.uint8), card.labels.index(example.label)

    with ThreadPoolExecutor(NUM_THREADS) as pool:
        prepared = list(pool.map(prepare, examples))
    if not prepared:
        raise ValueError("training needs at least one labelled image")
    images, labels = zip(*prepared, strict=True)
    return LabelledArrays(np.stack(images), np.array(labels, np.int64))


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
