"""What models reach on images with and without hair: the table of what removing and drawing hair does."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.cards import ModelCard, Score
from core.datasets.pairs import Pair, check_dataset, load_pair
from core.evaluation.paired import PairedTest, paired_test
from core.evaluation.report import mean_score
from core.imaging.hair import WORKING_SIDE, hair_mask
from core.imaging.overlay import thumbnail
from core.inference.predictor import load_predictor
from core.inference.stock_layers import check_stock, weights_path
from core.watching import OnProgress, untold
from core.workflows.measure.score_model import score_pairs

NUM_THREADS = 2


@dataclass(frozen=True)
class HairRow:
    """One model.

    Attributes:
        model: As it was named.
        threshold: That made its masks.
        with_hair: Mean IoU of the images with hair.
        without_hair: Mean IoU of the others.
        all_images: Mean IoU of all.
        against_first: On the images with hair, against the first model; None for the first.
    """

    model: Path
    card: ModelCard
    threshold: float
    with_hair: Score
    without_hair: Score
    all_images: Score
    against_first: PairedTest | None


@dataclass(frozen=True)
class HairTable:
    """The table.

    Attributes:
        rows: One entry a model, in the order given.
        num_with_hair: Images of which at least `part` is hair.
        num_without_hair: The others.
        part: Where the line is drawn, in [0, 1].
    """

    rows: tuple[HairRow, ...]
    num_with_hair: int
    num_without_hair: int
    part: float


def hair_table(
    data_dir: Path,
    split: str,
    models: Sequence[Path],
    *,
    part: float = 0.01,
    threshold: float | None = None,
    on_progress: OnProgress = untold,
) -> HairTable:
    """Score each model on a split, images with and without hair apart.

    Args:
        models: Model folders or weights files with cards; at least one.
        part: Part of an image that its hair covers at least (`core.imaging.hair.hair_mask`).
        threshold: In [0, 1]; None for each model's own.
        on_progress: Called with (images scored, all images) of all models together.

    Raises:
        BadDatasetError: Everything that is wrong with the split.
        BadModelError: A model is missing, damaged or unsafe.
    """
    for model in models:
        check_stock(weights_path(model))
    pairs = check_dataset(data_dir, [split])[split]
    with ThreadPoolExecutor(NUM_THREADS) as pool:
        hairy = np.array(list(pool.map(_hair_part, pairs))) >= part

    rows: list[HairRow] = []
    first: list[float] = []
    for number, model in enumerate(models):
        predictor = load_predictor(model)
        chosen = predictor.card.threshold if threshold is None else threshold
        results = score_pairs(predictor, pairs, chosen)
        iou = np.array([result.scores["iou"] for result in results], np.float64)
        against = paired_test(iou[hairy].tolist(), first) if first else None
        first = first or iou[hairy].tolist()
        rows.append(
            HairRow(
                model, predictor.card, chosen, _score(iou[hairy]), _score(iou[~hairy]), _score(iou), against
            )
        )
        on_progress((number + 1) * len(pairs), len(models) * len(pairs))
    return HairTable(tuple(rows), int(hairy.sum()), int((~hairy).sum()), part)


def _hair_part(pair: Pair) -> float:
    values = load_pair(pair)[0].values
    if values.ndim == 2 or values.dtype != np.uint8:
        return 0.0
    return float(hair_mask(thumbnail(values, WORKING_SIDE)).mean())


def _score(iou: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Score:
    return mean_score(iou.tolist()) or Score(float("nan"))
