"""Where DICOM slices lie: the frames of one file, or the files of a series, in order along their normal.

The order is by position, which alone is certain; numbers decide only where no position is told. What is
missing, doubled or tilted is said in one sentence, and the rest goes on.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.imaging.geometry import Geometry, positive
from core.imaging.readers.dicom_values import frame_items
from core.imaging.readers.quiet import quiet_libraries
from core.language.sentence import Sentence

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# Positions within a fiftieth of a millimetre are one; a gap of half a slice more than usual is one.
_SAME_MM = 0.02
_GAP = 1.5
# Normals may differ by rounding: one degree.
_PARALLEL = np.cos(np.radians(1))
# What these take are slices, also where no position is told; an X-ray's two views are none.
_OF_SLICES = ("CT", "MR", "PT", "NM")
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])


@dataclass(frozen=True)
class SlicePlace:
    """Where one slice lies.

    Attributes:
        series: The series that it is of, as the file names it; never stored or shown.
        number: Its number in the series, None where none is told.
        axes: (2, 3) unit directions along a row and down a column, None if unknown.
        position: (3,) mm, centre of the first pixel, None if unknown.
        spacing: (mm between rows, mm between columns), None if unknown.
        shape: (height, width).
    """

    series: str
    number: int | None
    axes: NDArray[np.float64] | None
    position: NDArray[np.float64] | None
    spacing: tuple[float, float] | None
    shape: tuple[int, int]


def slice_place(data: bytes, name: str) -> SlicePlace | None:
    """Where the slice of a DICOM file lies; None for a file that belongs to no series of slices."""
    import pydicom

    tags = ["SeriesInstanceUID", "InstanceNumber", "ImageOrientationPatient", "ImagePositionPatient"]
    tags += ["PixelSpacing", "Rows", "Columns", "NumberOfFrames", "Modality"]
    try:
        with quiet_libraries():
            found = pydicom.dcmread(io.BytesIO(data), force=True, specific_tags=tags, stop_before_pixels=True)
            series = str(found.get("SeriesInstanceUID") or "")
            if not series or int(found.get("NumberOfFrames") or 1) > 1:
                return None
            number, position = found.get("InstanceNumber"), _numbers(found.get("ImagePositionPatient"), 3)
            if position is None and found.get("Modality") not in _OF_SLICES:
                return None
            number = None if number is None or number == "" else int(number)
            shape = int(found.Rows), int(found.Columns)
            return SlicePlace(series, number, _axes(found), position, _spacing(found), shape)
    # Damaged headers raise nearly every type there is; the picture is kept all the same, as one by itself.
    except Exception:
        return None


def order_slices(
    slices: Sequence[SlicePlace], what: str
) -> tuple[tuple[int, ...], Geometry | None, tuple[str, ...]]:
    """Order, geometry and what is to be said of slices that belong together.

    Args:
        slices: In any order.
        what: What they are called in a sentence.

    Returns:
        Places of the slices in order along their normal (else by number, else as they came), the geometry of
        the ordered pictures, and plain sentences.
    """
    by_number = sorted(range(len(slices)), key=lambda place: (slices[place].number or 0, place))
    first = slices[by_number[0]]
    if len(slices) == 1:
        return (0,), _geometry([first]), ()
    axes = [each.axes for each in slices if each.axes is not None]
    positions = [each.position for each in slices if each.position is not None]
    if len(axes) < len(slices) or len(positions) < len(slices):
        told = Sentence(
            "{what} does not say where its {count} slices lie; they are in the order of their numbers.",
            what=what,
            count=len(slices),
        )
        return tuple(by_number), _flat(first), (told,)
    normals = np.stack([np.cross(*each) for each in axes])  # type: ignore[misc]
    if (normals @ normals[by_number[0]]).min() < _PARALLEL:
        told = Sentence(
            "{what}: its {count} slices are tilted against each other; they are in the order of "
            "their numbers, and no distance between them is known.",
            what=what,
            count=len(slices),
        )
        return tuple(by_number), _flat(first), (told,)
    along = np.stack(positions) @ normals[by_number[0]]
    order = sorted(
        range(len(slices)), key=lambda place: (round(along[place] / _SAME_MM), slices[place].number or 0)
    )
    notes = _remarks(np.sort(along), slices, what)
    uneven = bool(notes)
    ordered = [slices[place] for place in order]
    return tuple(order), _flat(first, along) if uneven else _geometry(ordered), notes


def place_frames(
    dataset: Dataset, num_frames: int, name: str
) -> tuple[tuple[int, ...], Geometry | None, tuple[str, ...]]:
    """The same of the frames of one file; frames that have no place, such as a film's, stay as they are."""
    try:
        return _of_frames(dataset, num_frames, name)
    # Where a picture lies is an extra; what cannot be read of it must not cost the picture.
    except Exception:
        return tuple(range(num_frames)), None, ()


