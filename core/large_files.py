"""Files of gigabytes as bytes that are not read: the system brings the parts that are looked at.

A volume is read slice by slice; without this its whole file would lie in memory for each of them.
"""

from __future__ import annotations

import errno
import io
import mmap
from pathlib import Path
from typing import Any, BinaryIO, cast

LARGE = 64_000_000
"""Bytes from which a file is mapped."""
_AT_ONCE = 1 << 20


class MappedFile(mmap.mmap):
    """A file's bytes in place: sliced, measured, compared and hashed like `bytes`."""

    path: Path

    def startswith(self, start: bytes | tuple[bytes, ...]) -> bool:
        """As of bytes."""
        starts = start if isinstance(start, tuple) else (start,)
        return any(self[: len(each)] == each for each in starts)

    def __reduce__(self) -> Any:
        """Another process gets the bytes themselves."""
        return bytes, (self[:],)


def read_file(path: Path) -> bytes:
    """The bytes of a file; of a large one a `MappedFile`, which stands for them.

    Raises:
        OSError: It cannot be opened; it is a pipe or a device, which may never end; or its name is no
            text, so that no table could name it.
    """
    if any("\udc80" <= letter <= "\udcff" for letter in path.name):  # bytes that are not UTF-8
        raise OSError(errno.EILSEQ, "its name is not in UTF-8, rename it")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "not a regular file")
    with path.open("rb") as file:
        if path.stat().st_size < LARGE:
            return file.read()
        mapped = MappedFile(file.fileno(), 0, access=mmap.ACCESS_READ)
    mapped.path = path
    return cast(bytes, mapped)


def as_file(data: bytes) -> BinaryIO:
    """The bytes to seek and read in; of a mapped file the file itself, so that nothing of it stays."""
    return (
        io.BufferedReader(_Reader(data.path), _AT_ONCE) if isinstance(data, MappedFile) else io.BytesIO(data)
    )


class _Reader(io.RawIOBase):
    """A file that is open only while it is read, since nobody says when its last slice is wanted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Where reading goes on."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._path.stat().st_size}[whence]
        self._place = start + offset
        return self._place

    def tell(self) -> int:
        """Where reading goes on."""
        return self._place

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        with self._path.open("rb", buffering=0) as file:
            file.seek(self._place)
            count = file.readinto(buffer) or 0
        self._place += count
        return count
