"""Which uploaded file is an image, which is a mask, and which mask belongs to which image, all by name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

Role = Literal["image", "mask"]

_MASK_FOLDERS = {"masks", "mask", "labels", "label", "annotations", "ground_truth", "segmentations"}
_IMAGE_FOLDERS = {"images", "image", "imgs"}
_MASK_ENDING = re.compile(r"[ _.-](mask|segmentation|seg|label|labels|gt|annotation)$")


@dataclass(frozen=True)
class UploadName:
    """Where a file of an upload stands.

    Attributes:
        name: File name without folders.
        role: "mask" for files below a folder such as `masks/`.
        group: Upload and folder that an image and its mask share; "" for single files.
    """

    name: str
    role: Role
    group: str = ""


def name_in_archive(archive: str, path: str) -> UploadName:
    """A file of a zip: `cells.zip` with `day1/images/a.png` and `day1/masks/a.png` has both in one group."""
    parts = list(PurePosixPath(path.replace("\\", "/")).parts)
    folders, name = parts[:-1], parts[-1]
    role: Role = "image"
    for position in reversed(range(len(folders))):
        folder = folders[position].casefold()
        if folder in _MASK_FOLDERS or folder in _IMAGE_FOLDERS:
            role = "mask" if folder in _MASK_FOLDERS else "image"
            del folders[position]
            break
    return UploadName(name, role, "/".join([archive, *folders]))


def stem_key(name: str) -> str:
    """The name without its ending, as names are compared: NFC, case does not matter."""
    return unicodedata.normalize("NFC", PurePosixPath(name).stem).casefold()


def image_keys_of_mask(name: str) -> tuple[str, ...]:
    """Stems its image may have, the likeliest first: `a_mask.png` belongs to `a_mask` or `a`."""
    key = stem_key(name)
    shorter = _MASK_ENDING.sub("", key)
    return (key,) if shorter == key else (key, shorter)
