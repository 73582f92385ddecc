"""How a run went, epoch by epoch: the row, its CSV and its picture. Knows nothing of Keras."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.files import csv_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class EpochRow:
    """One row of history.csv.

    Attributes:
        epoch: From 1.
        loss: Mean training loss.
        dice: Mean training Dice at the threshold 0.5, on augmented images; None where labels are learnt.
        val_loss: None without validation.
        val_dice: Mean over validation images at the threshold 0.5 and the network's size; None without
            validation.
        learning_rate: At the end of the epoch.
        seconds: Since training began.
        accuracy: Mean part of the training pixels, or labels, that are right, on augmented images; None where
            it was not measured.
        val_accuracy: The same over validation images; None without validation.
    """

    epoch: int
    loss: float
    dice: float | None
    val_loss: float | None
    val_dice: float | None
    learning_rate: float
    seconds: float
    accuracy: float | None = None
    val_accuracy: float | None = None


def history_csv(rows: Sequence[EpochRow]) -> bytes:
    """The rows as CSV with a header; what was not measured is an empty cell, and labels have no Dice."""
    names = [field.name for field in dataclasses.fields(EpochRow)]
    if all(row.dice is None for row in rows):
        names = [name for name in names if not name.endswith("dice")]
    return csv_bytes([names, *([_short(getattr(row, name)) for name in names] for row in rows)])


# The losses of `core.training.losses.LOSSES` as axes are labelled.
LOSS_LABELS = {
    "bce": "binary cross-entropy",
    "dice": "soft Dice loss",
    "bce_dice": "cross-entropy + soft Dice loss",
    "focal": "focal loss",
    "tversky": "Tversky loss",
    "cross_entropy": "cross-entropy",
}


def curves_png(rows: Sequence[EpochRow], best_epoch: int, *, loss: str = "bce_dice") -> bytes:
    """Loss, Dice and (where measured) accuracy against the epoch, training and validation, as a PNG."""
    # Half a second to import, which the other commands need not wait for.
    from matplotlib.figure import Figure

    # A figure of its own rather than pyplot: that one is process-wide state and unsafe off the main thread.
    drawn = {"loss": LOSS_LABELS.get(loss, loss), "dice": "Dice", "accuracy": "pixel accuracy"}
    if any(row.accuracy is None for row in rows):
        del drawn["accuracy"]
    figure = Figure(figsize=(4.5 * len(drawn), 3.6), layout="constrained")
    for axes, (name, label) in zip(figure.subplots(1, len(drawn)), drawn.items(), strict=True):
        _draw(axes, rows, name, label, best_epoch)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _draw(axes: Axes, rows: Sequence[EpochRow], name: str, label: str, best_epoch: int) -> None:
    epochs = [row.epoch for row in rows]
    from matplotlib.ticker import MaxNLocator

    marker = "o" if len(rows) == 1 else None
    axes.plot(epochs, [getattr(row, name) for row in rows], color="#0072B2", marker=marker, label="training")
    validated = [(row.epoch, getattr(row, f"val_{name}")) for row in rows]
    validated = [point for point in validated if point[1] is not None]
    if validated:
        axes.plot(*zip(*validated, strict=True), color="#E69F00", marker=marker, label="validation")
    axes.axvline(best_epoch, color="0.6", linestyle=":", label=f"kept: epoch {best_epoch}")
    axes.set_xlabel("epoch")
    axes.set_ylabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend()


def _short(value: float | None) -> str:
    return "" if value is None else str(value) if isinstance(value, int) else f"{value:.6g}"
