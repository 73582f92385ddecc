"""TIFF bytes -> stored pixels.

tifffile reads the header and uncompressed pixels, since OpenCV returns nonsense for some planar files;
libtiff (inside OpenCV, then Pillow) unpacks compressed ones, since it never unpacks a strip to more than its
size.
"""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from core.config import Limits
from core.errors import BadFileError
from core.imaging.orientation import turn_upright
from core.imaging.quiet import quiet_libraries
from core.imaging.stored import StoredPixels, broken, check_size

_ORIENTATION = 274
_WHITE_IS_ZERO, _PALETTE = 0, 3


def is_tiff(data: bytes) -> bool:
    """Whether the bytes begin as TIFF or BigTIFF."""
    return data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read_tiff(data: bytes, name: str, limits: Limits) -> StoredPixels:
    """The first page of a TIFF file.

    Raises:
        BadFileError: Too large, cut off, damaged, of a layout or compression that is not known, or with
            values that are not numbers.
    """
    with quiet_libraries():
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            return _read_first_page(file, data, name, limits)


def _read_first_page(file: tifffile.TiffFile, data: bytes, name: str, limits: Limits) -> StoredPixels:
    page = file.pages.first
    if not isinstance(page.imagelength, int) or not isinstance(page.imagewidth, int):
        raise broken(name, "its header does not say how large the image is")
    check_size(name, page.imagelength, page.imagewidth, limits)
    if page.samplesperpixel > 4 or page.imagedepth != 1:
        raise BadFileError(
            name,
            f"has {page.samplesperpixel} channels a pixel; grey and RGB, with or without alpha, are read.",
        )
    values, alpha = _split_alpha(_page_values(page, data, name))
    indices = None
    if page.photometric == _PALETTE and page.colormap is not None and values.ndim == 2:
        indices = values.astype(np.uint8)
        values = np.moveaxis(page.colormap[:, indices] >> 8, 0, -1).astype(np.uint8)
    num_pages = len(file.pages)
    notes: tuple[str, ...] = ()
    if num_pages > 1:
        notes = (f"{name} has {num_pages} pages; the first one is used.",)
    values = _plain_type(values, name)
    hounsfield = values.ndim == 2 and values.dtype.kind in "if" and values.min() < 0
    if values.dtype.kind == "f":
        hounsfield = hounsfield and bool(values.min() <= -200)
    return StoredPixels(
        values, kind="hu" if hounsfield else "display", alpha=alpha, indices=indices, notes=notes
    )


def _page_values(page: tifffile.TiffPage, data: bytes, name: str) -> NDArray[Any]:
    """The page upright, with black as 0, at (H, W) or (H, W, C)."""
    if page.compression == 1:
        return _uncompressed(page, data, name)
    values = _unpack_by_pillow(data) if _is_simple(page) else _unpack_by_opencv(page, data)
    if values is None or sorted(values.shape[:2]) != sorted((page.imagelength, page.imagewidth)):
        raise BadFileError(
            name,
            "is packed in a way that cannot be read, or damaged; save it without compression, or as PNG.",
        )
    return values


def _uncompressed(page: tifffile.TiffPage, data: bytes, name: str) -> NDArray[Any]:
    end = max(offset + count for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True))
    if end > len(data):
        raise broken(name, "its pixels end too early")
    values = page.asarray()
    if page.planarconfig == 2 and values.ndim == 3:
        values = np.moveaxis(values, 0, -1)
    orientation = page.tags.valueof(_ORIENTATION, 1)
    return turn_upright(_black_is_zero(values, page), orientation)


def _is_simple(page: tifffile.TiffPage) -> bool:
    return page.bitspersample in (1, 8) and page.sampleformat == 1


def _unpack_by_pillow(data: bytes) -> NDArray[Any]:
    picture = TiffImageFile(io.BytesIO(data))
    picture.load()
    if picture.mode in ("1", "L", "P", "RGB", "RGBA", "LA"):
        return np.asarray(picture)
    converted: Image.Image = picture.convert("RGB")
    return np.asarray(converted)


def _unpack_by_opencv(page: tifffile.TiffPage, data: bytes) -> NDArray[Any] | None:
    values: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None:
        return None
    if values.ndim == 3:
        order = cv2.COLOR_BGRA2RGBA if values.shape[2] == 4 else cv2.COLOR_BGR2RGB
        values = cv2.cvtColor(values, order) if values.dtype != np.float64 else values[..., ::-1]
    return _black_is_zero(np.asarray(values), page)


def _black_is_zero(values: NDArray[Any], page: tifffile.TiffPage) -> NDArray[Any]:
    if page.photometric != _WHITE_IS_ZERO or values.dtype.kind not in "ub":
        return values
    if values.dtype == bool:
        return ~values
    return (np.iinfo(values.dtype).max - values).astype(values.dtype)


def _split_alpha(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    if values.ndim == 2:
        return values, None
    num_channels = values.shape[2]
    if num_channels in (1, 2):
        return values[..., 0], values[..., 1] if num_channels == 2 else None
    return values[..., :3], values[..., 3] if num_channels == 4 else None


def _plain_type(values: NDArray[Any], name: str) -> NDArray[Any]:
    """Values as uint8, uint16, int16, int32 or float32, whichever holds them."""
    if values.dtype == bool:
        return values.astype(np.uint8) * 255
    if values.dtype.kind not in "iuf":
        raise BadFileError(name, f"has values of type {values.dtype}; whole and decimal numbers are read.")
    if values.dtype.kind == "f":
        if not np.isfinite(values).all():
            raise BadFileError(
                name, "has values that are not numbers (NaN or infinite); replace them and save again."
            )
        return values.astype(np.float32)
    values = values.astype(values.dtype.newbyteorder("="))
    if values.dtype in (np.uint8, np.uint16, np.int16, np.int32):
        return values
    for smaller in (np.uint16, np.int16, np.int32):
        if np.can_cast(values.dtype, smaller) or (
            values.min() >= np.iinfo(smaller).min and values.max() <= np.iinfo(smaller).max
        ):
            return values.astype(smaller)
    return values.astype(np.float32)
