"""File bytes -> image values, or -> a mask of 0 and 1, or of class indices. The only door for files.

Everything is read as bytes, never by path, so that Korean names and uploads are the same thing. Whatever the
bytes are, what comes out is an array or a `BadFileError` with one plain sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from core.config import Limits
from core.errors import BadFileError
from core.imaging.class_masks import to_class_mask
from core.imaging.class_table import ClassTable
from core.imaging.dicom_file import is_dicom, is_dicom_name, read_dicom
from core.imaging.known_formats import unread_format
from core.imaging.mask_readings import MaskReading, reading_of
from core.imaging.mask_values import MaskValues, NotAMask, to_mask
from core.imaging.raster_file import raster_format, read_raster
from core.imaging.stored import StoredPixels, broken
from core.imaging.tiff_file import is_tiff, read_tiff

MaskMeaning = ClassTable | MaskValues | None

# Bad files are told in our own sentence; OpenCV's lines on stderr would only stand beside it.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


@dataclass(frozen=True)
class DecodedImage:
    """An image as it was stored.

    Attributes:
        values: (H, W) or (H, W, 3) RGB; uint8, uint16, int16, int32 or float32.
        kind: "hu" when the values are Hounsfield units, else "display".
        notes: Plain sentences for the person, such as "scan.tif has 2 pages; the first one is used."
        shown: Values that become black and white where the file says so (its window) or a part of it is no
            image (padding); None for the robust range of all values.
    """

    values: NDArray[Any]
    kind: Literal["display", "hu"] = "display"
    notes: tuple[str, ...] = ()
    shown: tuple[float, float] | None = None


def decode_image(data: bytes, name: str, limits: Limits | None = None) -> DecodedImage:
    """The first image of a PNG, JPEG, TIFF, BMP, WebP, GIF or DICOM file.

    EXIF orientation is applied, alpha dropped, a palette and CMYK become RGB, 16 bit and Hounsfield units are
    kept. RGB whose three channels are equal comes back as grey (H, W).

    Args:
        data: The file.
        name: What the person calls it; for messages, and for DICOM files without the DICOM mark.
        limits: None for the defaults with the environment's settings.

    Raises:
        BadFileError: Too large, not an image, cut off or damaged; one sentence that names the file.
    """
    stored = _read(data, name, limits or Limits.from_environment())
    values = stored.values
    if values.ndim == 3 and _is_grey(values):
        values = values[..., 0]
    return DecodedImage(np.ascontiguousarray(values), stored.kind, stored.notes, stored.shown)


def decode_mask(
    data: bytes,
    name: str,
    shape: tuple[int, int] | None = None,
    limits: Limits | None = None,
    *,
    classes: ClassTable | None = None,
) -> NDArray[np.uint8]:
    """The mask in a file as foreground alone; `read_mask` also tells what is undefined.

    Args:
        data: The file.
        name: What the person calls it.
        shape: (height, width) of the image it belongs to, None for any.
        limits: None for the defaults with the environment's settings.
        classes: Of the mask, None for one foreground.

    Returns:
        (H, W) uint8 in {0, 1}, undefined pixels as background; with classes as `read_mask`.

    Raises:
        BadFileError: As `read_mask`.
    """
    mask = read_mask(data, name, shape, limits, meaning=classes)
    return mask if classes is not None else (mask == 1).astype(np.uint8)


def read_mask(
    data: bytes,
    name: str,
    shape: tuple[int, int] | None = None,
    limits: Limits | None = None,
    *,
    meaning: MaskMeaning = None,
) -> NDArray[np.uint8]:
    """The mask in a file; `to_mask` says what counts as one, with several classes `to_class_mask`.

    Args:
        data: The file.
        name: What the person calls it.
        shape: (height, width) of the image it belongs to, None for any.
        limits: None for the defaults with the environment's settings.
        meaning: Classes, or what the person said of the values of one foreground; None for what the file
            itself tells.

    Returns:
        (H, W) uint8 in {0, 1}, or class indices, and 255 where nobody decided.

    Raises:
        BadFileError: As `decode_image`; also "is no mask: ..." and a size other than `shape`.
    """
    stored = _read(data, name, limits or Limits.from_environment())
    height, width = stored.values.shape[:2]
    if shape is not None and (height, width) != tuple(shape):
        raise BadFileError(
            name,
            f"is {width} x {height} pixels, but its image is {shape[1]} x {shape[0]}; they must be the same.",
        )
    try:
        return to_class_mask(stored, meaning) if isinstance(meaning, ClassTable) else to_mask(stored, meaning)
    except NotAMask as error:
        raise BadFileError(name, f"is no mask: {error}.") from None


def mask_reading(data: bytes, name: str, limits: Limits | None = None) -> MaskReading:
    """How the mask in a file is read, and what else it could mean; its problem where it is none.

    Args:
        data: The file.
        name: What the person calls it.
        limits: None for the defaults with the environment's settings.

    Raises:
        BadFileError: The file is no picture at all.
    """
    return reading_of(_read(data, name, limits or Limits.from_environment()))


def _read(data: bytes, name: str, limits: Limits) -> StoredPixels:
    if not data:
        raise BadFileError(name, "is empty (0 bytes); copy or export it again.")
    if len(data) > limits.max_file_bytes:
        raise BadFileError(
            name,
            f"has {len(data):,} bytes; at most {limits.max_file_bytes:,} are let in (LIMIT_MAX_FILE_BYTES).",
        )
    try:
        return _reader(data, name)(data, name, limits)
    except BadFileError:
        raise
    except MemoryError:
        raise BadFileError(name, "needs more memory than there is; scale it down.") from None
    # The libraries raise nearly every type there is on damaged bytes; whichever it is, the file is at fault.
    except Exception:
        raise broken(name, "its contents do not fit together") from None


def _reader(data: bytes, name: str) -> Callable[[bytes, str, Limits], StoredPixels]:
    """The reader for what the first bytes say; the name decides only where they say nothing."""
    if is_dicom(data):
        return read_dicom
    if raster_format(data) is not None:
        return read_raster
    if is_tiff(data):
        return read_tiff
    if unread := unread_format(data):
        raise BadFileError(name, unread)
    if is_dicom_name(name):
        return read_dicom
    raise BadFileError(name, "is no image that can be read; PNG, JPEG, TIFF, BMP, WebP, GIF and DICOM are.")


def _is_grey(values: NDArray[Any]) -> bool:
    first = values[..., 0]
    return np.array_equal(first, values[..., 1]) and np.array_equal(first, values[..., 2])
