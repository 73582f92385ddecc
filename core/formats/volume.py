"""The masks of slices as one volume that lies where its source lies: NIfTI, or pages of a TIFF."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence

import numpy as np
import tifffile
from numpy.typing import NDArray

from core.imaging.class_table import UNDEFINED, UNDEFINED_SAID
from core.imaging.geometry import Geometry
from core.imaging.readers.nifti_file import is_nifti, read_header, volume_of


def volume_ending(name: str, geometry: Geometry | None) -> str:
    """NIfTI's where the source is one or says how it lies in the patient, else TIFF's."""
    has_place = geometry is not None and geometry.affine is not None
    return ".nii.gz" if has_place or name.lower().endswith((".nii", ".nii.gz")) else ".tif"


def mask_volume(
    masks: NDArray[np.uint8], *, name: str, source: bytes, frames: Sequence[int], geometry: Geometry | None
) -> bytes:
    """A file of `volume_ending`: a NIfTI gets its masks on its own axes with its own affine.

    Args:
        masks: (slices, H, W) uint8 of class indices, in order.
        name: Of the source.
        source: The source, or one file of it.
        frames: Number of each slice in the source; in a NIfTI those without a mask stay background.
        geometry: Of the slices as shown, None where nobody says.
    """
    if volume_ending(name, geometry) == ".tif":
        return stack_tiff(masks, geometry)
    return nifti_of(masks, name=name, source=source, frames=frames, geometry=geometry)


def nifti_of(
    masks: NDArray[np.uint8], *, name: str, source: bytes, frames: Sequence[int], geometry: Geometry | None
) -> bytes:
    """Masks as NIfTI; what has no place is shown upright by viewers, and a size that is not known is 1 mm."""
    if is_nifti(source):
        header = read_header(source, name)
        labels = np.zeros((header.shape[2], *masks.shape[1:]), np.uint8)
        labels[list(frames)] = masks
        return mask_nifti(volume_of(labels, header), affine=header.affine, header=header.first)
    geometry = geometry or Geometry(1.0, 1.0)
    affine = geometry.affine
    if affine is None:
        affine = np.diag([-geometry.column_mm, -geometry.row_mm, geometry.slice_mm or 1.0, 1.0])
    return mask_nifti(np.ascontiguousarray(masks.transpose(2, 1, 0)), affine=affine)


def mask_nifti(
    labels: NDArray[np.uint8], *, affine: NDArray[np.float64], header: bytes | None = None
) -> bytes:
    """A `.nii.gz` of class indices.

    Args:
        labels: (i, j, k) uint8 along the axes of the source.
        affine: (4, 4) from voxel indices to millimetres (RAS+).
        header: The source's own NIfTI-1 header (348 bytes or more), whose transforms and their codes are kept
            as they are; None for a source that was no NIfTI.

    Raises:
        ValueError: An array that is no volume.
    """
    if labels.ndim != 3:
        raise ValueError(f"a volume has three axes, got {labels.shape}")
    import nibabel as nib

    source = None if header is None else nib.Nifti1Header(header[:348], check=False)
    image = nib.Nifti1Image(np.asarray(labels, np.uint8), affine, source)
    image.set_data_dtype(np.uint8)
    image.header["cal_min"] = image.header["cal_max"] = 0
    image.header.set_slope_inter(1, 0)
    if (labels == UNDEFINED).any():
        image.header["descrip"] = UNDEFINED_SAID
    # The same file for the same mask: no time in it.
    return gzip.compress(image.to_bytes(), mtime=0)


def stack_tiff(masks: NDArray[np.uint8], geometry: Geometry | None) -> bytes:
    """Masks as pages of a TIFF, ImageJ's own; it tells no spacing of slices that do not lie evenly."""
    buffer = io.BytesIO()
    about: dict[str, object] = {"axes": "ZYX"}
    if (masks == UNDEFINED).any():
        name, _, value = UNDEFINED_SAID.partition("=")
        about[name] = value
    resolution = None
    if geometry is not None:
        about["unit"] = "mm"
        if geometry.slice_mm is not None and not geometry.along_mm:
            about["spacing"] = geometry.slice_mm
        resolution = (1 / geometry.column_mm, 1 / geometry.row_mm)
    tifffile.imwrite(buffer, masks, imagej=True, metadata=about, resolution=resolution, compression="zlib")
    return buffer.getvalue()
