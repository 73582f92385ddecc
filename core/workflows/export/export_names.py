"""Names of exported files: those of the person where possible, safe on every system and unique."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from core.datasets.matching import slice_stem, stem_of
from core.workspace import ImageRow

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_MAX_STEM = 100
_MAX_BYTES = 240


def safe_stem(name: str) -> str:
    """The name without folders and ending, in NFC, without anything that a file system refuses or hides."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    stem = _cut(_UNSAFE.sub("_", PurePosixPath(last).stem).strip(" .")).rstrip(" .")
    if not stem or _RESERVED.match(stem):
        return f"image_{stem}" if stem else "image"
    return stem


def name_of(image: ImageRow) -> str:
    """The file name of an image; a slice of a file says which one it is, in the order of the file."""
    if image.stack != image.sha256:
        return image.name
    stem = _cut(stem_of(PurePosixPath(image.name)), room=len(slice_stem("", image.frame)))
    return f"{slice_stem(stem, image.frame)}.png"


def _cut(stem: str, room: int = 0) -> str:
    """As much as a file system takes, beside an ending and what is to stand before it."""
    return stem[: _MAX_STEM - room].encode(errors="ignore")[: _MAX_BYTES - room].decode(errors="ignore")


class UniqueStems:
    """Gives out stems, each once; case does not count, since not every file system tells it apart."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """The safe stem of a name; the second `a` becomes `a_2`."""
        wanted = stem = safe_stem(name)
        number = 2
        while stem.casefold() in self._taken:
            stem, number = f"{wanted}_{number}", number + 1
        self._taken.add(stem.casefold())
        return stem
