"""What is said of a model's masks: the JSON of evaluate.py, and the scores of a card with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cards import Score
from core.evaluation.scores import (
    METRICS,
    Counts,
    Scores,
    bootstrap_interval,
    count_pixels,
    mean_scores,
    pooled_scores,
    score_mask,
)


@dataclass(frozen=True)
class ImageResult:
    """The scores of one image at its own size.

    Attributes:
        name: File name of the image.
        scores: Each of `METRICS`.
        counts: Its confusion matrix, for the pooled scores.
        shape: (height, width) in pixels.
    """

    name: str
    scores: Scores
    counts: Counts
    shape: tuple[int, int]


def score_image(name: str, predicted: NDArray[Any], reference: NDArray[Any]) -> ImageResult:
    """The result of one image.

    Args:
        name: File name of the image.
        predicted: (H, W), foreground where it is not 0.
        reference: (H, W), foreground where it is not 0.
    """
    height, width = reference.shape
    return ImageResult(
        name, score_mask(predicted, reference), count_pixels(predicted, reference), (height, width)
    )


def report(results: Sequence[ImageResult], threshold: float) -> dict[str, Any]:
    """The scores as plain JSON types.

    Returns:
        Each of `METRICS` as the mean over images (hd95 in pixels, None where it is undefined for all),
        "hd95_undefined" with the number of images left out of that mean, "threshold", "num_images", "pooled"
        with the scores of all pixels taken together, and "images" with one entry an image.
    """
    means = mean_scores([result.scores for result in results])
    return {
        **{metric: means[metric] for metric in METRICS},
        "hd95_undefined": means["hd95_undefined"],
        "threshold": threshold,
        "num_images": len(results),
        "pooled": pooled_scores(result.counts for result in results),
        "images": [
            {"image": each.name, "height": each.shape[0], "width": each.shape[1], **each.scores}
            for each in results
        ],
    }


def card_scores(results: Sequence[ImageResult]) -> dict[str, Score]:
    """Mean over images of each metric with its bootstrap 95 % interval; undefined ones are left out."""
    scores: dict[str, Score] = {}
    for metric in METRICS:
        values = [value for result in results if (value := result.scores[metric]) is not None]
        if values:
            low, high = bootstrap_interval(values)
            scores[metric] = Score(round(float(np.mean(values)), 5), round(low, 5), round(high, 5))
    return scores
