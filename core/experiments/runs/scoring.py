"""A trained model on images with reference masks: every score of each image, and its mask kept as a PNG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.datasets.pairs import Pair, load_pair
from core.evaluation.boundary import boundary_f1
from core.evaluation.report import score_class_image
from core.evaluation.scores import Counts, count_pixels, score_mask
from core.experiments.requests.several_classes import dice_column
from core.files import write_whole
from core.imaging.class_masks import split_undefined
from core.imaging.class_table import ClassTable
from core.imaging.masks import encode_png, likeliest, quantise, threshold_mask
from core.inference.predictor import Predictor

SCORES = ("dice", "iou", "accuracy", "precision", "recall", "hd95", "boundary_f1")
"""F1 is left out: for one foreground, and for the mean over several, it is the Dice."""


@dataclass(frozen=True)
class ImageScores:
    """One image at its own size.

    Attributes:
        stem: Its name without ending.
        scores: Each of `SCORES`, and of several classes the Dice of each, background first; hd95 and
            boundary_f1 None where they are undefined.
        counts: Its confusion matrix; empty for several classes.
        class_counts: That of each of several classes, background first.
    """

    stem: str
    scores: dict[str, float | None]
    counts: Counts
    class_counts: tuple[Counts, ...] = ()


def score_images(
    weights: Path,
    pairs: Sequence[Pair],
    *,
    tolerance: float | None,
    masks_dir: Path,
    classes: ClassTable | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[ImageScores]:
    """The scores of each image: at the threshold of the model's card, or by the likeliest of several classes.

    Args:
        weights: Weights file with its card beside it.
        pairs: Images with reference masks.
        tolerance: Of boundary F1 in pixels, None for a part of the diagonal.
        masks_dir: Where STEM.png goes, 0 and 255, or class indices.
        classes: Of the masks, None for one foreground.
        on_progress: Called with (images scored, all images).

    Raises:
        BadFileError: A file of a pair cannot be read.
    """
    predictor = Predictor(weights)
    results = []
    for pair in pairs:
        image, reference = load_pair(pair, classes=classes)
        probability = predictor.predict(image)
        mask: NDArray[Any]
        if classes is None:
            mask = threshold_mask(quantise(probability), predictor.card.threshold)
            results.append(score_foreground(pair.stem, mask, reference, tolerance))
        else:
            mask = likeliest(probability)
            results.append(score_labels(pair.stem, mask, reference, tolerance, classes))
        write_whole(masks_dir / f"{pair.stem}.png", encode_png(mask))
        if on_progress is not None:
            on_progress(len(results), len(pairs))
    return results


def score_foreground(
    stem: str, mask: NDArray[Any], reference: NDArray[np.uint8], tolerance: float | None
) -> ImageScores:
    """The scores of an image of one foreground; masks are (H, W), 255 in the reference where undefined."""
    truth, weight = split_undefined(reference)
    ignore = None if weight is None else weight == 0
    scores = score_mask(mask, truth, ignore)
    scores["boundary_f1"] = boundary_f1(mask, truth, tolerance, ignore)
    return ImageScores(stem, {name: scores[name] for name in SCORES}, count_pixels(mask, truth, ignore))


def score_labels(
    stem: str,
    labels: NDArray[np.uint8],
    reference: NDArray[np.uint8],
    tolerance: float | None,
    classes: ClassTable,
) -> ImageScores:
    """The scores of an image of several classes, as evaluate.py takes them; boundary F1 as the mean likewise.

    Args:
        stem: Its name without ending.
        labels: (H, W) class indices.
        reference: (H, W) class indices, 255 where nobody decided.
        tolerance: Of boundary F1 in pixels, None for a part of the diagonal.
        classes: Background first.
    """
    truth, weight = split_undefined(reference)
    ignore = None if weight is None else weight == 0
    result = score_class_image(stem, labels, truth, len(classes), ignore=ignore)
    outlines = [
        boundary_f1(labels == index, truth == index, tolerance, ignore) for index in range(1, len(classes))
    ]
    scores = {**result.scores, "boundary_f1": float(np.mean(outlines))}
    own = {
        dice_column(name): each["dice"] for name, each in zip(classes.names, result.class_scores, strict=True)
    }
    return ImageScores(
        stem, {**{name: scores[name] for name in SCORES}, **own}, result.counts, result.class_counts
    )
