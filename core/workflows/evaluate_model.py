"""A model on one split of a data set -> its scores: what evaluate.py does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.cards import card_path, load_card, save_card
from core.datasets.layout import find_splits
from core.datasets.pairs import check_dataset
from core.errors import AppError, BadDatasetError
from core.evaluation.report import ImageResult, card_scores, report
from core.files import write_whole
from core.inference.stock_layers import check_stock, weights_path
from core.workflows.score_model import score_pairs


@dataclass(frozen=True)
class EvaluateRequest:
    """What is to be scored.

    Attributes:
        data_dir: Folder in the training layout.
        model_path: Weights file or model folder.
        split: "train", "val" or "test".
        threshold: In [0, 1]; None for that of the card.
        json_path: Where the scores are written as JSON, None for nowhere.
        update_card: Write the scores into the card beside the weights ("test" and "val" only).
    """

    data_dir: Path
    model_path: Path
    split: str = "test"
    threshold: float | None = None
    json_path: Path | None = None
    update_card: bool = False


@dataclass(frozen=True)
class EvaluateOutcome:
    """Scores of a split.

    Attributes:
        report: As `core.evaluation.report.report` gives them.
        results: One entry an image.
        notes: Plain sentences for the person.
    """

    report: dict[str, Any]
    results: tuple[ImageResult, ...]
    notes: tuple[str, ...]


def evaluate_model(
    request: EvaluateRequest, *, on_progress: Callable[[int, int], None] | None = None
) -> EvaluateOutcome:
    """Score every image of the split at its own size.

    Args:
        request: What is to be scored.
        on_progress: Called with (images scored, all images).

    Raises:
        BadDatasetError: No such split, or everything that is wrong with it.
        BadModelError: The model is missing, damaged or unsafe.
        AppError: A card is to be updated that is not there, or with scores of another threshold.
    """
    weights = weights_path(request.model_path)
    check_stock(weights)
    if request.update_card:
        _check_update(request, weights)
    present = find_splits(request.data_dir)
    if request.split not in present:
        there = f"there are {', '.join(present)}" if present else "and no other split either"
        raise BadDatasetError(
            str(request.data_dir),
            [f"There is no {request.split}/images and {request.split}/masks ({there})."],
        )
    pairs = check_dataset(request.data_dir, [request.split])[request.split]

    from core.training.quiet_start import start_keras

    start_keras()
    from core.inference.predictor import load_predictor

    predictor = load_predictor(request.model_path)
    threshold = predictor.card.threshold if request.threshold is None else request.threshold
    results = score_pairs(predictor, pairs, threshold, on_progress=on_progress)
    scores = report(results, threshold)
    if request.json_path is not None:
        text = json.dumps(scores, indent=2, ensure_ascii=False) + "\n"
        write_whole(request.json_path, text.encode())
    if request.update_card:
        _update_card(request, weights, results)
    return EvaluateOutcome(scores, tuple(results), predictor.notes)


def _check_update(request: EvaluateRequest, weights: Path) -> None:
    if request.split == "train":
        raise AppError("A card keeps the scores of val and test only; leave out --update_card.")
    if request.threshold is not None:
        raise AppError("A card keeps scores at its own threshold; leave out --threshold or --update_card.")
    load_card(card_path(weights))


def _update_card(request: EvaluateRequest, weights: Path, results: list[ImageResult]) -> None:
    card = load_card(card_path(weights))
    scores = card_scores(results)
    card = replace(card, test=scores) if request.split == "test" else replace(card, validation=scores)
    save_card(card, card_path(weights))
