"""What is said of a model's masks: the JSON of evaluate.py, and the scores of a card with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cards import Score
from core.evaluation.class_scores import count_classes, mean_over_foreground, pooled_classes, score_classes
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

BOTH_CLASSES = ("background", "foreground")

# Of each class on a card.
CLASS_METRICS = ("dice", "iou")


@dataclass(frozen=True)
class ImageResult:
    """The scores of one image at its own size.

    Attributes:
        scores: Each of `METRICS`; of several classes as `mean_over_foreground` takes them together.
        counts: Its confusion matrix, for the pooled scores; empty for several classes.
        shape: (height, width) in pixels.
        class_scores: Each of `METRICS` for each class, background first; empty where only one is judged.
        class_counts: The confusion matrix of each of these classes.
    """

    name: str
    scores: Scores
    counts: Counts
    shape: tuple[int, int]
    class_scores: tuple[Scores, ...] = ()
    class_counts: tuple[Counts, ...] = ()


def score_image(
    name: str,
    predicted: NDArray[Any],
    reference: NDArray[Any],
    *,
    ignore: NDArray[Any] | None = None,
    both_classes: bool = False,
) -> ImageResult:
    """The result of one image of one foreground; the background may be judged as a class too."""
    if both_classes:
        inside = np.asarray(predicted) != 0, np.asarray(reference) != 0
        result = score_class_image(name, *inside, 2, ignore=ignore)
        return replace(result, counts=result.class_counts[1])
    height, width = reference.shape
    counts = count_pixels(predicted, reference, ignore)
    return ImageResult(name, score_mask(predicted, reference, ignore), counts, (height, width))


def score_class_image(
    name: str,
    predicted: NDArray[Any],
    reference: NDArray[Any],
    num_classes: int,
    *,
    ignore: NDArray[Any] | None = None,
) -> ImageResult:
    """The result of one image of several classes, background among them."""
    height, width = reference.shape
    counts = count_classes(predicted, reference, num_classes, ignore)
    scores = score_classes(predicted, reference, counts, ignore)
    return ImageResult(name, mean_over_foreground(scores, counts), Counts(), (height, width), scores, counts)


def report(
    results: Sequence[ImageResult], threshold: float | None, class_names: Sequence[str] = ()
) -> dict[str, Any]:
    """The scores as plain JSON types.

    Args:
        threshold: That made the masks; None for the likeliest of several classes.
        class_names: Of the classes that were judged, background first; empty for one foreground alone.

    Returns:
        Each of `METRICS` as the mean over images (hd95 in pixels, None where it is undefined for all),
        "hd95_undefined" with the number of images left out of that mean, "threshold", "num_images", "pooled"
        with the scores of all pixels taken together, and "images" with one entry an image. Where classes were
        judged also "classes": for each name its own means, "hd95_undefined" and "pooled"; and in each image
        "classes" with its scores.
    """
    means = mean_scores([result.scores for result in results])
    scores: dict[str, Any] = {
        **{metric: means[metric] for metric in METRICS},
        "hd95_undefined": means["hd95_undefined"],
        "threshold": threshold,
        "num_images": len(results),
        "pooled": pooled_classes(each.class_counts for each in results)[0]
        if threshold is None and results
        else pooled_scores(each.counts for each in results),
        "images": [
            {"image": each.name, "height": each.shape[0], "width": each.shape[1], **each.scores}
            for each in results
        ],
    }
    if class_names:
        scores["classes"] = {
            name: {
                **mean_scores([each.class_scores[index] for each in results]),
                "pooled": pooled_scores(each.class_counts[index] for each in results),
            }
            for index, name in enumerate(class_names)
        }
        for image, each in zip(scores["images"], results, strict=True):
            image["classes"] = dict(zip(class_names, each.class_scores, strict=True))
    return scores


def card_scores(results: Sequence[ImageResult], class_names: Sequence[str] = ()) -> dict[str, Score]:
    """Mean over images of each metric with its bootstrap 95 % interval; undefined ones are left out.

    Args:
        class_names: Of the classes that were judged, background first; each adds "dice_NAME" and "iou_NAME".
    """
    scores = {metric: mean_score(result.scores[metric] for result in results) for metric in METRICS}
    for index, name in enumerate(class_names):
        for metric in CLASS_METRICS:
            key = f"{metric}_{name.replace(' ', '_')}"
            scores[key] = mean_score(result.class_scores[index][metric] for result in results)
    return {name: score for name, score in scores.items() if score is not None}


def mean_score(values: Iterable[float | None]) -> Score | None:
    """Mean of what is defined with its bootstrap 95 % interval, None where nothing is."""
    defined = [value for value in values if value is not None]
    if not defined:
        return None
    low, high = bootstrap_interval(defined)
    return Score(round(float(np.mean(defined)), 5), round(low, 5), round(high, 5))
