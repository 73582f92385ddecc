"""What a trained classifier's card says: the alert label, and what validation tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.classifier_cards import ClassifierCard
from core.errors import AppError
from core.evaluation.calibration import softmax, threshold_for_recall
from core.evaluation.classes import class_scores, confusion_matrix, single

DEFAULT_ALERT = "MEL"


def alert_label(chosen: str | None, labels: Sequence[str]) -> str:
    """The label that must not be missed, empty for none.

    Args:
        chosen: By the person; None for MEL where there is one.

    Raises:
        AppError: The chosen one is none of them.
    """
    if chosen is None:
        return DEFAULT_ALERT if DEFAULT_ALERT in labels else ""
    if chosen and chosen not in labels:
        raise AppError(
            "The alert label {chosen!r} is none of the labels {labels}; choose one of them.",
            chosen=chosen,
            labels=", ".join(labels),
        )
    return chosen


def validated_card(
    card: ClassifierCard, truth: NDArray[np.int64], trained: Any, alert_recall: float
) -> ClassifierCard:
    """The card with temperature, scores and confusion matrix of validation, and the alert label's threshold.

    Args:
        truth: (N,) places of the true labels of the validation images.
        trained: `core.classification.fit.ClassifyResult`, trained with validation.
        alert_recall: Part of the alert label's images that its threshold must find; without one of them the
            card's threshold stays.
    """
    probabilities = softmax(np.asarray(trained.validation_logits) / trained.temperature)
    threshold = card.threshold
    place = card.labels.index(card.alert_label) if card.alert_label else None
    if place is not None and (truth == place).any():
        threshold = threshold_for_recall(probabilities[:, place], truth == place, alert_recall)
    scores = class_scores(single(card.labels, truth, probabilities, alert=(card.alert_label, threshold)))
    counts = confusion_matrix(truth, probabilities.argmax(axis=1), len(card.labels))
    return replace(
        card,
        temperature=trained.temperature,
        threshold=threshold,
        validation=scores,
        confusion=tuple(tuple(row) for row in counts.tolist()),
    )
