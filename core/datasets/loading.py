"""Reading pairs: a picture with its mask, or one slice of a volume with the mask's slice.

Volumes are read going up, as they are trained on and scored: the last slices stay, and so do the masks of the
volumes that were read last, since what a mask's values mean is found over all of it.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets.matching import Pair, read_bytes
from core.imaging.class_table import ClassTable
from core.imaging.decode import DecodedImage, MaskMeaning, open_file, read_frame, to_image
from core.imaging.image_reading import ImageReading
from core.imaging.mask_files.mask_volume import volume_masks
from core.imaging.stored import OpenFile
from core.language.sentence import Sentence

_KEPT_SLICES = 16
_KEPT_VOLUMES = 2
_opening = threading.Lock()


def load_pair(pair: Pair, *, classes: ClassTable | None = None) -> tuple[DecodedImage, NDArray[np.uint8]]:
    """The decoded image and its (H, W) uint8 mask: 0 and 1, or class indices; 255 where undefined.

    Raises:
        BadFileError: Either cannot be read, or they differ in size.
    """
    meaning = classes or pair.values
    if pair.slice is not None:
        return open_volume(pair, meaning).read(pair.slice)
    file = open_image(pair)
    image = to_image(read_frame(file, pair.image_path.name, file.order[0]))
    height, width = image.values.shape[:2]
    name = Sentence("mask {file}", file=pair.mask_path.name)
    data, shape = read_bytes(pair.mask_path), (height, width)
    return image, volume_masks(data, name, [shape], file.geometry, meaning=meaning)[0][0]


def open_image(pair: Pair, name: str = "") -> OpenFile:
    """The pictures of a pair's image file, of the channel that is wanted; `name` is what messages call it.

    Raises:
        BadFileError: It cannot be read.
    """
    name = name or pair.image_path.name
    return pair.reading.of(open_file(read_bytes(pair.image_path), name, pair.reading.units), name)


def slices_of(pair: Pair) -> list[Pair]:
    """One pair for each slice of its files, or itself.

    Raises:
        BadFileError: The image cannot be read.
    """
    return pair.slices(len(open_image(pair).order))


class Volume:
    """An image and a mask of as many slices.

    Args:
        pair: The two files.
        meaning: Of the mask's values.

    Raises:
        BadFileError: Either cannot be read, or they do not fit.
    """

    def __init__(self, pair: Pair, meaning: MaskMeaning) -> None:
        file, called = open_image(pair), pair.image_path.name

        @lru_cache(_KEPT_SLICES)
        def slice_at(place: int) -> DecodedImage:
            return to_image(read_frame(file, called, file.order[place]))

        self._slice_at = slice_at
        self._lock = threading.Lock()
        # The file says nothing of its slices' sizes: the masks have those of the images, or are refused.
        shapes = [slice_at(place).values.shape[:2] for place in range(len(file.order))]
        name = Sentence("mask {file}", file=pair.mask_path.name)
        data = read_bytes(pair.mask_path)
        self.masks, self.notes = volume_masks(data, name, shapes, file.geometry, meaning=meaning)

    def read(self, place: int) -> tuple[DecodedImage, NDArray[np.uint8]]:
        """One slice with its mask; several threads may ask, and those a little behind read nothing again."""
        with self._lock:
            return self._slice_at(place), self.masks[place]


def open_volume(pair: Pair, meaning: MaskMeaning) -> Volume:
    """The volume that a pair is a slice of; the last ones stay open."""
    changed = (pair.image_path.stat().st_mtime_ns, pair.mask_path.stat().st_mtime_ns)
    with _opening:
        return _volume(pair.image_path, pair.mask_path, pair.reading, meaning, changed)


@lru_cache(_KEPT_VOLUMES)
def _volume(
    image: Path, mask: Path, reading: ImageReading, meaning: MaskMeaning, changed: tuple[int, int]
) -> Volume:
    return Volume(Pair("", image, mask, reading=reading), meaning)
