"""A classifier on one split of a data set -> its scores: what `evaluate.py --task classify` does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.cards import Score, save_card
from core.classification.predictor import load_classifier
from core.classifier_cards import ClassifierCard, load_classifier_card
from core.errors import AppError
from core.evaluation.classes import class_scores, confusion_matrix, single
from core.evaluation.test_log import Scoring, check_log, log_scorings
from core.files import write_whole
from core.workflows.learn.classify_data import LabelSource, read_labelled
from core.workflows.learn.lesion_masks import MaskSource


@dataclass(frozen=True)
class ClassifyEvaluateRequest:
    """What is to be scored.

    Attributes:
        source: The labelled images.
        model_path: The classifier's folder.
        split: "train", "val" or "test".
        threshold: Of the alert label, in [0, 1]; None for that of the card.
        json_path: Where the scores are written as JSON, None for nowhere.
        update_card: Write the scores into the card ("test" and "val" only).
        test_log: Log that gets a line where the split is test (`core.evaluation.test_log`), None for none.
        command: The command as it was typed.
        called: What the log calls a model or a data folder; its address where it was fetched.
    """

    source: LabelSource
    model_path: Path
    split: str = "test"
    threshold: float | None = None
    json_path: Path | None = None
    update_card: bool = False
    test_log: Path | None = None
    command: str = ""
    called: Callable[[Path], str] = str


@dataclass(frozen=True)
class ClassifyScores:
    """Scores of a split.

    Attributes:
        card: Of the classifier.
        num_images: Images scored.
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
    request: ClassifyEvaluateRequest, *, on_progress: Callable[[int, int], None] | None = None
) -> ClassifyScores:
    """Score every image of the split.

    Args:
        request: What is to be scored.
        on_progress: Called with (images read, all images).

    Raises:
        BadDatasetError: No such split, or everything that is wrong with it, unknown labels among it.
        BadModelError: The classifier is missing, damaged or unsafe.
        AppError: A card is to be updated with scores of another threshold or of train, or `test_log` is no
            such log.
    """
    if request.test_log is not None:
        check_log(request.test_log)
    card = load_classifier_card(request.model_path / "card.json")
    if request.update_card and (request.split == "train" or request.threshold is not None):
        raise AppError("A card keeps scores of val and test at its own threshold; leave out --update_card.")
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
    if request.test_log is not None and request.split == "test":
        log_scorings(request.test_log, [_scoring(request, result)])
    if request.json_path is not None:
        names = [image.image_path.name for image in images]
        text = json.dumps(
            _report(result, names, examples.labels, probabilities), indent=2, ensure_ascii=False
        )
        write_whole(request.json_path, (text + "\n").encode())
    if request.update_card:
        card = replace(card, confusion=confusion)
        is_test = request.split == "test"
        card = replace(card, test=result.scores) if is_test else replace(card, validation=result.scores)
        save_card(card, request.model_path / "card.json")
    return result


def _scoring(request: ClassifyEvaluateRequest, result: ClassifyScores) -> Scoring:
    return Scoring(
        part="evaluate",
        step="classify",
        network=request.called(request.model_path),
        images=result.num_images,
        score="accuracy",
        mean=result.scores["accuracy"].mean,
        data=request.called(request.source.data_dir),
        command=request.command,
    )


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
