"""The saved masks of a whole stack, as one volume that lies where its source lies."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import tifffile
from numpy.typing import NDArray

from core.errors import AppError
from core.formats.nifti import mask_nifti
from core.imaging.geometry import Geometry
from core.imaging.nifti_file import is_nifti, read_header, volume_of
from core.workflows.correct.save_mask import read_mask
from core.workflows.correct.slices import geometry_of
from core.workspace import ImageRow, RevisionRow, Workspace


@dataclass(frozen=True)
class VolumeMasks:
    """Masks of a stack.

    Attributes:
        images: Its slices in order.
        masks: (slices, H, W) uint8 of class indices; a slice without a saved mask is background.
        num_saved: Slices that have one.
        geometry: Spacing and affine of the slices as shown, None where nobody says.
    """

    images: tuple[ImageRow, ...]
    masks: NDArray[np.uint8]
    num_saved: int
    geometry: Geometry | None


def volume_masks(
    workspace: Workspace, image: ImageRow, revisions: Mapping[int, RevisionRow] | None = None
) -> VolumeMasks:
    """The saved masks of the stack that an image is a slice of.

    Args:
        workspace: The store.
        image: A slice.
        revisions: Those that are wanted, by image id; None for all that count.

    Raises:
        AppError: Nothing is saved yet, or its slices differ in size.
    """
    images = workspace.images.of_stack(image)
    sizes = {(each.facts.height, each.facts.width) for each in images}
    if len(sizes) > 1:
        raise AppError("{image}: its slices have different sizes, so they are no volume.", image=image.name)
    masks = np.zeros((len(images), *sizes.pop()), np.uint8)
    num_saved = 0
    for place, each in enumerate(images):
        revision = workspace.truth.of(each.id) if revisions is None else revisions.get(each.id)
        if revision is not None:
            masks[place] = read_mask(workspace, revision)
            num_saved += 1
    if num_saved == 0:
        raise AppError(
            "{image}: no mask of its {num_images} slices is saved yet; save one first.",
            image=image.name,
            num_images=len(images),
        )
    return VolumeMasks(tuple(images), masks, num_saved, geometry_of(workspace, image))


def volume_name(workspace: Workspace, image: ImageRow) -> str:
    """What `volume_file` is called."""
    name = PurePath(image.name).name
    stem = PurePath(name.removesuffix(".gz")).stem or "stack"
    geometry = geometry_of(workspace, image)
    has_place = geometry is not None and geometry.affine is not None
    is_volume = has_place or name.lower().endswith((".nii", ".nii.gz"))
    return f"{stem}_mask.nii.gz" if is_volume else f"{stem}_mask.tif"


def volume_file(workspace: Workspace, image: ImageRow) -> bytes:
    """The masks of a stack as a file.

    A NIfTI gets its masks on its own axes with its own affine, DICOM slices get theirs by their place in the
    patient; what has no place becomes a stack of TIFF pages.

    Raises:
        AppError: As `volume_masks`.
    """
    volume = volume_masks(workspace, image)
    if volume_name(workspace, image).endswith(".gz"):
        return volume_nifti(workspace, volume)
    return volume_tiff(volume)


def volume_nifti(workspace: Workspace, volume: VolumeMasks) -> bytes:
    """Masks as NIfTI; what has no place is shown upright by viewers, and a size that is not known is 1 mm."""
    image = volume.images[0]
    source = workspace.files.read(image.file)
    if is_nifti(source):
        header = read_header(source, image.name)
        # Slices that could not be read came in as nothing; theirs stay background.
        labels = np.zeros((header.shape[2], *volume.masks.shape[1:]), np.uint8)
        for each, mask in zip(volume.images, volume.masks, strict=True):
            labels[each.frame] = mask
        return mask_nifti(volume_of(labels, header), affine=header.affine, header=header.first)
    geometry = volume.geometry or Geometry(1.0, 1.0)
    affine = geometry.affine
    if affine is None:
        affine = np.diag([-geometry.column_mm, -geometry.row_mm, geometry.slice_mm or 1.0, 1.0])
    return mask_nifti(np.ascontiguousarray(volume.masks.transpose(2, 1, 0)), affine=affine)


def volume_tiff(volume: VolumeMasks) -> bytes:
    """Masks as pages of a TIFF, ImageJ's own."""
    buffer = io.BytesIO()
    about: dict[str, object] = {"axes": "ZYX"}
    resolution, size = None, volume.geometry
    if size is not None:
        about["unit"] = "mm"
        if size.slice_mm is not None:
            about["spacing"] = size.slice_mm
        resolution = (1 / size.column_mm, 1 / size.row_mm)
    tifffile.imwrite(
        buffer, volume.masks, imagej=True, metadata=about, resolution=resolution, compression="zlib"
    )
    return buffer.getvalue()
