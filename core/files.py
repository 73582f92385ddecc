"""Files that appear whole or not at all: every file that a person could miss is written through here."""

from __future__ import annotations

import csv
import io
import json
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.language.sentence import to_plain


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old one or the new one, never a part (temporary, fsync, replace).

    Raises:
        OSError: The disk is full or the folder cannot be written; what was there before is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not `tempfile`: its files are their owner's alone, and a result is meant to be shared as any other file.
    temporary = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_json(path: Path, values: Any, *, indent: int | None = 2) -> None:
    """Write plain types, and sentences as templates with facts, as JSON in UTF-8, whole."""
    write_whole(path, (json.dumps(to_plain(values), indent=indent, ensure_ascii=False) + "\n").encode())


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV in UTF-8; what is None is an empty cell."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def write_table(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as CSV, whole, under every name that one of them has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    write_whole(path, csv_bytes([columns, *([row.get(name) for name in columns] for row in rows)]))
