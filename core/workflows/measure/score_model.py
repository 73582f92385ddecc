"""A model against reference masks, each image at its own size: choose a threshold, score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.datasets.pairs import Pair, load_pair
from core.evaluation.report import ImageResult, score_class_image, score_image
from core.evaluation.scores import best_threshold
from core.imaging.class_table import ClassTable
from core.imaging.decode import DecodedImage
from core.imaging.mask_files.class_masks import decided_pixels, split_undefined
from core.imaging.masks import likeliest, quantise, threshold_mask
from core.inference.predictor import Predictor
from core.watching import OnProgress, untold


def choose_threshold(predictor: Predictor, pairs: Sequence[Pair]) -> float:
    """The threshold with the highest mean Dice over the images of the pairs."""
    loaded = (load_pair(pair) for pair in pairs)
    return best_threshold(decided_pixels(quantise(predictor.predict(image)), mask) for image, mask in loaded)


def score_pairs(
    predictor: Predictor,
    pairs: Sequence[Pair],
    threshold: float | None,
    *,
    classes: ClassTable | None = None,
    both_classes: bool = False,
    on_progress: OnProgress = untold,
) -> list[ImageResult]:
    """The scores of each image.

    Args:
        threshold: In [0, 1]; not used with classes, of which the likeliest is taken.
        both_classes: Judge the background of one foreground as a class too.
        on_progress: Called with (images scored, all images), first with 0.

    Raises:
        ValueError: No threshold for one foreground.
    """
    results: list[ImageResult] = []
    on_progress(0, len(pairs))
    for pair in pairs:
        image, reference = load_pair(pair, classes=classes)
        mask = predicted_mask(predictor, image, threshold, classes)
        results.append(score_against(pair.name, mask, reference, classes, both_classes))
        on_progress(len(results), len(pairs))
    return results


def predicted_mask(
    predictor: Predictor, image: DecodedImage, threshold: float | None, classes: ClassTable | None
) -> NDArray[Any]:
    """(H, W) foreground at a threshold, or the index of the likeliest of the classes."""
    if classes is not None:
        return likeliest(predictor.predict(image))
    if threshold is None:
        raise ValueError("masks of one foreground are scored at a threshold, got none")
    return threshold_mask(quantise(predictor.predict(image)), threshold)


def score_against(
    name: str,
    mask: NDArray[Any],
    reference: NDArray[np.uint8],
    classes: ClassTable | None = None,
    both_classes: bool = False,
) -> ImageResult:
    """The scores of a mask; where the reference is 255, nothing is decided and nothing counts."""
    truth, ignore = truth_of(reference)
    if classes is not None:
        return score_class_image(name, mask, truth, len(classes), ignore=ignore)
    return score_image(name, mask, truth, ignore=ignore, both_classes=both_classes)


def truth_of(reference: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_] | None]:
    """The reference without its 255, and where it had them; None where it had none."""
    truth, weight = split_undefined(reference)
    return truth, None if weight is None else weight == 0
