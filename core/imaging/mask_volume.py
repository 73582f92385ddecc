"""A mask of many slices -> one mask for each slice of its image, in the image's order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.config import Limits
from core.errors import BadFileError
from core.imaging.decode import MaskMeaning, mask_of, open_mask, read_frame
from core.imaging.geometry import Geometry
from core.imaging.stored import OpenFile, StoredPixels, joined
from core.language.sentence import Sentence

Shape = tuple[int, int]


def volume_masks(
    data: bytes,
    name: str,
    shapes: Sequence[Shape],
    geometry: Geometry | None,
    *,
    limits: Limits | None = None,
    meaning: MaskMeaning = None,
) -> tuple[list[NDArray[np.uint8]], tuple[str, ...]]:
    """The masks in a file of many slices.

    What a value means is found over all slices, so that a slice that holds one class alone is read like the
    others. Where both say how they lie, slices that run the other way are turned round, and slices that a
    DICOM segmentation leaves out are background.

    Args:
        data: The file with the masks.
        name: What the person calls it.
        shapes: (height, width) of each slice of the image.
        geometry: Of the image's slices, None where nobody says.
        limits: What is let in.
        meaning: What the person said of the values, None for what the file tells.

    Returns:
        (H, W) uint8 in {0, 1, 255}, or class indices, for each slice, and what is to be said.

    Raises:
        BadFileError: It is no mask, or has other slices than its image.
    """
    file = open_mask(data, name, limits)
    places = _places(file, len(shapes), geometry)
    if places is not None:
        shown = [shapes[place] for place in places]
        own = _checked_masks(file, name, shown, meaning)
        masks = [np.zeros(shape, np.uint8) for shape in shapes]
        for place, mask in zip(places, own, strict=True):
            masks[place] = mask
        return masks, ()
    if len(file.order) != len(shapes):
        count = len(file.order)
        held = Sentence("one picture") if count == 1 else Sentence("a volume of {count} slices", count=count)
        raise BadFileError(
            name,
            "is {held}, but its image has {num_images}; they must be the same.",
            held=held,
            num_images=len(shapes),
        )
    masks = _checked_masks(file, name, shapes, meaning)
    turned, notes = _towards(file.geometry, geometry, name)
    return masks[::-1] if turned else masks, notes


def _places(file: OpenFile, num_slices: int, geometry: Geometry | None) -> list[int] | None:
    """The slices that a mask of fewer lies on, by their place in the patient; None where nobody knows."""
    if file.origins is None or geometry is None or geometry.affine is None:
        return None
    if len(file.order) >= num_slices:
        return None
    centres = geometry.affine[:3, 3] + np.arange(num_slices)[:, None] * geometry.affine[:3, 2]
    along = geometry.affine[:3, 2] / np.linalg.norm(geometry.affine[:3, 2])
    apart = np.abs((file.origins @ along)[:, None] - (centres @ along)[None])
    found = apart.argmin(axis=1)
    on_slices = apart.min(axis=1).max() <= np.linalg.norm(geometry.affine[:3, 2]) / 4
    return found.tolist() if on_slices and len(set(found.tolist())) == len(found) else None


def _checked_masks(
    file: OpenFile, name: str, shapes: Sequence[Shape], meaning: MaskMeaning
) -> list[NDArray[np.uint8]]:
    """The masks of a file's slices, which must have these sizes."""
    stored = [read_frame(file, name, frame) for frame in file.order]
    for found, shape in zip(stored, shapes, strict=True):
        height, width = found.values.shape[:2]
        if (height, width) != tuple(shape):
            raise BadFileError(
                name,
                "has slices of {width} x {height} pixels, but those of its image are {width_2} x "
                "{height_2}; they must be the same.",
                width=width,
                height=height,
                width_2=shape[1],
                height_2=shape[0],
            )
    return _masks_of(stored, name, meaning)


def _masks_of(stored: Sequence[StoredPixels], name: str, meaning: MaskMeaning) -> list[NDArray[np.uint8]]:
    """Masks of slices that mean the same by the same values; slices of several sizes each by themselves."""
    if len({each.values.shape for each in stored}) > 1:
        return [mask_of(joined([each]), name, meaning) for each in stored]
    return np.split(mask_of(joined(stored), name, meaning), len(stored))


def _towards(mask: Geometry | None, image: Geometry | None, name: str) -> tuple[bool, tuple[str, ...]]:
    """Whether a mask's slices run the other way, and what is to be said of where it lies."""
    if mask is None or image is None or mask.affine is None or image.affine is None:
        return False, ()
    through, wanted = mask.affine[:3, 2], image.affine[:3, 2]
    turned = bool(through @ wanted < 0)
    along = float(abs(through @ wanted) / (np.linalg.norm(through) * np.linalg.norm(wanted)))
    if along < 0.99:
        told = Sentence(
            "{name} lies another way than its image; its slices are taken as they follow.", name=name
        )
        return False, (told,)
    return turned, ()
