"""File bytes -> image values, or -> a mask of 0 and 1, or of class indices. The only door for files.

Everything is read as bytes, never by path, so that Korean names and uploads are the same thing. Whatever the
bytes are, what comes out is an array or a `BadFileError` with one plain sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from core.config import Limits
from core.errors import BadFileError
from core.imaging.class_table import ClassTable
from core.imaging.mask_files.class_masks import to_class_mask
from core.imaging.mask_files.mask_plane import NotAMask, is_grey
from core.imaging.mask_files.mask_readings import MaskReading, reading_of
from core.imaging.mask_files.mask_values import MaskValues, to_mask
from core.imaging.readers.dicom_file import is_dicom, is_dicom_name, open_dicom
from core.imaging.readers.known_formats import unread_format
from core.imaging.readers.nifti_file import is_nifti, is_plain_nifti, open_nifti
from core.imaging.readers.raster_file import open_raster, raster_format
from core.imaging.readers.tiff_file import is_tiff, open_tiff
from core.imaging.stored import OpenFile, StoredPixels, broken, check_shape, joined
from core.imaging.units import Units, in_units
from core.imaging.value_types import far_value, robust_range
from core.language.sentence import Sentence
from core.large_files import MappedFile

MaskMeaning = ClassTable | MaskValues | None

# Bad files are told in our own sentence; OpenCV's lines on stderr would only stand beside it.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


@dataclass(frozen=True)
class DecodedImage:
    """An image as it was stored.

    Attributes:
        values: (H, W) or (H, W, 3) RGB; uint8, uint16, int16, int32 or float32.
        kind: "hu" when the values are Hounsfield units, else "display".
        notes: Plain sentences for the person, such as "scan.tif holds 2 pictures; the first one is used."
        shown: Values that become black and white where the file says so (its window) or a part of it is no
            image (padding); None for the robust range of all values.
    """

    values: NDArray[Any]
    kind: Literal["display", "hu"] = "display"
    notes: tuple[str, ...] = ()
    shown: tuple[float, float] | None = None


def decode_image(
    data: bytes, name: str, *, frame: int | None = None, units: Units | None = None
) -> DecodedImage:
    """An image of a PNG, JPEG, TIFF, BMP, WebP, GIF, PNM, NIfTI or DICOM file.

    EXIF orientation is applied, alpha dropped, a palette and CMYK become RGB, 16 bit and Hounsfield units are
    kept. RGB whose three channels are equal comes back as grey (H, W).

    Args:
        name: What the person calls it; for messages, and for DICOM files without the DICOM mark.
        frame: Which picture of the file; None for the first, with a note where there are others.
        units: What a person says of grey values that the file says nothing of; None for none.

    Raises:
        BadFileError: Too large, not an image, cut off or damaged; one sentence that names the file.
    """
    return to_image(_read(open_file(data, name, units), name, frame))


def to_image(stored: StoredPixels) -> DecodedImage:
    """What a file holds, as an image."""
    values = stored.values
    if values.ndim == 3 and is_grey(values):
        values = values[..., 0]
    return DecodedImage(np.ascontiguousarray(values), stored.kind, stored.notes, stored.shown)


def decode_mask(
    data: bytes, name: str, shape: tuple[int, int] | None = None, *, classes: ClassTable | None = None
) -> NDArray[np.uint8]:
    """The mask in a file as foreground alone; `read_mask` also tells what is undefined.

    Args:
        name: What the person calls it.
        shape: (height, width) of the image it belongs to, None for any.
        classes: Of the mask, None for one foreground.

    Returns:
        (H, W) uint8 in {0, 1}, undefined pixels as background; with classes as `read_mask`.

    Raises:
        BadFileError: As `read_mask`.
    """
    mask = read_mask(data, name, shape, meaning=classes)
    return mask if classes is not None else (mask == 1).astype(np.uint8)


def read_mask(
    data: bytes, name: str, shape: tuple[int, int] | None = None, *, meaning: MaskMeaning = None
) -> NDArray[np.uint8]:
    """The mask in a file; `to_mask` says what counts as one, with several classes `to_class_mask`.

    Args:
        name: What the person calls it.
        shape: (height, width) of the image it belongs to, None for any.
        meaning: Classes, or what the person said of the values of one foreground; None for what the file
            itself tells.

    Returns:
        (H, W) uint8 in {0, 1}, or class indices, and 255 where nobody decided.

    Raises:
        BadFileError: As `decode_image`; also "is no mask: ..." and a size other than `shape`.
    """
    stored = _read(open_mask(data, name), name, None)
    if shape is not None:
        check_shape(stored.values, shape, name)
    return mask_of(stored, name, meaning)


def mask_of(stored: StoredPixels, name: str, meaning: MaskMeaning = None) -> NDArray[np.uint8]:
    """What a file holds, as a mask; as `read_mask` without its size."""
    try:
        return to_class_mask(stored, meaning) if isinstance(meaning, ClassTable) else to_mask(stored, meaning)
    except NotAMask as error:
        raise BadFileError(name, "is no mask: {error}.", error=error) from None


def mask_reading(data: bytes, name: str) -> MaskReading:
    """How the mask in a file is read, over all of its slices, and what else it could mean.

    Args:
        name: What the person calls it.

    Raises:
        BadFileError: The file is no picture at all.
    """
    return reading_of(all_frames(data, name))


def read_png(png: bytes, name: str) -> NDArray[np.uint8]:
    """The pixels of a picture of 8 bits, such as the masks and layers that are written here."""
    return np.asarray(decode_image(png, name).values, np.uint8)


def all_frames(data: bytes, name: str) -> StoredPixels:
    """The slices of a file that is meant to hold a mask, one below the other.

    Raises:
        BadFileError: The file is no picture at all.
    """
    file = open_mask(data, name)
    return joined([read_frame(file, name, frame) for frame in file.order])


def open_file(data: bytes, name: str, units: Units | None = None) -> OpenFile:
    """A file's pictures, none of which is read yet.

    Args:
        data: Its content.
        name: What the person calls it.
        units: As `decode_image`.

    Raises:
        BadFileError: As `decode_image`.
    """
    limits = Limits.from_environment()
    if not data:
        raise BadFileError(name, "is empty (0 bytes); copy or export it again.")
    # A volume on this machine is read slice by slice, whatever its size; what is unpacked whole is limited.
    by_slices = isinstance(data, MappedFile) and (is_tiff(data) or is_plain_nifti(data))
    most = limits.max_zip_bytes if by_slices else limits.max_file_bytes
    if len(data) > most:
        raise BadFileError(
            name,
            "has {num_data:,} bytes; at most {most:,} are let in ({setting}).",
            num_data=len(data),
            most=most,
            setting="LIMIT_MAX_ZIP_BYTES" if by_slices else "LIMIT_MAX_FILE_BYTES",
        )
    with _told_plainly(name):
        file = in_units(_opener(data, name)(data, name), name, units)
        if len(file.order) > limits.max_zip_files:
            raise BadFileError(
                name,
                "holds {num_order:,} pictures; at most {max_zip_files:,} are let in (LIMIT_MAX_ZIP_FILES).",
                num_order=len(file.order),
                max_zip_files=limits.max_zip_files,
            )
        return file


def open_mask(data: bytes, name: str) -> OpenFile:
    """The pictures of a file that is meant to hold a mask, or one for each slice.

    Raises:
        BadFileError: As `decode_image`; also a file of several channels.
    """
    file = open_file(data, name)
    if file.channels:
        raise BadFileError(
            name,
            "has {count} channels, and a mask is one; save the right one, or all in one.",
            count=len(file.channels),
        )
    return file


def read_frame(file: OpenFile, name: str, frame: int) -> StoredPixels:
    """One picture of an open file.

    Raises:
        BadFileError: It is not there, cut off or damaged.
    """
    if not file.holds(frame):
        raise BadFileError(
            name, "has no picture {frame}; it holds {num_order}.", frame=frame + 1, num_order=len(file.order)
        )
    with _told_plainly(name):
        return _without_far_value(file.read(frame), name)


def _without_far_value(stored: StoredPixels, name: str) -> StoredPixels:
    """Grey values without one that says "no data", by which masks still count; told."""
    values = stored.values
    numbers = stored.numbers if stored.numbers is not None and stored.by_number else values
    if stored.kind == "hu" or stored.shown is not None or values.ndim != 2 or values.dtype.itemsize == 1:
        return stored
    if (far := far_value(numbers)) is None:
        return stored
    others = values[numbers != far]
    told = Sentence(
        "{name}: its value {value:g} lies far from all others and is left out of its greys.",
        name=name,
        value=far,
    )
    greys, notes = np.clip(values, others.min(), others.max()), (*stored.notes, told)
    shown = robust_range(others)
    return replace(stored, values=greys, numbers=numbers, by_number=True, shown=shown, notes=notes)


def _read(file: OpenFile, name: str, frame: int | None) -> StoredPixels:
    if frame is not None:
        return read_frame(file, name, frame)
    if file.masks_only:
        raise BadFileError(name, file.masks_only)
    stored = read_frame(file, name, file.order[0])
    count = len(file.order)
    first = Sentence("{name} holds {count} pictures; the first one is used.", name=name, count=count)
    return replace(stored, notes=(*stored.notes, *file.notes, *([first] if count > 1 else [])))


@contextmanager
def _told_plainly(name: str) -> Iterator[None]:
    try:
        yield
    except BadFileError:
        raise
    except MemoryError:
        raise BadFileError(name, "needs more memory than there is; scale it down.") from None
    # The libraries raise nearly every type there is on damaged bytes; whichever it is, the file is at fault.
    except Exception:
        raise broken(name, Sentence("its contents do not fit together")) from None


def _opener(data: bytes, name: str) -> Callable[[bytes, str], OpenFile]:
    """The reader for what the first bytes say; the name decides only where they say nothing."""
    known = (is_dicom, open_dicom), (raster_format, open_raster), (is_tiff, open_tiff), (is_nifti, open_nifti)
    for fits, reader in known:
        if fits(data):
            return reader
    if unread := unread_format(data):
        raise BadFileError(name, unread)
    if is_dicom_name(name):
        return open_dicom
    raise BadFileError(
        name, "is no image that can be read; PNG, JPEG, TIFF, BMP, WebP, GIF, PNM, NIfTI and DICOM are."
    )
