"""One fold of a cross-validation: train on the rest, calibrate on a part of it, predict the fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from core.classification.examples import LabelledArrays
from core.classification.fit import ClassifyRun, train_classifier
from core.evaluation.calibration import softmax, threshold_for_recall
from core.training.callbacks import ProgressReport


@dataclass(frozen=True)
class FoldResult:
    """What a fold tells about its images.

    Attributes:
        probabilities: (n, labels) of the held-out images, calibrated.
        threshold: Of the alert label; 0.5 without one.
        best_epoch: Epoch whose weights were kept.
        origin: What the weights were before training, a sentence.
        stopped: Whether the run was ended before its end, so that the fold does not count.
    """

    probabilities: NDArray[np.float64]
    threshold: float
    best_epoch: int
    origin: str
    stopped: bool


def run_fold(
    examples: LabelledArrays,
    part_of: NDArray[np.int64],
    run: ClassifyRun,
    *,
    alert: int | None,
    on_progress: Callable[[ProgressReport], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> FoldResult:
    """Train on part 0, stop, calibrate and choose the threshold on part 1, predict part 2.

    Args:
        examples: All images of the cross-validation.
        part_of: (N,) 0, 1 or 2 for each image.
        run: How it is trained.
        alert: Place of the label that must not be missed, None for none.
        on_progress: Told after each step.
        should_stop: Asked after each step.
    """
    # Dozens of networks in one process: without this Keras keeps the graphs of all.
    keras.utils.clear_session()
    train, aside, held = (examples.take(np.flatnonzero(part_of == part)) for part in range(3))
    result = train_classifier(train, aside, run, on_progress=on_progress, should_stop=should_stop)
    logits = result.logits_of(held.images, run.flips)
    threshold = 0.5
    if alert is not None:
        chosen_on = softmax(np.asarray(result.validation_logits) / result.temperature)
        threshold = threshold_for_recall(
            chosen_on[:, alert], aside.labels == alert, run.settings.alert_recall
        )
    probabilities = softmax(logits / result.temperature)
    return FoldResult(probabilities, threshold, result.best_epoch, result.origin, result.stopped)
