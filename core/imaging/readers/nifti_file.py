"""NIfTI bytes (.nii, .nii.gz) -> slices along the third axis, one at a time, turned as people look at them.

Head up, else front up, and the patient's right on the left. Of a packed file no more is kept than a slice;
how a mask goes back to the file's own axes says `volume_of`.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import Limits
from core.errors import BadFileError
from core.imaging.class_table import UNDEFINED_SAID
from core.imaging.geometry import AS_STORED, Geometry, Layout, geometry_of_affine
from core.imaging.readers.quiet import quiet_libraries
from core.imaging.stored import OpenFile, StoredPixels, broken, check_size
from core.imaging.value_types import plain_type
from core.language.sentence import Sentence
from core.large_files import as_file

_GZIP = b"\x1f\x8b"
_SLOW_TO_UNPACK = 256_000_000
# Millimetres in metre, millimetre and micrometre, by the header's code; others are no lengths.
_UNITS_MM = {1: 1000.0, 2: 1.0, 3: 0.001}
# Which of two axes stands upright, and the end of it that lies at the top or on the left.
_UPRIGHT = {"S": 3, "I": 3, "A": 2, "P": 2, "R": 1, "L": 1}
_TURNED_BACK = ("S", "A", "R")


@dataclass(frozen=True)
class NiftiHeader:
    """What a header says.

    Attributes:
        image: nibabel's view of the file, which reads slices when asked.
        shape: (i, j, k).
        layout: How slices are shown.
        has_place: Whether the file says how it lies in the patient.
        first: The NIfTI-1 header as bytes, None for NIfTI-2.
    """

    image: Any
    shape: tuple[int, int, int]
    layout: Layout
    has_place: bool
    first: bytes | None

    @property
    def affine(self) -> NDArray[np.float64]:
        """(4, 4) from (i, j, k) to millimetres."""
        return np.asarray(self.image.affine, np.float64)


def is_nifti(data: bytes) -> bool:
    """Whether the bytes begin as NIfTI-1 or NIfTI-2 in one file, packed or not."""
    start = data[:352]
    if data.startswith(_GZIP):
        try:
            start = zlib.decompressobj(31).decompress(data[:4096], 352)
        except zlib.error:
            return False
    return start[344:348] == b"n+1\0" or start[4:8] == b"n+2\0"


def is_plain_nifti(data: bytes) -> bool:
    """Whether it is one that is not packed, so that a slice is found without those before it."""
    return not data.startswith(_GZIP) and is_nifti(data)


def open_nifti(data: bytes, name: str) -> OpenFile:
    """The slices of a NIfTI file.

    Raises:
        BadFileError: Cut off, damaged, of several volumes, colours or complex numbers, or too large.
    """
    header = read_header(data, name)
    rows, columns = header.shape[1::-1] if header.layout.transposed else header.shape[:2]
    check_size(name, rows, columns)
    num_slices = header.shape[2]
    unpacked = int(np.prod(header.shape)) * header.image.header.get_data_dtype().itemsize
    most = Limits.from_environment().max_zip_bytes
    if unpacked > most:
        raise BadFileError(
            name,
            "would unpack to {unpacked:,} bytes; at most {max_zip_bytes:,} are let in (LIMIT_MAX_ZIP_BYTES).",
            unpacked=unpacked,
            max_zip_bytes=most,
        )

    def read(frame: int) -> StoredPixels:
        try:
            # Files of one slice may have two axes, those of one volume a fourth of length 1.
            wanted = (slice(None), slice(None), frame)[: len(header.image.shape)]
            plane = np.asanyarray(header.image.dataobj[wanted]).reshape(header.shape[:2])
        except (OSError, EOFError, ValueError, zlib.error):
            raise broken(name, Sentence("its slices end too early")) from None
        found = np.ascontiguousarray(plain_type(header.layout.shown(plane), name))
        says_undefined = bytes(header.image.header["descrip"]).rstrip(b"\0") == UNDEFINED_SAID.encode()
        labels = _scaled_labels(found, float(header.image.dataobj.slope))
        about: dict[str, Any] = {"says_undefined": says_undefined, "num_pictures": num_slices}
        return StoredPixels(found, unsaid=found, numbers=labels, by_number=labels is not None, **about)

    notes: list[str] = []
    if not header.has_place:
        notes.append(
            Sentence(
                "{name} does not say how it lies in the patient (no affine), so its slices are shown as they "
                "are stored.",
                name=name,
            )
        )
    if _says_two_places(header.image.header):
        notes.append(
            Sentence(
                "{name} says in two ways how it lies in the patient (qform and sform), and they differ; the "
                "sform counts.",
                name=name,
            )
        )
    if data.startswith(_GZIP) and unpacked > _SLOW_TO_UNPACK:
        notes.append(
            Sentence(
                "{name} is packed, so that its last slice takes as long as all of them; save it as .nii to "
                "go through it quickly.",
                name=name,
            )
        )
    return OpenFile(read, tuple(range(num_slices)), _geometry(header), tuple(notes))


def read_header(data: bytes, name: str) -> NiftiHeader:
    """What the header says; no slice is read.

    Raises:
        BadFileError: As `open_nifti`, but for its size.
    """
    import nibabel as nib

    file: Any = as_file(data)
    packed = data.startswith(_GZIP)
    if packed:
        file = gzip.GzipFile(fileobj=file)
    try:
        with quiet_libraries():
            start = file.read(352)
            file.seek(0)
            kind: Any = nib.Nifti2Image if start[4:8] == b"n+2\0" else nib.Nifti1Image
            image = kind.from_file_map({"image": nib.FileHolder(fileobj=file)}, mmap=False)
    # nibabel raises nearly every type there is on damaged headers.
    except Exception:
        raise broken(name, Sentence("its NIfTI header cannot be read")) from None
    dtype = image.header.get_data_dtype()
    if dtype.fields is not None:
        raise BadFileError(
            name, "is a NIfTI volume of colours (RGB); save its slices as PNG, or as grey values."
        )
    if dtype.kind not in "biuf":
        raise BadFileError(name, "is a NIfTI volume of complex numbers; save their magnitude.")
    shape = tuple(int(size) for size in image.shape)
    if min(shape, default=0) < 1:
        raise broken(name, Sentence("its NIfTI header says that it is empty"))
    if len(shape) > 3 and max(shape[3:]) > 1:
        sizes = " x ".join(str(size) for size in shape)
        raise BadFileError(
            name,
            "has {num_shape} dimensions ({sizes}); save one of its volumes as 3-D.",
            num_shape=len(shape),
            sizes=sizes,
        )
    shape = (*shape, 1, 1)
    size = (shape[0], shape[1], shape[2])
    num_bytes = int(np.prod(size)) * dtype.itemsize
    if not packed and int(image.header["vox_offset"]) + num_bytes > len(data):
        raise broken(name, Sentence("its slices end too early"))
    told = image.header
    has_place = bool(int(told["qform_code"]) or int(told["sform_code"]))
    has_place = has_place and geometry_of_affine(np.asarray(image.affine, np.float64)) is not None
    layout = _layout(image.affine) if has_place else AS_STORED
    first = image.header.binaryblock if isinstance(image, nib.Nifti1Image) else None
    return NiftiHeader(image, size, layout, has_place, first)


def volume_of(masks: NDArray[np.uint8], header: NiftiHeader) -> NDArray[np.uint8]:
    """Masks (slice, row, column) as shown, along the file's own axes (i, j, k)."""
    return np.ascontiguousarray(np.stack([header.layout.stored(mask) for mask in masks], axis=-1))


