"""What a finished run of an experiment left: its scores and its epochs, read back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.config import from_dict
from core.errors import AppError
from core.experiments.runs.scoring import ImageScores
from core.experiments.runs.store import read_json
from core.files import csv_rows


@dataclass(frozen=True)
class FinishedRun:
    """What a run found; `scores.json`.

    Attributes:
        threshold: Chosen on its validation images; None of several classes, of which the likeliest is taken.
        best_epoch: Epoch whose weights were kept.
        seconds: Of training alone.
        num_parameters: Numbers that the network learns.
    """

    name: str
    folder: Path
    threshold: float | None
    num_epochs: int
    best_epoch: int
    seconds: float
    num_parameters: int
    images: tuple[ImageScores, ...]


def read_run(folder: Path) -> FinishedRun:
    """What a finished run found."""
    values = read_json(folder / "scores.json")
    try:
        return from_dict(FinishedRun, {**values, "folder": folder})
    except (KeyError, TypeError, ValueError) as error:
        raise AppError(
            "{folder} is not of this version ({error}).", folder=folder / "scores.json", error=error
        ) from None


def read_curves(folder: Path) -> list[dict[str, float | None]]:
    """The epochs of a run, from its `history.csv`; what was not measured is None."""
    _, rows = csv_rows((folder / "history.csv").read_bytes())
    return [{name: float(text) if text else None for name, text in row.items()} for row in rows]
