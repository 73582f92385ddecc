"""Files that appear whole or not at all: every file that a person could miss is written through here."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.language.sentence import to_plain

# The signs that begin a formula, the wide ones of Korean and Japanese keyboards too.
_BEFORE_NAMES = re.compile(r"\A(?:(?:#[^,;\t|\r\n]*)?(?:\r\n|\r|\n))+")
# A title above them: a few lines of one cell before one of several.
_TITLE = re.compile(
    r"\A(?:(?!sep=)[,;\t|]*[^,;\t|\r\n]*[,;\t|]*(?:\r\n|\r|\n)){1,9}(?=[,;\t|]*[^,;\t|\r\n]+[,;\t|]+[^,;\t|\r\n])"
)
_SEP = re.compile(r"sep=(.)(?:\r\n|\r|\n)")
_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r]")


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


def file_hash(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, values: Any, *, indent: int | None = 2) -> None:
    """Write plain types, and sentences as templates with facts, as JSON in UTF-8, whole."""
    write_whole(path, (json.dumps(to_plain(values), indent=indent, ensure_ascii=False) + "\n").encode())


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV that a spreadsheet opens as it is meant; `csv_rows` reads the same back.

    What is None is an empty cell. It is UTF-8, marked as that where it is not plain ASCII, since Excel would
    not know it else. A word that a spreadsheet would take for a formula, such as the name `=cmd.png`, gets an
    apostrophe before it, as OWASP advises; a number stays one.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_guarded(cell) for cell in row] for row in rows)
    content = text.getvalue()
    return content.encode("ascii" if content.isascii() else "utf-8-sig")


def csv_rows(content: bytes) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The columns and rows of a CSV in UTF-8, ours or another tool's.

    Commas, semicolons, tabs or bars part the names of the columns as well as the cells below. Blank lines,
    remarks ("# ...") and a title before the names are passed over, and Excel's "sep=;" is obeyed.

    Raises:
        UnicodeError: Not UTF-8.
        csv.Error: No CSV.
    """
    text = _TITLE.sub("", _BEFORE_NAMES.sub("", content.decode("utf-8-sig")))
    lines = re.sub('"[^"]*"', "", text).splitlines()[:2]
    delimiter = max(",;\t|", key=lambda sign: min((line.count(sign) for line in lines), default=0))
    if told := _SEP.match(text):
        text, delimiter = text[told.end() :], told[1]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = tuple(map(_unguarded, reader.fieldnames or ()))
    reader.fieldnames = columns
    return columns, [{name: _unguarded(cell) for name, cell in row.items()} for row in reader]


def write_table(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as CSV, whole, under every name that one of them has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    write_whole(path, csv_bytes([columns, *([row.get(name) for name in columns] for row in rows)]))


def _guarded(cell: object) -> object:
    if not isinstance(cell, str) or not _FORMULA.match(cell):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _unguarded(cell: Any) -> Any:
    """The cell without our apostrophe; lists of what is too much in a row, and None, as they are."""
    is_guarded = isinstance(cell, str) and cell.startswith("'") and _FORMULA.match(cell)
    return cell[1:] if is_guarded else cell
