r"""Folders and files that may lie elsewhere: `gs://bucket/data`, `memory://data`, or a path of this machine.

The one file-system layer, through fsspec. What lies elsewhere is fetched into a local folder and results are
put back, so that everything else reads and writes plain paths, whole and with fsync. An address is what has a
protocol of two letters or more before `://`; `C:\data` and `C:/data` are paths. Tested with `memory://`; `gs://`
needs `pip install gcsfs` and was never tried.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from core.errors import AppError

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+://")


def is_address(place: str) -> bool:
    """Whether a place lies elsewhere."""
    return _ADDRESS.match(place) is not None


def fetch(address: str, into: Path) -> Path:
    """Copy a file, or a folder with all that is in it, to this machine.

    Args:
        address: With a protocol.
        into: Folder that the copy is put into, under its own name.

    Returns:
        The copy.

    Raises:
        AppError: There is nothing, or it cannot be reached.
    """
    system, path = _open(address)
    copy = into / path.rstrip("/").rsplit("/", 1)[-1]
    try:
        if not system.exists(path):
            raise AppError(f"There is nothing at {address}; look at its spelling.")
        names = system.find(path) if system.isdir(path) else [path]
        for name in names:
            # A folder of an object store may hold an object of its own name, which is no file.
            if not name.endswith("/"):
                target = copy / name[len(path) :].strip("/") if name != path else copy
                target.parent.mkdir(parents=True, exist_ok=True)
                system.get_file(name, str(target))
    except (OSError, ValueError) as error:
        raise AppError(f"{address} cannot be read ({_reason(error)}).") from None
    return copy


def holds_anything(address: str) -> bool:
    """Whether there is a file at or under an address.

    Raises:
        AppError: It cannot be reached.
    """
    system, path = _open(address)
    try:
        return bool(system.exists(path) and system.find(path))
    except (OSError, ValueError) as error:
        raise AppError(f"{address} cannot be read ({_reason(error)}).") from None


class Upload:
    """Puts a local folder to an address, each file once for each time that it was written.

    Args:
        folder: On this machine.
        address: With a protocol; becomes the folder's copy.
    """

    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self._address = address
        self._done: dict[Path, tuple[int, int]] = {}

    def push(self) -> None:
        """Put every file that is new or was written again since the last call.

        Raises:
            AppError: It cannot be written.
        """
        system, root = _open(self._address)
        for path in sorted(self._folder.rglob("*")):
            if not path.is_file() or path.name.endswith(".part"):
                continue
            told = path.stat()
            version = (told.st_mtime_ns, told.st_size)
            if self._done.get(path) == version:
                continue
            target = f"{root.rstrip('/')}/{path.relative_to(self._folder).as_posix()}"
            try:
                system.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
                system.put_file(str(path), target)
            except (OSError, ValueError) as error:
                raise AppError(f"{self._address} cannot be written ({_reason(error)}).") from None
            self._done[path] = version

    def remove(self, name: str) -> None:
        """Remove what an earlier call put under a folder's name; nothing where there is none."""
        system, root = _open(self._address)
        path = f"{root.rstrip('/')}/{name}"
        if system.exists(path):
            system.rm(path, recursive=True)


def _open(address: str) -> tuple[Any, str]:
    # A quarter of a second, which local paths need not wait for.
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError, OSError) as error:
        raise AppError(f"{address} cannot be reached ({_reason(error)}).") from None
    return system, path


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
