"""Files of the workspace by the hash of their content: written whole, never changed, shared where equal.

A file without a row is harmless (a crash between the two, or a deletion under way); a row without its file
is not, so files come first when something is added and last when something is deleted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from core.errors import LostFileError
from core.workspace.files.places import Place

_SAFE_EXTENSION = re.compile(r"\.[a-z0-9]{1,8}$")


def sha256_of(content: bytes) -> str:
    """The hash that names a file, 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def blob_name(content: bytes, extension: str = "") -> str:
    """`HASH.ext`; an extension that is not plain ASCII is left out."""
    extension = extension.lower()
    return sha256_of(content) + (extension if _SAFE_EXTENSION.match(extension) else "")


class BlobStore:
    """`files/ab/abcd....ext` of the place where the workspace's files lie."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def put(self, content: bytes, extension: str = "") -> str:
        """Keep a file, unless it is there already; its name.

        Raises:
            OSError: It cannot be written; nothing is left of it.
        """
        name = blob_name(content, extension)
        self.place.keep_file(_where(name), content)
        return name

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            LostFileError: It is gone.
            StoreError: The place does not answer, which says nothing of the file.
        """
        try:
            return self.place.read(_where(name))
        except OSError as error:
            raise LostFileError(
                "The workspace has lost the file {name} ({strerror}); put a backup of it back.",
                name=name,
                strerror=error.strerror,
            ) from error

    def names(self) -> Iterator[str]:
        """Every file that is kept, whether a row names it or not."""
        for name in self.place.names("files"):
            yield name.rpartition("/")[2]

    def remove(self, name: str) -> None:
        """Delete a file that no row names any more; a missing one is no error."""
        self.place.remove(_where(name))


def _where(name: str) -> str:
    return f"files/{name[:2]}/{name}"
