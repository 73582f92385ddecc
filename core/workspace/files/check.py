"""Finds every row whose file is missing or is not what was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from sqlalchemy import select

from core.errors import LostFileError
from core.files import file_hash
from core.workspace.files.blobs import BlobStore, sha256_of
from core.workspace.rows import Purpose, VersionRow
from core.workspace.sql.database import Database
from core.workspace.tables import ImageTable, ReviewTable, RevisionTable, TaskTable
from core.workspace.versions import Versions

_NEEDED = ("model.keras", "card.json")


def lost_files(database: Database, blobs: BlobStore) -> Iterator[str]:
    """One line for each image, mask and layer whose file is missing or damaged."""
    of_mask = (RevisionTable.number, RevisionTable.image_id)
    named: tuple[tuple[str, Any], ...] = (
        ("image {} {!r}", select(ImageTable.id, ImageTable.name, ImageTable.file)),
        ("reference mask of image {}", select(ImageTable.id, ImageTable.reference_file)),
        ("mask {} of image {}", select(*of_mask, RevisionTable.mask_file)),
        ("layer of mask {} of image {}", select(*of_mask, RevisionTable.layer_file)),
        (
            "mask of review {} of image {}",
            select(ReviewTable.id, ReviewTable.image_id, ReviewTable.mask_file),
        ),
    )
    with database.reading() as session:
        files = [(what.format(*of), file) for what, query in named for *of, file in session.execute(query)]
    for what, file in files:
        if file is not None and (wrong := _wrong(blobs, file)):
            yield f"{what}: {file} {wrong}"


def lost_versions(database: Database, versions: Versions) -> Iterator[str]:
    """One line for each file of a model version that is missing or damaged."""
    with database.reading() as session:
        task_ids = session.scalars(select(TaskTable.id)).all()
    for task_id in task_ids:
        for version in (each for purpose in get_args(Purpose) for each in versions.list(task_id, purpose)):
            for name in _NEEDED:
                if wrong := _wrong_in(versions.open(version) / name, version):
                    yield f"version {version.id} {version.title!r}: {version.folder}/{name} {wrong}"


def _wrong(blobs: BlobStore, file: str) -> str:
    try:
        content = blobs.read(file)
    except LostFileError:
        return "is missing"
    return "" if file.startswith(sha256_of(content)) else "is damaged"


def _wrong_in(path: Path, version: VersionRow) -> str:
    if not path.is_file():
        return "is missing"
    if path.suffix == ".json":
        return "" if path.stat().st_size else "is damaged"
    return "" if file_hash(path) == version.weights_sha256 else "is damaged"
