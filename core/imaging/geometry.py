"""Where the pixels of a file lie in millimetres: the spacing of rows, columns and slices, and the affine.

Everything is told of pictures as they are shown, (row, column, slice), whatever the axes of the file are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Layout:
    """How the axes (i, j) of a NIfTI become rows and columns.

    Attributes:
        transposed: Rows run along j.
        flip_rows: The last one comes first.
        flip_columns: The last one comes first.
    """

    transposed: bool
    flip_rows: bool
    flip_columns: bool

    def shown(self, plane: NDArray[Any]) -> NDArray[Any]:
        """A slice (i, j) as rows and columns."""
        plane = plane.T if self.transposed else plane
        return plane[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]

    def stored(self, picture: NDArray[Any]) -> NDArray[Any]:
        """Rows and columns as a slice (i, j)."""
        picture = picture[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]
        return picture.T if self.transposed else picture


AS_STORED = Layout(transposed=True, flip_rows=False, flip_columns=False)
"""Of files that do not say how they lie."""


@dataclass(frozen=True)
class Geometry:
    """What a file says of the size of its pixels.

    Attributes:
        row_mm: Millimetres from one row to the next.
        column_mm: Millimetres from one column to the next.
        slice_mm: Millimetres from one slice to the next, None where nobody says.
        affine: (4, 4) from (column, row, slice) as shown to millimetres, x to the left of the patient's right
            (RAS+); None for files that know nothing of a patient.
        along_mm: Millimetres of each slice from the first where they do not lie evenly, else empty.
        layout: How a NIfTI's own axes are shown, None for files that hold rows as rows.
    """

    row_mm: float
    column_mm: float
    slice_mm: float | None = None
    affine: NDArray[np.float64] | None = None
    along_mm: tuple[float, ...] = ()
    layout: Layout | None = None

    def from_first(self, place: int) -> float | None:
        """Millimetres from the first slice to the one at a place, None where nobody says."""
        if self.along_mm:
            return self.along_mm[place] if place < len(self.along_mm) else None
        return None if self.slice_mm is None else place * self.slice_mm

    @property
    def is_microscopic(self) -> bool:
        """Whether lengths are told in micrometres: no picture of a body has pixels below 0.01 mm."""
        return max(self.row_mm, self.column_mm) < 0.01

    @property
    def pixel_mm2(self) -> float:
        """Area of a pixel in square millimetres."""
        return self.row_mm * self.column_mm


def geometry_of_affine(affine: NDArray[np.float64]) -> Geometry | None:
    """The geometry of an affine over (column, row, slice); None where it is no affine of a volume."""
    column, row, slice_ = np.linalg.norm(affine[:3, :3], axis=0)
    if not np.isfinite(affine).all() or min(column, row, slice_) <= 0:
        return None
    if abs(np.linalg.det(affine[:3, :3])) < 1e-6 * column * row * slice_:
        return None
    return Geometry(float(row), float(column), float(slice_), affine)


def positive(value: Any) -> float | None:
    """A number above 0, None for anything else that stands in its place."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) and number > 0 else None
