"""An upload -> the files in it: a zip is opened in memory and distrusted, any other file is passed on.

Nothing is written to disk, so a name such as ../x could do no harm here; it is refused all the same, since
whoever packs such a name means harm and the name is used further on.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from core.config import Limits
from core.errors import BadFileError
from core.imaging.archives.zip_names import entry_names
from core.language.sentence import Sentence

_CENTRAL_ENTRY = b"PK\x01\x02"
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_LOCKED = 0x1
_UNIX = 3
# An empty mask of 3000 x 3000 pixels packs 1 : 1000 and is no bomb; the ratio counts from this size on.
_SMALL_ENTRY = 16_000_000
# Of Windows, its marks of downloads, Office's of what is open, macOS' of a folder with a picture.
_SKIPPED = re.compile(r"(?:eh)?thumbs\.db|desktop\.ini|.*:zone\.identifier|~\$.*|icon[\r_]", re.IGNORECASE)
# Of macOS, Synology (small copies of every picture) and Windows.
_SKIPPED_FOLDERS = {"__macosx", "@eadir", "$recycle.bin"}


@dataclass(frozen=True)
class ArchiveEntry:
    """A file out of an upload, or the reason why it could not be taken out.

    Attributes:
        name: Path inside the zip with "/" between folders, in NFC; the upload's own name where it is no zip.
        data: The file's bytes, empty with a problem.
        problem: What to tell the person, None when all is well.
        notes: With the first one, plain sentences on the zip.
    """

    name: str
    data: bytes
    problem: BadFileError | None = None
    notes: tuple[Sentence, ...] = ()


def unpack_upload(data: bytes, name: str) -> Iterator[ArchiveEntry]:
    """The files of an upload, one at a time; folders, hidden files and what systems leave are left out.

    A bad entry comes with its `problem`, and the next ones follow.

    Args:
        data: The upload.
        name: What the person calls it.

    Yields:
        The entries of a zip in the order of their names; the file itself where it is no zip.

    Raises:
        BadFileError: The zip as a whole is refused: broken, locked, empty, too many files, too large
            unpacked.
    """
    if not is_zip(data):
        if name.lower().endswith(".zip") and data:
            raise BadFileError(name, "is no zip file or is damaged; pack it again.")
        yield ArchiveEntry(name, data)
        return
    limits = Limits.from_environment()
    with _open(data, name, limits) as archive:
        entries, notes = _named_entries(archive, name, limits)
        for place, (path, info) in enumerate(entries):
            entry = _take_out(archive, info, path, name, limits)
            yield entry if place else replace(entry, notes=notes)


def names_in_upload(data: bytes, name: str) -> list[str]:
    """The names that `unpack_upload` will give, in its order; nothing is unpacked.

    Raises:
        BadFileError: As `unpack_upload`.
    """
    if not is_zip(data):
        return [name]
    limits = Limits.from_environment()
    with _open(data, name, limits) as archive:
        return [path for path, _ in _named_entries(archive, name, limits)[0]]


def _open(data: bytes, name: str, limits: Limits) -> zipfile.ZipFile:
    if data.count(_CENTRAL_ENTRY) > limits.max_zip_files:
        raise BadFileError(
            name,
            "holds more than {max_zip_files:,} files (LIMIT_MAX_ZIP_FILES); split it up.",
            max_zip_files=limits.max_zip_files,
        )
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, struct.error, OSError, ValueError, RuntimeError):
        raise BadFileError(name, "is no zip file or is damaged; pack it again.") from None


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip."""
    return data.startswith(_ZIP_STARTS)


def _named_entries(
    archive: zipfile.ZipFile, name: str, limits: Limits
) -> tuple[list[tuple[str, zipfile.ZipInfo]], tuple[Sentence, ...]]:
    """The entries in order, and what is to be said of their names."""
    infos = archive.infolist()
    names, code_page = entry_names(infos)
    named = zip(names, infos, strict=True)
    entries = sorted((each for each in named if not is_left_by_systems(each[0])), key=lambda each: each[0])
    _check_as_a_whole([info for _, info in entries], name, limits)
    if not code_page:
        return entries, ()
    told = Sentence(
        "{name} does not say in which code page its names are; {code_page} is taken ({example}).",
        name=name,
        code_page=code_page,
        example=next(each for each in names if not each.isascii()),
    )
    return entries, (told,)


def is_left_by_systems(path: str) -> bool:
    """Whether a file is hidden, or one that macOS, Windows or a store of files leaves in every folder."""
    parts = path.split("/")
    if not parts[-1]:  # a folder
        return True
    # Of a file that iCloud keeps elsewhere only its name is there, which must not vanish.
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    hidden = hidden and not parts[-1].endswith(".icloud")
    is_system = not _SKIPPED_FOLDERS.isdisjoint(part.lower() for part in parts)
    return hidden or is_system or _SKIPPED.fullmatch(parts[-1]) is not None


def _check_as_a_whole(infos: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if not infos:
        raise BadFileError(name, "is a zip without a file in it; choose the images themselves.")
    if all(info.flag_bits & _LOCKED for info in infos):
        raise BadFileError(name, "is locked with a password; unpack it and upload the images.")
    total = sum(info.file_size for info in infos)
    if total > limits.max_zip_bytes:
        raise BadFileError(
            name,
            "would unpack to {total:,} bytes; at most {max_zip_bytes:,} are let in (LIMIT_MAX_ZIP_BYTES).",
            total=total,
            max_zip_bytes=limits.max_zip_bytes,
        )


def _take_out(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, zip_name: str, limits: Limits
) -> ArchiveEntry:
    told = f"{path} in {zip_name}"
    reason = _refusal(info, path, limits)
    if reason is not None:
        return ArchiveEntry(path, b"", BadFileError(told, reason))
    try:
        with archive.open(info) as file:
            data = file.read(info.file_size)
            complete = len(data) == info.file_size and not file.read(1)
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError):
        complete = False
    if not complete:
        return ArchiveEntry(path, b"", BadFileError(told, "is damaged inside the zip; pack it again."))
    if is_zip(data):
        return ArchiveEntry(path, b"", BadFileError(told, "is a zip inside a zip; unpack it first."))
    return ArchiveEntry(path, data)


def _refusal(info: zipfile.ZipInfo, path: str, limits: Limits) -> str | None:
    """Why an entry is not even unpacked, None when it may be."""
    if path.startswith("/") or ".." in PurePosixPath(path).parts or path[:1].isalpha() and path[1:2] == ":":
        return Sentence("has a name that leads out of the zip; rename it and pack it again.")
    if info.flag_bits & _LOCKED:
        return Sentence("is locked with a password; unpack the zip and upload the images.")
    if info.create_system == _UNIX and stat.S_ISLNK(info.external_attr >> 16):
        return Sentence("is a link to another file; pack the file itself.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Sentence("is packed by a method that is not read; pack it as an ordinary zip.")
    if info.file_size > limits.max_file_bytes:
        return Sentence(
            "unpacks to {file_size:,} bytes; at most {max_file_bytes:,} are let in (LIMIT_MAX_FILE_BYTES).",
            file_size=info.file_size,
            max_file_bytes=limits.max_file_bytes,
        )
    if info.file_size > _SMALL_ENTRY and info.file_size > limits.max_zip_ratio * max(info.compress_size, 1):
        return Sentence(
            "unpacks to more than {max_zip_ratio} times its size, as zip bombs do (LIMIT_MAX_ZIP_RATIO).",
            max_zip_ratio=limits.max_zip_ratio,
        )
    return None
