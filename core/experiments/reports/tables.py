"""Scores of images into rows: means with intervals, pooled pixels, mean and spread over folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.evaluation.class_scores import pooled_classes
from core.evaluation.scores import Scores, bootstrap_interval, pooled_scores
from core.experiments.requests.several_classes import is_dice_column, name_of_column
from core.experiments.runs.scoring import SCORES, ImageScores
from core.experiments.runs.store import Cell

COLUMN_WORDS = {
    "arm": "network",
    "fold": "fold",
    "images": "images",
    "dice": "Dice",
    "iou": "IoU",
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "hd95": "HD95 (px)",
    "boundary_f1": "boundary F1",
    "threshold": "threshold",
    "parameters": "parameters",
    "seconds": "training (s)",
    "epochs": "epochs",
    "trial": "trial",
    "state": "state",
    "val_dice": "validation Dice",
    "best_epoch": "best epoch",
    "learning_rate": "learning rate",
    "base_filters": "base filters",
    "batch_size": "batch size",
    "dropout": "dropout",
    "augment": "augmentation",
    "loss": "loss",
}
"""What people read over a column of a result."""


def column_word(column: str) -> str:
    """What people read over a column."""
    if is_dice_column(column):
        return f"{name_of_column(column)} Dice"
    return COLUMN_WORDS.get(column, column.replace("_", " "))


def cell_text(row: dict[str, Cell], column: str) -> str:
    """A cell as people read it, with its interval where the row has one."""
    value = row.get(column)
    if value is None or value == "":
        return "–"
    if isinstance(value, str):
        return value
    low, high = row.get(f"{column}_low"), row.get(f"{column}_high")
    text = _number(column, value)
    if isinstance(low, float) and isinstance(high, float):
        return f"{text} ({_number(column, low)} to {_number(column, high)})"
    return text


def mean_row(images: Sequence[ImageScores]) -> dict[str, Cell]:
    """Mean over images of each score with its bootstrap 95 % interval, and the number of images.

    An undefined HD95 or boundary F1 is left out of its mean.
    """
    row: dict[str, Cell] = {"images": len(images)}
    for name in score_names(images):
        values = defined(images, name)
        row[name] = round(float(np.mean(values)), 6) if values else None
        if values:
            low, high = bootstrap_interval(values)
            row[f"{name}_low"], row[f"{name}_high"] = round(low, 6), round(high, 6)
    return row


def pooled_row(images: Sequence[ImageScores]) -> dict[str, Cell]:
    """Scores of all pixels of all images taken together, F1 among them; no distances."""
    pooled: Scores = dict(pooled_scores(each.counts for each in images))
    if images and images[0].class_counts:
        pooled, of_classes = pooled_classes(each.class_counts for each in images)
        own = [name for name in score_names(images) if is_dice_column(name)]
        pooled |= {name: each["dice"] for name, each in zip(own, of_classes, strict=True)}
    return {"images": len(images), **{name: round(value or 0.0, 6) for name, value in pooled.items()}}


def fold_rows(folds: Sequence[Sequence[ImageScores]]) -> tuple[dict[str, Cell], dict[str, Cell]]:
    """Mean and standard deviation (of a sample: n - 1) over folds of the folds' means.

    Args:
        folds: The out-of-fold images of each fold that is finished, at least one.

    Returns:
        The row of means and that of deviations; one fold has no deviation.
    """
    means: dict[str, Cell] = {"images": sum(len(each) for each in folds)}
    spreads: dict[str, Cell] = {}
    for name in score_names(folds[0]):
        of_folds = [float(np.mean(values)) for each in folds if (values := defined(each, name))]
        means[name] = round(float(np.mean(of_folds)), 6) if of_folds else None
        spreads[name] = round(float(np.std(of_folds, ddof=1)), 6) if len(of_folds) > 1 else None
    return means, spreads


def score_names(images: Sequence[ImageScores]) -> tuple[str, ...]:
    """What the images were scored by: `SCORES`, and the Dice of each of several classes."""
    return tuple(images[0].scores) if images else SCORES


def defined(images: Sequence[ImageScores], name: str) -> list[float]:
    """The images' values of a score, undefined ones left out."""
    return [value for each in images if (value := each.scores[name]) is not None]


def _number(column: str, value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if column in ("hd95", "hd95_low", "hd95_high"):
        return f"{value:.2f}"
    if column == "seconds":
        return f"{value:.0f}"
    if column == "threshold":
        return f"{value:.2f}"
    return f"{value:.4g}" if column in ("learning_rate", "dropout", "p") else f"{value:.4f}"
