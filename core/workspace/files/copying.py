"""A workspace whole at another place: from a folder to servers, back again, or as a backup.

Files come first and rows last, in one transaction: a copy that was cut off has no rows, and is begun again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from core.errors import LostFileError, StoreError
from core.watching import OnProgress
from core.workspace.files.blobs import BlobStore
from core.workspace.files.places import Place
from core.workspace.sql.database import Database
from core.workspace.tables import FILE_COLUMNS, JobTable, Table, VersionTable

_CHUNK = 1000


def copy_all(
    source: tuple[Database, Place], target: tuple[Database, Place], on_progress: OnProgress
) -> tuple[int, list[str]]:
    """Copy every file and row; what is at the target's files already is not copied again.

    Args:
        source: Rows and files to copy; one state of them is taken, whatever is written meanwhile.
        target: Where to; its tables are there and hold nothing.
        on_progress: Called with files done and all files.

    Returns:
        Number of rows, and the names of files that the source has lost.

    Raises:
        StoreError: The target holds something already or has no room left, or the files of the source do
            not answer.
    """
    database, place = source
    with database.reading() as rows:
        with target[0].reading() as there:
            if any(
                there.scalar(select(func.count()).select_from(each)) for each in Table.metadata.sorted_tables
            ):
                raise StoreError(
                    "{name} holds something already; choose an empty place.", name=target[0].name
                )
        lost = list(_copy_files(rows, BlobStore(place), BlobStore(target[1]), on_progress))
        _copy_folders(rows, place, target[1])
        return _copy_rows(rows, target[0]), lost


def _copy_files(
    rows: Session, source: BlobStore, target: BlobStore, on_progress: OnProgress
) -> Iterator[str]:
    names = sorted(
        {name for column in FILE_COLUMNS for name in rows.scalars(select(column)) if name is not None}
    )
    for done, name in enumerate(names):
        on_progress(done, len(names))
        try:
            content = source.read(name)
        except LostFileError:
            yield name
            continue
        target.put(content, Path(name).suffix)
    on_progress(len(names), len(names))


def _copy_folders(rows: Session, source: Place, target: Place) -> None:
    of_jobs = [f"jobs/{job_id}" for job_id in rows.scalars(select(JobTable.id))]
    for name in [*rows.scalars(select(VersionTable.folder).distinct()), *of_jobs]:
        if source.folder(name).is_dir():
            shutil.copytree(source.folder(name), target.folder(name), dirs_exist_ok=True)
            target.keep(name)


def _copy_rows(rows: Session, target: Database) -> int:
    num_rows = 0
    with target.writing() as session:
        for table in Table.metadata.sorted_tables:
            key = next(iter(table.primary_key.columns))
            found = rows.execute(select(table).order_by(key)).mappings()
            for chunk in found.partitions(_CHUNK):
                session.execute(insert(table), [dict(row) for row in chunk])
                num_rows += len(chunk)
            if target.path is None and key.name == "id":
                # The next row there takes the next number.
                last = (
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"
                )
                session.execute(text(last))
    return num_rows
