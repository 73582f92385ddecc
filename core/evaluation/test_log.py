"""The log of test scorings: one line of a CSV for each network that is scored on a test split.

A test split tells the truth once; who looks often and keeps the best number is fooled. So every scoring
leaves a line, and this is the only place that writes one. Knows neither networks nor experiments.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from core.errors import AppError

LOG_NAME = "test_scorings.csv"


@dataclass(frozen=True)
class Scoring:
    """One network scored on a test split.

    Attributes:
        part: What it belongs to: an experiment's folder, a part of the results, "evaluate".
        step: What was done there: the kind of the experiment, the step of the part, the task.
        network: Which network, or which class of its masks.
        score: Name of the score that is kept here: dice, iou, accuracy.
        data: The data folder as it was given, empty where the part and step say it.
        command: The command as it was typed, empty where there was none.
    """

    part: str
    step: str
    network: str
    images: int
    score: str
    mean: float
    data: str = ""
    command: str = ""


COLUMNS = ("date", *(field.name for field in fields(Scoring)))


def log_scorings(path: Path, scorings: Sequence[Scoring]) -> None:
    """Add a line for each scoring, with the time now; what is there stays."""
    check_log(path)
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    if not path.exists() or path.stat().st_size == 0:
        writer.writeheader()
    writer.writerows({"date": now, **asdict(each), "mean": f"{each.mean:.4f}"} for each in scorings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(text.getvalue().encode())


def check_log(path: Path) -> None:
    """Refuse a file that is no log of test scorings, or ends within a line; asked before a long scoring."""
    if not path.exists():
        return
    if not path.is_file():
        raise AppError("{path} is no file; give --test_log a CSV, or a name that is not taken.", path=path)
    content = path.read_bytes()
    header = content.partition(b"\n")[0].strip()
    if header and header != ",".join(COLUMNS).encode():
        raise AppError(
            "{path} is no log of test scorings (expected the columns {columns}); give another --test_log.",
            path=path,
            columns=", ".join(COLUMNS),
        )
    if content and not content.endswith(b"\n"):
        raise AppError("The last line of {path} is cut off; end it or take it away.", path=path)
