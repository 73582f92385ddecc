"""The CSV that lies beside a data set: which column names the image, the patient, the kind."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.datasets.groups import as_first_written
from core.datasets.layout import SPLITS
from core.datasets.matching import is_image_name, stem_of
from core.errors import AppError
from core.files import csv_rows
from core.imaging.archives.code_pages import as_utf8

GROUP_COLUMNS = (
    *("group", "patientid", "patient", "patientname", "mrn", "subjectid", "subject", "participantid"),
    *("participant", "donorid", "donor", "animalid", "animal", "lesionid", "lesion", "caseid", "case"),
    *("그룹", "환자번호", "환자id", "환자", "등록번호", "병변번호", "병변id", "병변", "증례번호", "증례"),
)
"""Columns whose images belong together, the most telling first; compared without case, spaces and dashes."""
NAME_COLUMNS = (
    *("image", "imageid", "imagename", "id", "name", "file", "filename", "stem"),
    *("이미지", "이미지명", "영상", "영상명", "파일", "파일명", "파일이름"),
)
"""Columns that name the image, likewise."""
_SHEETS = (".xlsx", ".xls", ".ods", ".jsonl", ".parquet")
# What programs write where they know nothing.
_NOTHING = frozenset({"", "nan", "n/a", "na", "#n/a", "<na>", "null", "none", "-", "?"})


@dataclass(frozen=True)
class SetTable:
    """A CSV with a row for each image.

    Attributes:
        path: Where it lies.
        columns: As the file names them.
        rows_of: The rows of each image, by its stem.
    """

    path: Path
    columns: tuple[str, ...]
    rows_of: dict[str, list[dict[str, str]]]

    def values(self, column: str, stems: Sequence[str]) -> list[str]:
        """The column's value for each image, "" where it has none.

        Raises:
            AppError: No such column.
        """
        if column not in self.columns:
            raise AppError(
                "{path} has no column {column!r}; it has {columns}.",
                path=self.path,
                column=column,
                columns=", ".join(self.columns),
            )
        return [(self.rows_of.get(stem, [{}])[-1].get(column) or "").strip() for stem in stems]

    def groups(self, column: str, stems: Sequence[str]) -> list[list[str]]:
        """The groups of each image: of several rows all that they say; none where nothing is known.

        What may be one group is written as the first of it; see `as_first_written`.

        Raises:
            AppError: No such column.
        """
        self.values(column, ())
        said = [
            (stem, (row.get(column) or "").strip()) for stem, rows in self.rows_of.items() for row in rows
        ]
        found: dict[str, dict[str, None]] = {}
        for (stem, cell), word in zip(said, as_first_written([cell for _, cell in said]), strict=True):
            found.setdefault(stem, {}).update({} if is_nothing(cell) else {word: None})
        return [list(found.get(stem, ())) for stem in stems]


def read_set_table(data_dir: Path, stems: Sequence[str], column: str | None = None) -> SetTable | None:
    """The table of a data set, None where no CSV in its folder names its images.

    Args:
        data_dir: The set's folder.
        stems: Of its images; a table must know at least one.
        column: That is wanted, None for a patient's or the like; a table that has it goes before others.

    Raises:
        AppError: A CSV there cannot be read.
    """
    first: SetTable | None = None
    for paths in _tables(data_dir):
        try:
            read = [read_csv(path) for path in paths]
            table = table_that_names(paths[0], read[0][0], [row for _, rows in read for row in rows], stems)
        except AppError:
            if first is None:
                raise
            continue
        if table and (column in table.columns if column else group_column_of(table.columns)):
            return table
        first = first or table
    return first


def tables_of_others(data_dir: Path, stems: Sequence[str]) -> list[tuple[Path, str]]:
    """Tables of a data set's folder that say what belongs together, and name none of its images.

    Returns:
        Each with its column.
    """
    found = []
    for path, *_ in _tables(data_dir):
        columns, rows = read_csv(path)
        column = group_column_of(columns)
        if column and table_that_names(path, columns, rows, stems) is None:
            found.append((path, column))
    return found


def spreadsheets(data_dir: Path) -> list[Path]:
    """Tables of a data set that are not read, since they are no CSV."""
    return sorted(path for path in data_dir.iterdir() if path.suffix.lower() in _SHEETS)


def _tables(data_dir: Path) -> list[list[Path]]:
    """The tables of a data set, those of one name in the folders of splits together."""
    found: dict[tuple[bool, str], list[Path]] = {}
    for path in sorted(each for folder in ("", *SPLITS) for each in (data_dir / folder).glob("*")):
        if path.suffix.lower() in (".csv", ".tsv"):
            found.setdefault((path.parent != data_dir, path.name), []).append(path)
    # A set's own goes before its splits', and what is called for it before others.
    return [found[key] for key in sorted(found, key=lambda key: (key[0], key[1] != "metadata.csv", key[1]))]


def table_that_names(
    path: Path, columns: tuple[str, ...], rows: Sequence[dict[str, str]], stems: Sequence[str]
) -> SetTable | None:
    """The table by the images that one of its columns names; None where no column names any of them."""
    known = set(stems)
    for column in sorted(columns, key=lambda column: _plain(column) not in NAME_COLUMNS):
        rows_of: dict[str, list[dict[str, str]]] = {}
        for row in rows:
            if row.get(column):
                rows_of.setdefault(stem_of_name(row[column]), []).append(row)
        if known & set(rows_of):
            return SetTable(path, columns, rows_of)
    return None


def read_csv(path: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The columns and rows of a table.

    Raises:
        AppError: It cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AppError("{path} cannot be read as CSV in UTF-8 ({error}).", path=path, error=error) from None
    return parse_csv(content, path)


def parse_csv(content: bytes, path: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The columns and rows of a table that is read already; see `read_csv`."""
    try:
        return csv_rows(as_utf8(content))
    except (UnicodeError, csv.Error) as error:
        raise AppError("{path} cannot be read as CSV in UTF-8 ({error}).", path=path, error=error) from None


def is_nothing(cell: str) -> bool:
    """Whether a cell says that what it stands for is not known."""
    return cell.strip().casefold() in _NOTHING


def group_column_of(columns: Sequence[str]) -> str | None:
    """The column that says which images belong together, None where there is none."""
    return column_called(columns, GROUP_COLUMNS)


def column_called(columns: Sequence[str], words: Sequence[str]) -> str | None:
    """The column of the first of the words that one is called by, whatever its case, spaces and dashes."""
    by_word = {_plain(column): column for column in columns}
    return next((by_word[word] for word in words if word in by_word), None)


def stem_of_name(name: str) -> str:
    """The name as `core.datasets.matching.stem_of` has it; only an image's ending is taken off."""
    path = Path(name.strip().replace("\\", "/"))
    return stem_of(path) if is_image_name(path.name) else unicodedata.normalize("NFC", path.name)


def _plain(column: str) -> str:
    return "".join(letter for letter in column.lower() if letter.isalnum())
