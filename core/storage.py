r"""Folders and files that may lie elsewhere: `gs://bucket/data`, `memory://data`, or a path of this machine.

The one file-system layer, through fsspec. What lies elsewhere is fetched into a local folder and results are
put back, so that everything else reads and writes plain paths, whole and with fsync. An address is what has a
protocol of two letters or more before `://`; `C:\data` and `C:/data` are paths. Tested with `memory://`; `gs://`
needs `pip install gcsfs` and was never tried.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import AppError

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+://")


def is_address(place: str) -> bool:
    """Whether a place lies elsewhere."""
    return _ADDRESS.match(place) is not None


def fetch(address: str, copy: Path) -> Path:
    """Copy a file, a folder with all that is in it, or the files that a pattern finds, to this machine.

    Args:
        address: With a protocol.
        copy: What the file or folder becomes here. Of a pattern, the same pattern: it finds the same files.

    Returns:
        `copy`.

    Raises:
        AppError: There is nothing, or it cannot be reached.
    """
    system, path = _open(address)
    with _in_a_sentence(address, "read"):
        if system.exists(path):
            names = system.find(path) if system.isdir(path) else [path]
            root, to = path, copy
        else:
            names = _matching(system, path)
            root, to = _before_wild_cards(path, copy)
        if not names:
            raise AppError("There is nothing at {address}; look at its spelling.", address=address)
        for name in names:
            # A folder of an object store may hold an object of its own name, which is no file.
            if name.endswith("/"):
                continue
            inner = name[len(root) :].strip("/") if name != root else ""
            if ".." in inner.split("/"):
                raise AppError(
                    "{address} holds {inner!r}, which would be written outside of its copy.",
                    address=address,
                    inner=inner,
                )
            target = to / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            system.get_file(name, str(target))
    return copy


def holds_anything(address: str) -> bool:
    """Whether there is a file at or under an address.

    Raises:
        AppError: It cannot be reached.
    """
    system, path = _open(address)
    with _in_a_sentence(address, "read"):
        return bool(system.exists(path) and system.find(path))


def is_folder(address: str) -> bool:
    """Whether there is a folder at an address.

    Raises:
        AppError: It cannot be reached.
    """
    system, path = _open(address)
    with _in_a_sentence(address, "read"):
        return bool(system.isdir(path))


class Upload:
    """Makes an address follow a local folder: what is new, changed or gone since it was last looked at.

    What the folder holds at the start counts as put already, since it was fetched.

    Args:
        folder: On this machine.
        address: With a protocol.
        is_new: The folder was made here: nothing in it counts as put.

    Raises:
        AppError: It cannot be reached.
    """

    def __init__(self, folder: Path, address: str, *, is_new: bool = False) -> None:
        self._folder = folder
        self._address = address
        self._system, self._root = _open(address)
        self._done = {} if is_new else self._versions()

    def push(self) -> None:
        """Put every file that is new or was written again, then remove those that are gone here.

        Raises:
            AppError: It cannot be written.
        """
        now = self._versions()
        with _in_a_sentence(self._address, "written"):
            for path, version in now.items():
                if self._done.get(path) != version:
                    target = self._target(path)
                    self._system.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
                    self._system.put_file(str(path), target)
                    self._done[path] = version
            for path in self._done.keys() - now.keys():
                if self._system.exists(self._target(path)):
                    self._system.rm(self._target(path))
                del self._done[path]

    def _versions(self) -> dict[Path, tuple[int, int]]:
        """When each file was written, and its size; half-written ones are left out."""
        return {
            path: (told.st_mtime_ns, told.st_size)
            for path in sorted(self._folder.rglob("*"))
            if path.suffix != ".part" and path.is_file() and (told := path.stat())
        }

    def _target(self, path: Path) -> str:
        return f"{self._root.rstrip('/')}/{path.relative_to(self._folder).as_posix()}"


def _matching(system: Any, path: str) -> list[str]:
    if not glob.has_magic(path):
        return []
    return sorted(name for name, told in system.glob(path, detail=True).items() if told["type"] == "file")


def _before_wild_cards(path: str, copy: Path) -> tuple[str, Path]:
    """The folder that a pattern looks in, there and here."""
    while glob.has_magic(path):
        path, copy = path.rpartition("/")[0], copy.parent
    return path, copy


def _open(address: str) -> tuple[Any, str]:
    # A quarter of a second, which local paths need not wait for.
    import fsspec

    with _in_a_sentence(address, "reached"):
        system, path = fsspec.core.url_to_fs(address)
    return system, path


@contextmanager
def _in_a_sentence(address: str, done: str) -> Iterator[None]:
    try:
        yield
    except AppError:
        raise
    # Each driver has errors of its own, for keys that are missing and services that are down.
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise AppError(
            "{address} cannot be {done} ({reason}).", address=address, done=done, reason=reason
        ) from None
