"""An experiment's report as one zip to take away; weights and masks of its runs stay in the folder."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

_SUFFIXES = (".md", ".csv", ".json", ".jsonl", ".png")


def report_zip(folder: Path) -> bytes:
    """The report, the table, the numbers, the curves and the pictures of an experiment.

    Args:
        folder: Of the experiment; the zip has one folder of the same name.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            if path.suffix in _SUFFIXES and path.is_file() and not path.name.startswith("."):
                archive.write(path, f"{folder.name}/{path.name}")
    return content.getvalue()