def _scaled_labels(values: NDArray[Any], slope: float) -> NDArray[np.int32] | None:
    """The whole numbers that a writer scaled, as nibabel does with decimals under a header of whole numbers.

    They came to lie up to half a step of the scale beside: 0, 0.996 and 2 of 0, 1 and 2 in 8 bits.

    Returns:
        None where values lie elsewhere too, or were not scaled so.
    """
    if values.dtype.kind != "f" or not 0 < abs(slope) < 0.5:
        return None
    labels = np.rint(values)
    return labels.astype(np.int32) if np.abs(values - labels).max() <= 0.501 * abs(slope) else None


def _says_two_places(told: Any) -> bool:
    """Whether the two affines of a header differ in their directions or in the sizes of voxels."""
    if not (int(told["qform_code"]) and int(told["sform_code"])):
        return False
    try:
        first, second = told.get_qform(), told.get_sform()
    except ValueError:  # one that makes no rotation says nothing
        return False
    sizes, others = (np.linalg.norm(each[:3, :3], axis=0) for each in (first, second))
    return _codes(first) != _codes(second) or not np.allclose(sizes, others, rtol=0.02)


def _codes(affine: NDArray[np.float64]) -> tuple[str, ...]:
    from nibabel.orientations import aff2axcodes

    return tuple(aff2axcodes(affine))  # type: ignore[no-untyped-call]


def _layout(affine: NDArray[np.float64]) -> Layout:
    first, second, _ = _codes(affine)
    transposed = _UPRIGHT[second] > _UPRIGHT[first]
    row, column = (second, first) if transposed else (first, second)
    return Layout(transposed, row in _TURNED_BACK, column in _TURNED_BACK)


def _geometry(header: NiftiHeader) -> Geometry | None:
    """Of the pictures as they are shown; without a place the sizes of the voxels alone.

    Where no unit is told, programs take millimetres; a size of 1 in all directions is then what an empty
    header says too, and nobody's word.
    """
    layout, told_unit = header.layout, _UNITS_MM.get(int(header.image.header["xyzt_units"]) & 7)
    unit = told_unit or 1.0
    if not header.has_place:
        zooms = [float(size) for size in header.image.header.get_zooms()[:3]] + [0.0]
        column, row, slice_ = zooms[:3]
        is_empty = told_unit is None and set(zooms) <= {0.0, 1.0}
        if is_empty or not (np.isfinite(zooms).all() and row > 0 and column > 0):
            return None
        return Geometry(row * unit, column * unit, slice_ * unit or None, layout=layout)
    to_stored = np.eye(4)
    row_axis, column_axis = (1, 0) if layout.transposed else (0, 1)
    to_stored[:2] = 0
    for axis, shown_axis, flipped in ((column_axis, 0, layout.flip_columns), (row_axis, 1, layout.flip_rows)):
        to_stored[axis, shown_axis] = -1 if flipped else 1
        to_stored[axis, 3] = header.shape[axis] - 1 if flipped else 0
    in_mm = np.diag([unit, unit, unit, 1.0])
    placed = geometry_of_affine(in_mm @ np.asarray(header.image.affine, np.float64) @ to_stored)
    return None if placed is None else replace(placed, layout=layout)
