"""Where the files of a workspace lie: its folder, or an address such as `s3://bucket/lab`.

A folder is the default. At an address, what is read as a folder (a version, a job's log) is copied to this
machine once, and what was written here is put there; single files go straight through.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from core.errors import AppError, StoreError, UnreachableError
from core.files import write_whole
from core.large_files import read_file
from core.storage import Upload, fetch, holds_anything

_SOONER_WRITTEN = 200_000
"""Bytes up to which a file at an address is written in less time than it takes to ask whether it is there."""


class Place:
    """Files in the workspace's own folder, by names such as `files/ab/abcd.png` with the slash as separator.

    Attributes:
        address: What opens it on another machine.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.address = root.absolute().as_uri()

    def read(self, name: str) -> bytes:
        """The bytes of a file; OSError where it is not there."""
        return read_file(self._root / name)

    def keep_file(self, name: str, content: bytes) -> None:
        """Write a file whole, unless it is there: a name stands for one content for good."""
        if not (self._root / name).exists():
            write_whole(self._root / name, content)

    def remove(self, name: str) -> None:
        """Delete a file; a missing one is no error."""
        (self._root / name).unlink(missing_ok=True)

    def names(self, folder: str) -> Iterator[str]:
        """The files that lie below a folder, as `read` takes them; none that is still being written."""
        for path in (self._root / folder).rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(self._root).as_posix()

    def folder(self, name: str) -> Path:
        """A folder on this machine with what is kept under that name; it need not be there yet."""
        return self._root / name

    def keep(self, name: str) -> None:
        """Keep what was written into that folder of this machine; here it lies where it belongs."""


class AddressPlace(Place):
    """Files at an address, through fsspec.

    Args:
        address: With a protocol.
        copies: Folder of this machine for folders that are read or written.

    Raises:
        StoreError: There is no such protocol here, or its driver is missing.
    """

    def __init__(self, address: str, copies: Path) -> None:
        import fsspec

        self.address = address.rstrip("/")
        self._copies = copies
        with self._plain_errors():
            # Other machines write there too: what was listed a while ago is not what is there.
            # S3 would be asked for a file's size first, to read it in several parts at once.
            alone = {"max_concurrency": 1} if self.address.startswith("s3") else {}
            self._system, self._start = fsspec.core.url_to_fs(self.address, use_listings_cache=False, **alone)

    def read(self, name: str) -> bytes:
        """See `Place`."""
        with self._plain_errors():
            content: bytes = self._system.cat_file(self._path(name))
        return content

    def keep_file(self, name: str, content: bytes) -> None:
        """See `Place`; drivers of object stores put a file whole or not at all."""
        path = self._path(name)
        with self._plain_errors():
            if len(content) > _SOONER_WRITTEN and self._system.exists(path):
                return
            try:
                self._system.pipe_file(path, content)
            except FileNotFoundError:
                # Object stores have no folders, others may.
                self._system.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
                self._system.pipe_file(path, content)

    def remove(self, name: str) -> None:
        """See `Place`."""
        with self._plain_errors():
            if self._system.exists(self._path(name)):
                self._system.rm_file(self._path(name))

    def names(self, folder: str) -> Iterator[str]:
        """See `Place`."""
        with self._plain_errors():
            found = self._system.find(self._path(folder))
        for path in found:
            yield f"{folder}/{path.split(f'/{folder}/', 1)[1]}"

    def folder(self, name: str) -> Path:
        """See `Place`; fetched the first time."""
        copy = self._copies / name
        with self._plain_errors():
            if not copy.exists() and holds_anything(f"{self.address}/{name}"):
                part = copy.with_name(f".{copy.name}.part")
                shutil.rmtree(part, ignore_errors=True)
                fetch(f"{self.address}/{name}", part)
                part.rename(copy)
        return copy

    def keep(self, name: str) -> None:
        """See `Place`."""
        with self._plain_errors():
            Upload(self._copies / name, f"{self.address}/{name}", is_new=True).push()

    def _path(self, name: str) -> str:
        return f"{str(self._start).rstrip('/')}/{name}"

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            # Of a file that is gone that says all; of a bucket that is gone it says nothing of its files.
            if _code_of(error) != "NoSuchBucket":
                raise
            raise self._unreachable(error) from error
        except AppError as error:
            raise StoreError(str(error)) from error
        # Each driver has errors of its own, for keys that are missing and services that are down.
        except Exception as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> UnreachableError:
        return UnreachableError(
            "The files at {address} cannot be reached ({reason}); look at FILES_URL and at the "
            "service, nothing was changed.",
            address=self.address,
            reason=(str(error) or type(error).__name__).splitlines()[0],
        )


def _code_of(error: OSError) -> str:
    """What an S3 service calls an error, empty for what comes from nowhere else."""
    told = getattr(error.__cause__, "response", None)
    return str(told.get("Error", {}).get("Code", "")) if isinstance(told, dict) else ""


def place_of(root: Path, address: str) -> Place:
    """The place of a workspace's files.

    Args:
        root: The workspace's folder.
        address: Empty for the folder itself.

    Raises:
        StoreError: The address has a protocol that is not known here.
    """
    if address.startswith("file://"):
        return Place(Path(url2pathname(urlsplit(address).path)))
    return AddressPlace(address, root) if address else Place(root)
