"""Masks as NIfTI volumes that lie exactly where their source lies: same axes, same affine, same codes."""

from __future__ import annotations

import gzip

import numpy as np
from numpy.typing import NDArray

from core.imaging.class_table import UNDEFINED, UNDEFINED_SAID


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
