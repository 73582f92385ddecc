"""`report.md`: everything that an experiment found, so that the file can stand by itself; and a zip of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.experiments.reports.tables import cell_text, column_word
from core.experiments.runs.store import ExperimentResult

_SUFFIXES = (".md", ".csv", ".json", ".jsonl", ".png")


def report_markdown(record: dict[str, Any], result: ExperimentResult, *, reason: str = "") -> str:
    """The report of an experiment; the reason says why it is not complete, "" where it is."""
    parts = [f"# {record['title']}"]
    if reason:
        parts.append(f"**Not complete.** {reason}")
    if result.headline:
        parts.append(result.headline)
    if result.rows:
        parts.append(markdown_table(result))
    if result.notes:
        parts.append("## How it was measured")
        parts.append("\n".join(f"- {note}" for note in [*result.notes, *_about(record)]))
    parts.extend(f"![{picture.caption}]({picture.file})\n\n{picture.caption}" for picture in result.pictures)
    if record.get("command"):
        parts.append(f"Made by\n\n```\n{record['command']}\n```")
    return "\n\n".join(parts) + "\n"


def markdown_table(result: ExperimentResult) -> str:
    """The rows as a Markdown table, intervals in brackets behind their means."""
    lines = [_line([column_word(column) for column in result.columns]), _line(["---"] * len(result.columns))]
    lines += [_line([cell_text(row, column) for column in result.columns]) for row in result.rows]
    return "\n".join(lines)


def report_zip(folder: Path) -> bytes:
    """Report, table, numbers, curves and pictures of an experiment, in one folder of the same name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            if path.suffix in _SUFFIXES and path.is_file() and not path.name.startswith("."):
                archive.write(path, f"{folder.name}/{path.name}")
    return content.getvalue()


def _about(record: dict[str, Any]) -> list[str]:
    versions = ", ".join(f"{name} {number}" for name, number in record.get("versions", {}).items())
    counts = ", ".join(f"{split} {len(stems)}" for split, stems in record.get("data", {}).items())
    lines = []
    if counts:
        # A run of a classifier is a file of probabilities, not a folder.
        again = (
            "the same command does all of it again"
            if record["kind"] == "classify"
            else "each run is done again by train.py --rerun of its folder"
        )
        lines.append(
            f"Images: {counts}; the SHA-256 of each image and mask stands in experiment.json, {again}."
        )
    if record.get("seed") is not None:
        lines.append(f"Seed {record['seed']}; begun {record['created']}; {versions}.")
    return lines


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
