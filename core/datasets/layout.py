"""The training layout: `root/{train,val,test}/{images,masks}`. Only folder names, nothing is read."""

from __future__ import annotations

from pathlib import Path

SPLITS = ("train", "val", "test")


def images_dir(root: Path, split: str) -> Path:
    """Where the images of a split lie."""
    return root / split / "images"


def masks_dir(root: Path, split: str) -> Path:
    """Where the masks of a split lie."""
    return root / split / "masks"


def find_split(root: Path, split: str) -> Path | None:
    """The folder of a split, None where it has no images folder; a link to nowhere counts, to be told of."""
    images = images_dir(root, split)
    is_lost = any(each.is_symlink() and not each.exists() for each in (root / split, images))
    return root / split if images.is_dir() or is_lost else None


def find_splits(root: Path) -> tuple[str, ...]:
    """The names of the splits that are there, in the order train, val, test."""
    return tuple(split for split in SPLITS if find_split(root, split) is not None)
