"""Which frames of a DICOM segmentation show which segment at which place, and of which series it is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import BadFileError
from core.imaging.readers.dicom_values import frame_items
from core.imaging.readers.quiet import quiet_libraries

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Segments = tuple[tuple[int, int], ...]
"""(number of a segment, frame that shows it), of one place."""
_MOST_SEGMENTS = 254


def segment_places(dataset: Dataset, num_frames: int, name: str) -> list[Segments]:
    """The frames of each place, in the order in which places first come.

    Raises:
        BadFileError: Several segments whose frames do not say which one they show, or more than a mask takes.
    """
    num_segments = len(dataset.get("SegmentSequence") or [])
    if num_segments < 2 or dataset.get("SegmentationType") == "LABELMAP":
        return [((1, frame),) for frame in range(num_frames)]
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence") or []
    if num_segments > _MOST_SEGMENTS or (len(per_frame) < num_frames and num_frames > 1):
        raise BadFileError(
            name,
            "is a DICOM segmentation of {num_segments} segments; save the one that is foreground, "
            "or a label map with its values.",
            num_segments=num_segments,
        )
    places: dict[tuple[float, ...], list[tuple[int, int]]] = {}
    for frame in range(num_frames):
        number, position = 1, tuple[float, ...]()
        for item in frame_items(dataset, frame, "SegmentIdentificationSequence"):
            number = int(item.ReferencedSegmentNumber)
        for item in frame_items(dataset, frame, "PlanePositionSequence"):
            position = tuple(round(float(each), 2) for each in item.ImagePositionPatient)
        places.setdefault(position, []).append((number, frame))
    return [tuple(sorted(frames)) for frames in places.values()]


def frame_origins(dataset: Dataset, num_frames: int) -> NDArray[np.float64] | None:
    """(frames, 3) mm (RAS+) of the first pixels of frames; None if any is missing."""
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence") or []
    found = []
    for group in per_frame[:num_frames]:
        for item in (group.get("PlanePositionSequence") or [])[:1]:
            found.append([float(each) for each in item.ImagePositionPatient])
    if len(found) < num_frames or not found:
        return None
    return np.array(found, np.float64) * (-1.0, -1.0, 1.0)


def referenced_series(data: bytes) -> str:
    """The series whose images a segmentation was drawn on, as the file names it; never stored or shown."""
    series = _items(data, "ReferencedSeriesSequence")
    return str(series[0].get("SeriesInstanceUID", "")) if series else ""


def segment_names(data: bytes) -> dict[int, str]:
    """The name of each segment of a DICOM segmentation by its number."""
    segments = _items(data, "SegmentSequence")
    return {int(each.get("SegmentNumber") or 0): str(each.get("SegmentLabel", "")) for each in segments}


def _items(data: bytes, sequence: str) -> list[Dataset]:
    """The items of a sequence in a file's header, none where that cannot be read."""
    import pydicom

    try:
        with quiet_libraries():
            found = pydicom.dcmread(io.BytesIO(data), specific_tags=[sequence], stop_before_pixels=True)
            return list(found[sequence].value)
    # Damaged headers raise nearly every type there is; then names of files and numbers decide.
    except Exception:
        return []
