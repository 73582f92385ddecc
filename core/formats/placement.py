"""Where the pixels of an image lie in millimetres, by its file: a mask is written where its image lies.

Reads no element about the patient.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray

from core.imaging.dicom_file import is_dicom, is_dicom_name
from core.imaging.quiet import quiet_libraries

_TAGS = (
    *("ImageOrientationPatient", "ImagePositionPatient", "PixelSpacing", "ImagerPixelSpacing"),
    *("SliceThickness", "SpacingBetweenSlices"),
)
# DICOM's axes point to the left, to the back and up; NIfTI's to the right, to the front and up.
_LEFT_BACK_UP = np.diag([-1.0, -1.0, 1.0, 1.0])


def _as_seen() -> NDArray[np.float64]:
    return _LEFT_BACK_UP.copy()


@dataclass(frozen=True)
class Placement:
    """Where an image lies.

    Attributes:
        spacing_mm: Distance between rows and between columns in millimetres, None where the file says none.
        affine: (4, 4) from (column, row, slice) to millimetres, RAS+; without a word of the file's a pixel is
            a millimetre and viewers show the image upright.
    """

    spacing_mm: tuple[float, float] | None = None
    affine: NDArray[np.float64] = field(default_factory=_as_seen)


def placement_of(data: bytes, name: str) -> Placement:
    """Where the image in a file lies, as far as the file says.

    Args:
        data: The file.
        name: What the person calls it.
    """
    if not is_dicom(data) and not is_dicom_name(name):
        return Placement()
    with quiet_libraries():
        dataset = pydicom.dcmread(
            io.BytesIO(data), force=True, specific_tags=list(_TAGS), stop_before_pixels=True
        )
        return _of_dicom({tag: _numbers(dataset.get(tag)) for tag in _TAGS})


def _of_dicom(told: dict[str, tuple[float, ...]]) -> Placement:
    """PS3.3 C.7.6.2.1.1: a position, two directions, and the distances between centres of pixels."""
    spacing = told["PixelSpacing"] or told["ImagerPixelSpacing"]
    if len(spacing) != 2 or min(spacing) <= 0:
        return Placement()
    between_rows, between_columns = spacing
    thickness = next(
        (each[0] for each in (told["SpacingBetweenSlices"], told["SliceThickness"]) if each), 1.0
    )
    affine = np.diag([between_columns, between_rows, abs(thickness) or 1.0, 1.0])
    directions, position = told["ImageOrientationPatient"], told["ImagePositionPatient"]
    if len(directions) == 6 and len(position) == 3:
        along_row, along_column = np.array(directions[:3]), np.array(directions[3:])
        affine[:3, 0] = along_row * between_columns
        affine[:3, 1] = along_column * between_rows
        affine[:3, 2] = np.cross(along_row, along_column) * affine[2, 2]
        affine[:3, 3] = position
    return Placement((between_rows, between_columns), _LEFT_BACK_UP @ affine)


def _numbers(value: Any) -> tuple[float, ...]:
    """The numbers of an element, none where it is empty or holds something else."""
    if value is None or value == "":
        return ()
    try:
        found = tuple(float(each) for each in (value if hasattr(value, "__iter__") else (value,)))
    except (TypeError, ValueError):
        return ()
    return found if np.isfinite(found).all() else ()
