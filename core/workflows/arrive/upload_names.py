"""What the folders and names of an upload's files say of one another, looked up once for all of them."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, takewhile
from pathlib import PurePosixPath
from typing import Generic, TypeVar

from core.workflows.arrive import layouts
from core.workflows.arrive.layouts import plain, stem_key

Image = TypeVar("Image")


class Folders:
    """The folders of an upload, by name as `plain` gives it.

    Attributes:
        mixed: Those with an image and its mask side by side, whatever those above are called (BUSI_with_GT).
        names: The names of all.
        inside: Path of a folder -> the names of those in it.
        first_reader: Whether one of them holds the first reader's masks.
        first_channels: What files are called without the number of nnU-Net's first channel that they have.
    """

    def __init__(self, files: Sequence[str]) -> None:
        keys: dict[str, set[str]] = {}
        for path in files:
            keys.setdefault(str(PurePosixPath(path).parent), set()).add(stem_key(path))
        self.mixed = {
            folder
            for folder, names in keys.items()
            if any(goes_on(each, layouts.MASK_ENDING, names) for each in names)
        }
        every = {each for names in keys.values() for each in names}
        self.first_channels = {each.removesuffix("_0000") for each in every if each.endswith("_0000")}
        self.names: set[str] = set()
        self.inside: dict[str, set[str]] = {}
        for folder in map(PurePosixPath, keys):
            for each in (folder, *folder.parents):
                if each.name:
                    self.names.add(plain(each.name))
                    self.inside.setdefault(plain(str(each.parent)), set()).add(plain(each.name))
        self.first_reader = any(map(layouts.FIRST_READER_FOLDER.fullmatch, self.names))
        self._shared = plain(os.path.commonprefix([f"{folder}/" for folder in keys]))

    def is_whole_set(self, folder: str) -> bool:
        """Whether a folder is called after a data set: all lies in it, in folders for images or masks."""
        within = self.inside.get(plain(folder), ())
        named = any(layouts.is_image_folder(each) or layouts.is_mask_folder(each) for each in within)
        return named and self._shared.startswith(plain(f"{folder}/"))


@dataclass
class ByName(Generic[Image]):
    """Images by what masks may call them: by full name, and by any."""

    full: dict[str, list[Image]] = field(default_factory=dict)
    every: dict[str, list[Image]] = field(default_factory=dict)
    _longer: dict[str, list[str]] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        """Whether an image may be called so."""
        return name in self.every

    def add(self, keys: Sequence[str], image: Image) -> None:
        """An image with its names, the full one first."""
        self.full.setdefault(keys[0], []).append(image)
        for key in keys:
            self.every.setdefault(key, []).append(image)

    def find(self, key: str) -> list[Image]:
        """The images of that name; a full name counts before what is left of another one."""
        return self.full.get(key) or self.every.get(key, [])

    def longer(self, base: str) -> list[str]:
        """The names of images, not of masks, that go on behind a word; thousands of masks may ask."""
        if base not in self._longer:
            start = bisect_left(self._in_order, base)
            begun = takewhile(lambda each: each.startswith(base), islice(self._in_order, start, None))
            self._longer[base] = [
                each
                for each in begun
                if each[len(base) :][:1] in (" ", "_", ".", "-") and not layouts.MASK_ENDING.search(each)
            ]
        return self._longer[base]

    @cached_property
    def _in_order(self) -> list[str]:
        return sorted(self.every)


def goes_on(name: str, ending: re.Pattern[str], names: Container[str]) -> bool:
    """Whether a name is another one with such an ending."""
    base = ending.sub("", name)
    return base != name and base in names
