"""A model on one split of a data set -> its scores: what evaluate.py does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.cards import Score, card_path, load_card
from core.datasets.checks import examine_dataset
from core.datasets.layout import find_splits
from core.errors import AppError, BadDatasetError
from core.evaluation.report import BOTH_CLASSES, card_scores, report
from core.imaging.class_table import ClassTable, table_of_card
from core.imaging.image_reading import AS_TOLD, ImageReading
from core.imaging.mask_files.mask_values import MaskValues
from core.inference.predictor import load_predictor
from core.inference.stock_layers import check_stock, weights_path
from core.language.sentence import Sentence
from core.watching import OnProgress, untold
from core.workflows.measure.score_model import score_pairs
from core.workflows.measure.scored_split import ScoreRequest


@dataclass(frozen=True, kw_only=True)
class EvaluateRequest(ScoreRequest):
    """What is to be scored.

    Attributes:
        classes: What the masks hold; None for what the card says.
        mask_values: What the person says that the values of masks of one foreground mean; None for what the
            files tell.
        reading: What the person says of the images' channels and units.
        both_classes: Judge the background of one foreground as a class too.
    """

    data_dir: Path
    classes: ClassTable | None = None
    mask_values: MaskValues | None = None
    reading: ImageReading = AS_TOLD
    both_classes: bool = False


@dataclass(frozen=True)
class EvaluateOutcome:
    """Scores of a split.

    Attributes:
        report: As `core.evaluation.report.report` gives them.
        scores: Means over images with their intervals, as a card keeps them.
        notes: Plain sentences for the person.
    """

    report: dict[str, Any]
    scores: dict[str, Score]
    notes: tuple[str, ...]


def evaluate_model(request: EvaluateRequest, *, on_progress: OnProgress = untold) -> EvaluateOutcome:
    """Score every image of the split at its own size.

    Raises:
        BadDatasetError: No such split, or everything that is wrong with it.
        BadModelError: The model is missing, damaged or unsafe.
        AppError: A card is to be updated that is not there, or with scores of another threshold; other
            classes than the model's; a threshold for several classes; a `test_log` that is no such log.
    """
    request.check()
    weights = weights_path(request.model_path)
    check_stock(weights)
    own_card = card_path(weights)
    if request.update_card:
        load_card(own_card)
    present = find_splits(request.data_dir)
    if request.split not in present:
        there: str = Sentence("and no other split either")
        if present:
            there = Sentence("there are {splits}", splits=", ".join(present))
        raise BadDatasetError(
            str(request.data_dir),
            [
                Sentence(
                    "There is no {split}/images and {split}/masks ({there}).",
                    split=request.split,
                    there=there,
                )
            ],
        )
    classes = request.classes
    if classes is None and own_card.is_file():
        classes = table_of_card(load_card(own_card))
    examined = examine_dataset(
        request.data_dir,
        [request.split],
        classes=classes,
        values=request.mask_values,
        reading=request.reading,
    )
    pairs = examined.pairs_of[request.split]

    predictor = load_predictor(request.model_path)
    _check_classes(request, classes, predictor.card.net.num_classes)
    threshold = None
    if classes is None:
        threshold = predictor.card.threshold if request.threshold is None else request.threshold
    results = score_pairs(
        predictor,
        pairs,
        threshold,
        classes=classes,
        both_classes=request.both_classes,
        on_progress=on_progress,
    )
    names = classes.names if classes is not None else BOTH_CLASSES if request.both_classes else ()
    told, scores = report(results, threshold, names), card_scores(results, names)
    request.keep("segment", request.data_dir, ("dice", scores["dice"].mean), len(pairs), told)
    if request.update_card:
        request.keep_on_card(load_card(own_card), own_card, scores)
    return EvaluateOutcome(told, scores, (*examined.notes, *predictor.notes))


def _check_classes(request: EvaluateRequest, classes: ClassTable | None, num_classes: int) -> None:
    tells = "one foreground" if num_classes == 1 else f"{num_classes} classes"
    if (1 if classes is None else len(classes)) != num_classes:
        given = "no classes are given" if classes is None else f"--classes names {len(classes)}"
        raise AppError(
            "{model_path} tells {tells}, but {given}; give the classes it was trained on.",
            model_path=request.model_path,
            tells=tells,
            given=given,
        )
    if classes is not None and request.threshold is not None:
        raise AppError(
            "{model_path} tells {tells}, of which the likeliest is taken; leave out --threshold.",
            model_path=request.model_path,
            tells=tells,
        )