def _of_frames(
    dataset: Dataset, num_frames: int, name: str
) -> tuple[tuple[int, ...], Geometry | None, tuple[str, ...]]:
    from pydicom.dataset import Dataset

    per_frame = dataset.get("PerFrameFunctionalGroupsSequence") or []
    kinds = ("PixelMeasuresSequence", "PlanePositionSequence", "PlaneOrientationSequence")
    slices = []
    for frame in range(num_frames if len(per_frame) >= num_frames else 1):
        told = Dataset()
        told.update(dataset.group_dataset(0x0020))
        if "PixelSpacing" in dataset:
            told.PixelSpacing = dataset.PixelSpacing
        for item in frame_items(dataset, frame, *kinds):
            told.update(item)
        position = _numbers(told.get("ImagePositionPatient"), 3)
        shape = int(dataset.Rows), int(dataset.Columns)
        slices.append(SlicePlace("", frame, _axes(told), position, _spacing(told), shape))
    if len(slices) < num_frames or any(each.position is None or each.axes is None for each in slices):
        flat = _flat(slices[0])
        between = positive(dataset.get("SpacingBetweenSlices"))
        if flat is not None and num_frames > 1 and between is not None:
            flat = Geometry(flat.row_mm, flat.column_mm, between)
        return tuple(range(num_frames)), flat, ()
    return order_slices(slices, name)


def _remarks(along: NDArray[np.float64], slices: Sequence[SlicePlace], what: str) -> tuple[str, ...]:
    """What is wrong with sorted positions, one sentence for each kind."""
    steps = np.diff(along)
    notes: list[str] = []
    doubled = int((steps < _SAME_MM).sum())
    if doubled:
        notes.append(
            Sentence(
                "{what} has {doubled} slices more than places: those at one place follow their numbers.",
                what=what,
                doubled=doubled,
            )
        )
    usual = float(np.median(steps[steps >= _SAME_MM])) if doubled < len(steps) else 0.0
    gaps = steps[steps > _GAP * usual] if usual else steps[:0]
    if len(gaps):
        missing = int(np.rint(gaps / usual - 1).sum())
        notes.append(
            Sentence(
                "{what}: about {missing} slices seem to be missing (a gap of {gap:.1f} mm where {usual:.1f} "
                "mm are usual).",
                what=what,
                missing=max(missing, 1),
                gap=float(gaps.max()),
                usual=usual,
            )
        )
    return (*notes, *of_sizes((each.shape for each in slices), what))


def of_sizes(shapes: Iterable[tuple[int, int]], what: str) -> tuple[Sentence, ...]:
    """What is to be said of slices of different sizes, nothing of others."""
    told = Sentence(
        "{what} has slices of different sizes; nothing can be filled in between those.", what=what
    )
    return (told,) if len(set(shapes)) > 1 else ()


def _geometry(ordered: Sequence[SlicePlace]) -> Geometry | None:
    """Of evenly spaced slices, in order."""
    first, last = ordered[0], ordered[-1]
    if first.spacing is None or first.axes is None or first.position is None or last.position is None:
        return _flat(first)
    row_mm, column_mm = first.spacing
    normal = np.cross(*first.axes)
    between = (last.position - first.position) / (len(ordered) - 1) if len(ordered) > 1 else normal
    affine = np.eye(4)
    affine[:3, 0] = first.axes[0] * column_mm
    affine[:3, 1] = first.axes[1] * row_mm
    affine[:3, 2] = between
    affine[:3, 3] = first.position
    affine[:3] = _LPS_TO_RAS @ affine[:3]
    slice_mm = float(np.linalg.norm(between)) if len(ordered) > 1 else None
    return Geometry(row_mm, column_mm, slice_mm, affine)


def _flat(one: SlicePlace, along: NDArray[np.float64] | None = None) -> Geometry | None:
    """Of a slice by itself; of uneven ones the usual distance and that of each, and no affine."""
    if one.spacing is None:
        return None
    if along is None:
        return Geometry(*one.spacing)
    sorted_along = np.sort(along)
    steps = np.diff(sorted_along)
    steps = steps[steps >= _SAME_MM]
    usual = float(np.median(steps)) if len(steps) else None
    return Geometry(*one.spacing, usual, along_mm=tuple((sorted_along - sorted_along[0]).tolist()))


def _axes(dataset: Dataset) -> NDArray[np.float64] | None:
    """Two directions of length 1 that stand upright on each other."""
    found = _numbers(dataset.get("ImageOrientationPatient"), 6)
    if found is None:
        return None
    axes = found.reshape(2, 3)
    lengths = np.linalg.norm(axes, axis=1)
    if abs(lengths - 1).max() > 0.01 or abs(axes[0] @ axes[1]) > 0.01:
        return None
    return np.asarray(axes / lengths[:, None])


def _spacing(dataset: Dataset) -> tuple[float, float] | None:
    found = _numbers(dataset.get("PixelSpacing"), 2)
    return None if found is None or found.min() <= 0 else (float(found[0]), float(found[1]))


def _numbers(value: Any, count: int) -> NDArray[np.float64] | None:
    try:
        numbers = np.array([float(each) for each in value], np.float64)
    except (TypeError, ValueError):
        return None
    return numbers if len(numbers) == count and np.isfinite(numbers).all() else None
