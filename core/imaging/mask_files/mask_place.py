"""The slices of a mask volume -> those of its image: by where both lie in the patient, else as they follow.

Pure array work, no files.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from core.imaging.geometry import AS_STORED, Geometry
from core.language.sentence import Sentence

# Two volumes of one place differ by less: this part of their size, and a voxel beside that.
_APART = 0.25
_TILTED = 0.99


def on_image(
    masks: NDArray[np.uint8],
    name: str,
    *,
    place: Geometry | None,
    image: Geometry | None,
    shape: tuple[int, int, int],
) -> tuple[NDArray[np.uint8], tuple[Sentence, ...]]:
    """The masks along the slices, rows and columns of their image, and what is to be said.

    A NIfTI that says nothing of its place, or of another one than its image's, as scripts write it that give
    no affine, goes by the order of its voxels in the file.

    Args:
        masks: (slices, rows, columns) as the file is shown.
        name: What the person calls it.
        place: Of the masks as shown, None where nobody says.
        image: Of the image as shown.
        shape: (slices, rows, columns) of the image.
    """
    mine = None if place is None else place.affine
    its = None if image is None else image.affine
    if mine is not None and its is not None and _share_a_place(mine, masks.shape, its, shape):
        turned, notes = _turned(masks, mine, its, name)
        if turned.shape == shape:
            return turned, notes
    layout = None if place is None else place.layout
    wanted = AS_STORED if image is None or its is None else image.layout
    along = 1.0 if mine is None or its is None else _cosine(mine[:3, 2], its[:3, 2])
    if layout is None or wanted is None:
        return masks[:: -1 if along < 0 else 1], _tilted(name, along)
    if layout != wanted:
        masks = np.stack([wanted.shown(layout.stored(mask)) for mask in masks])
    if mine is None or (along > 0 and layout == wanted):
        return masks, ()
    if its is None:
        told = Sentence(
            "{name} says how it lies and its image does not; its voxels are taken in the order of the file.",
            name=name,
        )
        return masks, (told,)
    told = Sentence(
        "{name} says that it lies elsewhere than its image; its voxels are taken in the order of the file.",
        name=name,
    )
    return masks, (told,)


def _share_a_place(
    first: NDArray[np.float64],
    first_shape: tuple[int, ...],
    second: NDArray[np.float64],
    second_shape: tuple[int, ...],
) -> bool:
    """Whether two volumes fill the same box along the rows and columns of the second, whatever their axes."""
    boxes = []
    for affine, shape in ((first, first_shape), (second, second_shape)):
        ends = np.array(list(itertools.product(*((0, size - 1) for size in reversed(shape)))), np.float64)
        corners = ends @ affine[:3, :3].T + affine[:3, 3]
        boxes.append((corners.min(axis=0), corners.max(axis=0)))
    (low, high), (other_low, other_high) = boxes
    most = _APART * (other_high - other_low) + np.linalg.norm(second[:3, :3], axis=0).min()
    in_plane = np.arange(3) != np.abs(second[:3, 2]).argmax()
    apart = np.maximum(np.abs(low - other_low), np.abs(high - other_high))
    return bool((apart <= most)[in_plane].all())


def _turned(
    masks: NDArray[np.uint8], mine: NDArray[np.float64], its: NDArray[np.float64], name: str
) -> tuple[NDArray[np.uint8], tuple[Sentence, ...]]:
    """The masks with the axes of their image, which lies in the same place."""
    directions = [affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0) for affine in (its, mine)]
    # Of each axis (column, row, slice) of the masks: its part along each axis of the image.
    along = np.linalg.inv(directions[0]) @ directions[1]
    axis = np.abs(along).argmax(axis=0)
    if sorted(axis) != [0, 1, 2]:
        axis = np.arange(3)
    # Arrays have the axes the other way round.
    masks = masks.transpose([2 - int(np.flatnonzero(axis == 2 - place)[0]) for place in range(3)])
    for place in range(3):
        if along[2 - place, np.flatnonzero(axis == 2 - place)[0]] < 0:
            masks = np.flip(masks, place)
    return masks, _tilted(name, _cosine(directions[0][:, 2], directions[1][:, np.flatnonzero(axis == 2)[0]]))


def _cosine(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Of the angle between two directions."""
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def _tilted(name: str, along: float) -> tuple[Sentence, ...]:
    """What is said of slices that are not parallel to their image's."""
    told = Sentence("{name} lies another way than its image; its slices are taken as they follow.", name=name)
    return (told,) if abs(along) < _TILTED else ()
