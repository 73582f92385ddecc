"""A model against reference masks, each image at its own size: choose a threshold, score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.datasets.pairs import Pair, load_pair
from core.evaluation.report import ImageResult, score_image
from core.evaluation.scores import best_threshold
from core.imaging.decode import DecodedImage
from core.imaging.masks import quantise, threshold_mask


class Predicts(Protocol):
    """What is asked of a predictor."""

    def predict(self, image: DecodedImage) -> NDArray[np.floating[Any]]:
        """(H, W) float32 in [0, 1] at the image's own size."""


def choose_threshold(predictor: Predicts, pairs: Sequence[Pair]) -> float:
    """The threshold with the highest mean Dice over the images of the pairs.

    Args:
        predictor: Of one foreground.
        pairs: At least one.

    Raises:
        BadFileError: A file of a pair cannot be read.
    """
    return best_threshold((probability, mask) for _, probability, mask in _predicted(predictor, pairs))


def score_pairs(
    predictor: Predicts,
    pairs: Sequence[Pair],
    threshold: float,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[ImageResult]:
    """The scores of each image.

    Args:
        predictor: Of one foreground.
        pairs: Images with reference masks.
        threshold: In [0, 1].
        on_progress: Called with (images scored, all images), first with 0.

    Raises:
        BadFileError: A file of a pair cannot be read.
    """
    results: list[ImageResult] = []
    if on_progress is not None:
        on_progress(0, len(pairs))
    for pair, probability, mask in _predicted(predictor, pairs):
        results.append(score_image(pair.image_path.name, threshold_mask(probability, threshold), mask))
        if on_progress is not None:
            on_progress(len(results), len(pairs))
    return results


def _predicted(
    predictor: Predicts, pairs: Sequence[Pair]
) -> Iterator[tuple[Pair, NDArray[np.uint8], NDArray[np.uint8]]]:
    """Each pair with its probability (H, W) uint8 and its mask, one at a time."""
    for pair in pairs:
        image, mask = load_pair(pair)
        yield pair, quantise(predictor.predict(image)), mask
