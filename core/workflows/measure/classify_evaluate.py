"""A classifier on one split of a data set -> its scores: what `evaluate.py --task classify` does."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from core.cards import Score
from core.classification.predictor import load_classifier
from core.classifier_cards import ClassifierCard, load_classifier_card
from core.evaluation.classes import class_scores, confusion_matrix, single
from core.watching import OnProgress, untold
from core.workflows.learn.classify_data import LabelSource, read_labelled
from core.workflows.learn.lesion_masks import MaskSource
from core.workflows.measure.scored_split import ScoreRequest


@dataclass(frozen=True, kw_only=True)
class ClassifyEvaluateRequest(ScoreRequest):
    """What is to be scored; `model_path` is the classifier's folder, `threshold` that of the alert label."""

    source: LabelSource


@dataclass(frozen=True)
class ClassifyScores:
    """Scores of a split.

    Attributes:
        threshold: Of the alert label.
        scores: By name, see `core.evaluation.classes.class_scores`.
        confusion: Rows true labels, columns predicted ones, in the card's order.
    """

    card: ClassifierCard
    num_images: int
    threshold: float
    scores: dict[str, Score]
    confusion: tuple[tuple[int, ...], ...]


def classify_evaluate(
    request: ClassifyEvaluateRequest, *, on_progress: OnProgress = untold
) -> ClassifyScores:
    """Score every image of the split.

    Raises:
        BadDatasetError: No such split, or everything that is wrong with it, unknown labels among it.
        BadModelError: The classifier is missing, damaged or unsafe.
        AppError: A card is to be updated with scores of another threshold or of train, or `test_log` is no
            such log.
    """
    request.check()
    card = load_classifier_card(request.model_path / "card.json")
    images = request.source.images(request.split, card.labels)
    masks = MaskSource(request.source.masks_from if card.input != "whole" else None)
    classifier = load_classifier(request.model_path)
    arrays, _ = read_labelled({request.split: images}, card, masks, on_progress=on_progress)
    examples = arrays[request.split]
    probabilities = classifier.probabilities_of(np.float32(1 / 255) * examples.images)
    threshold = card.threshold if request.threshold is None else request.threshold
    predictions = single(card.labels, examples.labels, probabilities, alert=(card.alert_label, threshold))
    counts = confusion_matrix(examples.labels, probabilities.argmax(axis=1), len(card.labels))
    confusion = tuple(tuple(row) for row in counts.tolist())
    result = ClassifyScores(card, len(images), threshold, class_scores(predictions), confusion)
    names = [image.image_path.name for image in images]
    accuracy = ("accuracy", result.scores["accuracy"].mean)
    told = _report(result, names, examples.labels, probabilities)
    request.keep("classify", request.source.data_dir, accuracy, len(images), told)
    request.keep_on_card(replace(card, confusion=confusion), request.model_path / "card.json", result.scores)
    return result


def _report(
    result: ClassifyScores, names: list[str], truth: np.ndarray[Any, Any], probabilities: np.ndarray[Any, Any]
) -> dict[str, Any]:
    labels = result.card.labels
    return {
        "num_images": result.num_images,
        "labels": list(labels),
        "alert_label": result.card.alert_label,
        "threshold": result.threshold,
        "scores": {name: asdict(score) for name, score in result.scores.items()},
        "confusion": [list(row) for row in result.confusion],
        "images": [
            {
                "image": name,
                "label": labels[own],
                "predicted": labels[int(row.argmax())],
                "probabilities": {label: round(float(p), 5) for label, p in zip(labels, row, strict=True)},
            }
            for name, own, row in zip(names, truth.tolist(), probabilities, strict=True)
        ],
    }
