"""The saved masks of a whole stack, as one volume that lies where its source lies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from core.errors import AppError, BadFileError
from core.formats.volume import nifti_of, stack_tiff, volume_ending
from core.imaging.geometry import Geometry
from core.workflows.correct.save_mask import read_mask
from core.workflows.correct.slices import geometry_of, pixel_size
from core.workspace import ImageRow, RevisionRow, Workspace


@dataclass(frozen=True)
class VolumeMasks:
    """Masks of a stack.

    Attributes:
        images: Its slices in order.
        masks: (slices, H, W) uint8 of class indices; a slice without a saved mask is background.
        geometry: Spacing and affine of the slices as shown, None where nobody says.
    """

    images: tuple[ImageRow, ...]
    masks: NDArray[np.uint8]
    geometry: Geometry | None


def volume_masks(
    workspace: Workspace,
    image: ImageRow,
    revisions: Mapping[int, RevisionRow] | None = None,
    *,
    without: Collection[int] = (),
) -> VolumeMasks:
    """The saved masks of the stack that an image is a slice of.

    Args:
        image: A slice.
        revisions: Those that are wanted, by image id; None for all that count.
        without: Images whose masks are left out of them.

    Raises:
        AppError: Nothing is saved yet.
        BadFileError: Its slices differ in size.
    """
    images = workspace.images.of_stack(image)
    sizes = {(each.facts.height, each.facts.width) for each in images}
    if len(sizes) > 1:
        raise BadFileError(image.name, "its slices have different sizes, so they are no volume.")
    masks = np.zeros((len(images), *sizes.pop()), np.uint8)
    is_saved = False
    for place, each in enumerate(images):
        if each.id in without:
            continue
        revision = workspace.truth.of(each.id) if revisions is None else revisions.get(each.id)
        if revision is not None:
            masks[place] = read_mask(workspace, revision)
            is_saved = True
    if not is_saved:
        raise AppError(
            "{image}: no mask of its {num_images} slices is saved yet; save one first.",
            image=image.name,
            num_images=len(images),
        )
    return VolumeMasks(tuple(images), masks, pixel_size(workspace, image))


def volume_name(workspace: Workspace, image: ImageRow) -> str:
    """What `volume_file` is called."""
    name = PurePath(image.name).name
    stem = PurePath(name.removesuffix(".gz")).stem or "stack"
    return f"{stem}_mask{volume_ending(name, geometry_of(workspace, image))}"


def volume_file(workspace: Workspace, image: ImageRow, *, without: Collection[int] = ()) -> bytes:
    """The masks of a stack as a file, see `core.formats.volume`; without those of some images.

    Raises:
        AppError: As `volume_masks`.
    """
    volume = volume_masks(workspace, image, without=without)
    if volume_ending(image.name, volume.geometry) == ".tif":
        return stack_tiff(volume.masks, volume.geometry)
    return volume_nifti(workspace, volume)


def volume_nifti(workspace: Workspace, volume: VolumeMasks) -> bytes:
    """Masks as NIfTI, also of what has no place."""
    first = volume.images[0]
    return nifti_of(
        volume.masks,
        name=first.name,
        source=workspace.files.read(first.file),
        frames=[image.frame for image in volume.images],
        geometry=volume.geometry,
    )
