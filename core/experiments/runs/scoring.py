"""A trained model on images with reference masks: every score of each image, and its mask kept as a PNG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.datasets.pairs import Pair, load_pair
from core.evaluation.scores import Counts
from core.evaluation.surface import boundary_f1
from core.experiments.requests.several_classes import dice_column
from core.files import write_whole
from core.imaging.class_table import ClassTable
from core.imaging.masks import encode_png
from core.inference.predictor import Predictor
from core.workflows.measure.score_model import predicted_mask, score_against, truth_of

SCORES = ("dice", "iou", "accuracy", "precision", "recall", "hd95", "boundary_f1")
"""F1 is left out: for one foreground, and for the mean over several, it is the Dice."""


@dataclass(frozen=True)
class ImageScores:
    """One image at its own size.

    Attributes:
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
) -> list[ImageScores]:
    """The scores of each image: at the threshold of the model's card, or by the likeliest of several classes.

    Args:
        weights: Weights file with its card beside it.
        tolerance: Of boundary F1 in pixels, None for a part of the diagonal.
        masks_dir: Where STEM.png goes, 0 and 255, or class indices.
    """
    predictor = Predictor(weights)
    results = []
    for pair in pairs:
        image, reference = load_pair(pair, classes=classes)
        mask = predicted_mask(predictor, image, predictor.card.threshold, classes)
        results.append(image_scores(pair.stem, mask, reference, tolerance, classes))
        write_whole(masks_dir / f"{pair.stem}.png", encode_png(mask))
    return results


def image_scores(
    stem: str,
    mask: NDArray[Any],
    reference: NDArray[np.uint8],
    tolerance: float | None,
    classes: ClassTable | None = None,
) -> ImageScores:
    """The scores of an image as evaluate.py takes them, and boundary F1, of several classes as their mean.

    Args:
        mask: (H, W) foreground, or class indices.
        reference: (H, W) likewise, 255 where nobody decided.
        tolerance: Of boundary F1 in pixels, None for a part of the diagonal.
        classes: Background first; None for one foreground.
    """
    result = score_against(stem, mask, reference, classes)
    truth, ignore = truth_of(reference)
    names = ("background", "foreground") if classes is None else classes.names
    outlines = [
        boundary_f1(mask == index, truth == index, tolerance, ignore) for index in range(1, len(names))
    ]
    scores = {**result.scores, "boundary_f1": float(np.mean(outlines))}
    shown = {name: scores[name] for name in SCORES}
    # Empty for one foreground.
    shown |= {dice_column(n): each["dice"] for n, each in zip(names, result.class_scores, strict=False)}
    return ImageScores(stem, shown, result.counts, result.class_counts)
