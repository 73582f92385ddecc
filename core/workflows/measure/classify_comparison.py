"""What repeated folds of several inputs found: scores of each, and each against each on the same images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cards import Score
from core.classifier_cards import ClassifierCard, View
from core.errors import AppError
from core.evaluation.classes import Predictions, class_scores, confusion_matrix
from core.evaluation.paired import PairedTest, paired_test

TRAINED, ASIDE, HELD = 0, 1, 2
"""What an image is there for in a run: trained on, set aside to stop and calibrate, held out."""

Parts = Mapping[tuple[int, int], NDArray[np.int64]]
"""For each (repeat, fold) what each image is there for, (N,)."""


@dataclass(frozen=True)
class ViewScores:
    """What one input reached.

    Attributes:
        scores: Means over repeats of the out-of-fold scores, intervals over images.
        confusion: Summed over repeats.
        epochs: Mean of the epochs that were kept, for a final run without validation.
    """

    view: View
    scores: dict[str, Score]
    confusion: tuple[tuple[int, ...], ...]
    epochs: float


@dataclass(frozen=True)
class ClassifyComparison:
    """What the comparison found.

    Attributes:
        labels: In the order of the confusion matrices.
        views: One entry an input.
        differences: For each pair of inputs "a - b" the paired test of how often each image was right.
        origin: What the weights were before training, a sentence.
        hashes: SHA-256 of each image file by stem.
        stopped: Whether it was ended before its end; the scores are then of what is whole.
    """

    labels: tuple[str, ...]
    num_images: int
    views: tuple[ViewScores, ...]
    differences: dict[str, PairedTest]
    origin: str
    hashes: dict[str, str]
    stopped: bool


def compare_views(
    views: Sequence[View],
    card: ClassifierCard,
    truth: NDArray[np.int64],
    runs: tuple[Parts, Mapping[str, Mapping[str, Any]]],
    hashes: dict[str, str],
) -> ClassifyComparison:
    """Put the runs of all repeats that are whole together.

    Args:
        truth: (N,) places of the true labels.
        runs: What each image was there for, and each run by `run_name`: "probabilities" of what it held out,
            "threshold", "best_epoch", "origin".

    Raises:
        AppError: No repeat is whole.
    """
    parts, kept = runs
    repeats, folds = (max(place) + 1 for place in zip(*parts, strict=True))
    found: list[ViewScores] = []
    right: dict[str, NDArray[np.float64]] = {}
    for view in views:
        whole = [r for r in range(repeats) if all(run_name(view, r, f) in kept for f in range(folds))]
        if not whole:
            continue
        probabilities = np.zeros((len(whole), len(truth), len(card.labels)))
        thresholds = np.zeros((len(whole), len(truth)))
        for row, repeat in enumerate(whole):
            for fold in range(folds):
                held = parts[repeat, fold] == HELD
                run = kept[run_name(view, repeat, fold)]
                probabilities[row, held] = run["probabilities"]
                thresholds[row, held] = run["threshold"]
        predicted = probabilities.argmax(axis=-1)
        right[view] = (predicted == truth).mean(axis=0)
        counts = sum(confusion_matrix(truth, each, len(card.labels)) for each in predicted)
        predictions = Predictions(card.labels, truth, probabilities, card.alert_label, thresholds)
        epochs = [kept[run_name(view, r, f)]["best_epoch"] for r in whole for f in range(folds)]
        rows = tuple(tuple(row) for row in np.asarray(counts).tolist())
        found.append(ViewScores(view, class_scores(predictions), rows, float(np.mean(epochs))))
    if not found:
        raise AppError("No repeat of the folds is finished; go on with the same command and folder.")
    differences = {
        f"{first} - {second}": paired_test(right[first].tolist(), right[second].tolist())
        for place, first in enumerate(right)
        for second in list(right)[place + 1 :]
    }
    origin = next(iter(kept.values()))["origin"]
    complete = len(kept) == len(views) * len(parts)
    return ClassifyComparison(
        card.labels, len(truth), tuple(found), differences, origin, hashes, stopped=not complete
    )


def run_name(view: str, repeat: int, fold: int) -> str:
    """The name of a run, counted from 1."""
    return f"{view}-{repeat + 1}-{fold + 1}"
