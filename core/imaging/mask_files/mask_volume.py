"""A mask of one slice or many -> one mask for each slice of its image, in the image's order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import BadFileError
from core.imaging.decode import MaskMeaning, mask_of, open_mask, read_frame, read_mask
from core.imaging.geometry import AS_STORED, Geometry
from core.imaging.mask_files.mask_place import on_image
from core.imaging.readers.nifti_file import is_nifti
from core.imaging.stored import OpenFile, StoredPixels, check_shape, joined
from core.language.sentence import Sentence

Shape = tuple[int, int]


def volume_masks(
    data: bytes, name: str, shapes: Sequence[Shape], geometry: Geometry | None, *, meaning: MaskMeaning = None
) -> tuple[list[NDArray[np.uint8]], tuple[str, ...]]:
    """The masks in a file of a picture, or of many slices.

    What a value means is found over all slices, so that a slice that holds one class alone is read like the
    others. `mask_place` says how they lie on their image; slices that a DICOM segmentation
    leaves out are background.

    Args:
        data: The file with the masks.
        name: What the person calls it.
        shapes: (height, width) of each slice of the image.
        geometry: Of the image's slices, None where nobody says.
        meaning: What the person said of the values, None for what the file tells.

    Returns:
        (H, W) uint8 in {0, 1, 255}, or class indices, for each slice, and what is to be said.

    Raises:
        BadFileError: As `core.imaging.decode.read_mask`; also other slices than those of its image.
    """
    if len(shapes) == 1 and not is_nifti(data):  # one picture, whose place its name alone tells
        return [read_mask(data, name, shapes[0], meaning=meaning)], ()
    file = open_mask(data, name)
    masks = _masks_of([read_frame(file, name, frame) for frame in file.order], name, meaning)
    if (places := _places(file, len(shapes), geometry)) is not None:
        _check_sizes(masks, name, [shapes[place] for place in places])
        of_place = dict(zip(places, masks, strict=True))
        return [of_place.get(place, np.zeros(shape, np.uint8)) for place, shape in enumerate(shapes)], ()
    notes: tuple[str, ...] = ()
    if len({mask.shape for mask in masks}) == 1 and shapes:
        own_place = file.geometry or (Geometry(1.0, 1.0, layout=AS_STORED) if is_nifti(data) else None)
        size = (len(shapes), *shapes[0])
        volume, notes = on_image(np.stack(masks), name, place=own_place, image=geometry, shape=size)
        masks = [np.ascontiguousarray(mask) for mask in volume]
    if len(masks) != len(shapes):
        count = len(masks)
        held = Sentence("one picture") if count == 1 else Sentence("a volume of {count} slices", count=count)
        raise BadFileError(
            name,
            "is {held}, but its image has {num_images}; they must be the same.",
            held=held,
            num_images=len(shapes),
        )
    _check_sizes(masks, name, shapes)
    return masks, notes


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


def _check_sizes(masks: Sequence[NDArray[np.uint8]], name: str, shapes: Sequence[Shape]) -> None:
    for mask, shape in zip(masks, shapes, strict=True):
        check_shape(mask, shape, name)


def _masks_of(stored: Sequence[StoredPixels], name: str, meaning: MaskMeaning) -> list[NDArray[np.uint8]]:
    """Masks of slices that mean the same by the same values; slices of several sizes each by themselves."""
    if len({each.values.shape for each in stored}) > 1:
        return [mask_of(joined([each]), name, meaning) for each in stored]
    return np.split(mask_of(joined(stored), name, meaning), len(stored))
