"""The log of test scorings: one header, one line a scoring, and no line into a file of another kind."""

import csv
import re
from pathlib import Path

import pytest

from core.errors import AppError
from core.evaluation.test_log import COLUMNS, LOG_NAME, Scoring, check_log, log_scorings

PROJECT = Path(__file__).resolve().parents[2]
SCORING = Scoring("evaluate", "segment", "models/a, b", 3, "dice", 0.98765, "dataset", "python evaluate.py")


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_scoring_is_a_line_also_the_same_one_again(tmp_path):
    log = tmp_path / "new" / "log.csv"
    log_scorings(log, [SCORING])
    log_scorings(log, [SCORING, Scoring("lungs", "compare", "fcn", 2, "dice", 1 / 3)])
    assert log.read_text().count("date,") == 1
    rows = rows_of(log)
    assert [row["network"] for row in rows] == ["models/a, b", "models/a, b", "fcn"]
    assert [row["mean"] for row in rows] == ["0.9877", "0.9877", "0.3333"]
    assert tuple(rows[0]) == COLUMNS and rows[0]["command"] == "python evaluate.py"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", rows[0]["date"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("image,label\na,MEL\n", "is no log of test scorings"),
        (",".join(COLUMNS) + "\n2026-11-2", "is cut off"),
    ],
)
def test_another_file_is_refused_and_left_as_it_was(tmp_path, content, reason):
    log = tmp_path / "log.csv"
    log.write_text(content)
    with pytest.raises(AppError, match=reason):
        log_scorings(log, [SCORING])
    assert log.read_text() == content


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(AppError, match="is no file"):
        check_log(tmp_path)


def test_an_empty_file_becomes_a_log(tmp_path):
    (tmp_path / "log.csv").touch()
    log_scorings(tmp_path / "log.csv", [SCORING])
    assert len(rows_of(tmp_path / "log.csv")) == 1


def test_the_projects_own_log_has_the_same_columns():
    path = PROJECT / "docs" / LOG_NAME
    check_log(path)
    for row in rows_of(path):
        assert tuple(row) == COLUMNS and 0 <= float(row["mean"]) <= 1 and int(row["images"]) > 0


def test_nobody_else_writes_such_a_log():
    """A second writer would begin with a header of its own, or name the file."""
    home = PROJECT / "core" / "evaluation" / "test_log.py"
    code = [*PROJECT.glob("*.py"), *(PROJECT / "core").rglob("*.py"), *(PROJECT / "benchmarks").rglob("*.py")]
    named = [path for path in code if path != home and f'"{LOG_NAME}"' in path.read_text(encoding="utf-8")]
    assert named == []
