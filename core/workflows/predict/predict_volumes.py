"""Masks of slices given back as one volume: of a file of many pictures, and of a DICOM series of files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadFileError
from core.files import write_whole
from core.formats.volume import mask_volume, volume_ending
from core.imaging.decode import DecodedImage, read_frame, to_image
from core.imaging.readers.dicom_places import SlicePlace, order_slices, slice_place
from core.imaging.stored import OpenFile
from core.language.sentence import Sentence

Labels = NDArray[np.uint8]


def predict_volume(
    file: OpenFile, name: str, data: bytes, target: Path, predict: Callable[[DecodedImage], Labels]
) -> tuple[Path, list[Labels], list[str]]:
    """Predict each slice and write the masks as one file.

    Args:
        name: What the person calls it.
        target: Where a mask of one picture would go.
        predict: A slice to its class indices, (H, W) uint8.

    Returns:
        The file, the masks in order, and what is to be said.

    Raises:
        BadFileError: A slice cannot be read, or they have different sizes.
    """
    masks: list[Labels] = []
    notes: list[str] = []
    for frame in file.order:
        image = to_image(read_frame(file, name, frame))
        notes += [note for note in image.notes if note not in notes]
        masks.append(predict(image))
    if len({mask.shape for mask in masks}) > 1:
        raise BadFileError(
            name, "has slices of different sizes, so their masks are no volume; save each as a file."
        )
    path = target.with_name(target.stem + volume_ending(name, file.geometry))
    frames = [frame % len(file.order) if file.channels else frame for frame in file.order]
    content = mask_volume(np.stack(masks), name=name, source=data, frames=frames, geometry=file.geometry)
    write_whole(path, content)
    notes += file.notes
    notes.append(
        Sentence(
            "{name}: the masks of its {count} slices are in {file}.",
            name=name,
            count=len(masks),
            file=path.name,
        )
    )
    return path, masks, notes


@dataclass
class SeriesMasks:
    """The masks of DICOM slices by their series, until all are there."""

    _slices: dict[str, list[tuple[SlicePlace, Path, Labels]]] = field(default_factory=dict)

    def add(self, data: bytes, name: str, target: Path, mask: Labels) -> None:
        """Note the mask of a file, if that is a slice of a series."""
        place = slice_place(data, name)
        if place is not None:
            self._slices.setdefault(place.series, []).append((place, target, mask))

    def take(self, others: SeriesMasks) -> None:
        """Note what was noted elsewhere."""
        for series, slices in others._slices.items():
            self._slices.setdefault(series, []).extend(slices)

    def moved(self, folder: Path) -> SeriesMasks:
        """The same with their files in another folder."""
        return SeriesMasks(
            {
                series: [(place, folder / target.name, mask) for place, target, mask in slices]
                for series, slices in self._slices.items()
            }
        )

    def write(self) -> list[str]:
        """Write a volume for each series of several slices, beside the masks of its files; says so."""
        notes: list[str] = []
        for slices in self._slices.values():
            if len(slices) < 2:
                continue
            order, geometry, told = order_slices([place for place, _, _ in slices], slices[0][1].stem)
            masks = [slices[each][2] for each in order]
            notes += told
            if len({mask.shape for mask in masks}) > 1:
                continue
            first = slices[order[0]][1]
            path = first.with_name(
                f"{first.stem.removesuffix('_mask')}_series_mask{volume_ending('', geometry)}"
            )
            content = mask_volume(np.stack(masks), name="", source=b"", frames=(), geometry=geometry)
            write_whole(path, content)
            notes.append(
                Sentence(
                    "The masks of {count} slices of one series are also in {file}.",
                    count=len(masks),
                    file=path.name,
                )
            )
        return notes
