"""Scores of masks of several classes: each class against all others, and the mean over the foreground ones.

Masks are (H, W) class indices; `ignore`, (H, W) or None, marks pixels that weigh nothing.
`core.evaluation.scores` says what each score is; a class that is neither there nor predicted scores 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.scores import METRICS, Counts, Scores, scores_of_counts
from core.evaluation.surface import check_shapes, hausdorff_95


def count_classes(
    predicted: NDArray[Any], reference: NDArray[Any], num_classes: int, ignore: NDArray[Any] | None = None
) -> tuple[Counts, ...]:
    """The confusion matrix of each class against all others.

    Args:
        num_classes: Background among them.

    Raises:
        ValueError: Shapes differ, or an index that is no class.
    """
    check_shapes(predicted, reference, ignore)
    counted = np.ones(reference.shape, np.bool_) if ignore is None else np.asarray(ignore) == 0
    ours, theirs = (np.asarray(mask)[counted].astype(np.intp) for mask in (predicted, reference))
    largest = max(ours.max(initial=0), theirs.max(initial=0))
    if largest >= num_classes:
        raise ValueError(f"masks hold class indices below {num_classes}, got {largest}")
    table = np.bincount(theirs * num_classes + ours, minlength=num_classes**2)
    matrix = table.reshape(num_classes, num_classes)
    total = int(matrix.sum())
    answers = []
    for index in range(num_classes):
        hit = int(matrix[index, index])
        missed, false_alarm = int(matrix[index].sum()) - hit, int(matrix[:, index].sum()) - hit
        answers.append(Counts(hit, false_alarm, missed, total - hit - missed - false_alarm))
    return tuple(answers)


def score_classes(
    predicted: NDArray[Any],
    reference: NDArray[Any],
    counts: Sequence[Counts],
    ignore: NDArray[Any] | None = None,
) -> tuple[Scores, ...]:
    """All scores of each class against all others, with their counts from `count_classes`."""
    return tuple(
        {
            **scores_of_counts(each),
            "hd95": hausdorff_95(np.asarray(predicted) == index, np.asarray(reference) == index, ignore),
        }
        for index, each in enumerate(counts)
    )


def pooled_classes(images: Iterable[Sequence[Counts]]) -> tuple[Scores, list[Scores]]:
    """Scores of all pixels of all images taken together (no hd95), from the counts of each image.

    Returns:
        Those of all classes as `mean_over_foreground` has them, and those of each class.
    """
    counts = [sum(of_class, Counts()) for of_class in zip(*images, strict=True)]
    of_classes: list[Scores] = [dict(scores_of_counts(each)) for each in counts]
    return mean_over_foreground(of_classes, counts), of_classes


def mean_over_foreground(scores: Sequence[Scores], counts: Sequence[Counts]) -> Scores:
    """One set of scores for all classes.

    Args:
        scores: Of each class, background first; hd95 may be left out of all.

    Returns:
        Accuracy as the part of all pixels whose class is right; every other score as the mean over the
        foreground classes, that of hd95 over those that have one (None where none has).
    """
    means: Scores = {}
    for metric in METRICS:
        if metric in scores[0]:
            defined = [value for each in scores[1:] if (value := each[metric]) is not None]
            means[metric] = float(np.mean(defined)) if defined else None
    right = sum(each.true_positive for each in counts)
    total = right + sum(each.false_negative for each in counts)
    return {**means, "accuracy": right / total if total else 1.0}
