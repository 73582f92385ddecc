"""PNG, JPEG, BMP, WebP and GIF bytes -> stored pixels.

Pillow reads the header (so that limits come before pixels) and proves that the pixels are whole, which OpenCV
does not always tell; OpenCV then gives the values, except where it changes them: palettes, CMYK, animations.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from core.config import Limits
from core.errors import BadFileError
from core.imaging.orientation import turn_upright
from core.imaging.quiet import quiet_libraries
from core.imaging.stored import StoredPixels, broken, check_size

_EXIF_ORIENTATION = 0x0112


def raster_format(data: bytes) -> str | None:
    """The format that the first bytes tell ("PNG", "JPEG", "BMP", "GIF", "WebP"), None for any other."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data.startswith(b"BM"):
        return "BMP"
    return None


def read_raster(data: bytes, name: str, limits: Limits) -> StoredPixels:
    """The first picture of a PNG, JPEG, BMP, WebP or GIF file, turned as its EXIF orientation says.

    Raises:
        BadFileError: Too large, cut off or damaged.
    """
    with quiet_libraries():
        picture = _open(data, name, limits)
        check_size(name, picture.height, picture.width, limits)
        num_frames = getattr(picture, "n_frames", 1)
        opencv_would_change_it = num_frames > 1 or picture.mode in ("1", "P", "CMYK")
        by_pillow = opencv_would_change_it or isinstance(picture, GifImageFile)
        if isinstance(picture, PngImageFile):
            _check_sums(_open(data, name, limits), name)
        if by_pillow or not isinstance(picture, PngImageFile):  # a short PNG is one thing that OpenCV tells
            _check_whole(picture, name)
        orientation = _orientation(_open(data, name, limits))
    notes: tuple[str, ...] = ()
    if num_frames > 1:
        notes = (f"{name} is an animation of {num_frames} pictures; the first one is used.",)
    if by_pillow:
        stored = _from_pillow(picture if picture.mode != "CMYK" else _open(data, name, limits))
    else:
        stored = _from_opencv(data, name)
    return StoredPixels(
        values=turn_upright(stored.values, orientation),
        alpha=None if stored.alpha is None else turn_upright(stored.alpha, orientation),
        indices=None if stored.indices is None else turn_upright(stored.indices, orientation),
        notes=notes,
    )


def _open(data: bytes, name: str, limits: Limits) -> ImageFile:
    readers: dict[str, Callable[[io.BytesIO], ImageFile]] = {
        "PNG": PngImageFile,
        "JPEG": JpegImageFile,
        "BMP": BmpImageFile,
        "GIF": GifImageFile,
        "WebP": WebPImageFile,
    }
    file_format = raster_format(data) or ""
    try:
        # Not Image.open: that one has a limit of its own, which our settings could not raise.
        return readers[file_format](io.BytesIO(data))
    except Image.DecompressionBombError:
        raise BadFileError(
            name, f"has far more than the {limits.max_pixels:,} pixels that are let in; scale it down."
        ) from None
    except (OSError, SyntaxError):
        raise broken(name, f"its {file_format} header cannot be read") from None


def _orientation(picture: ImageFile) -> int:
    if isinstance(picture, PngImageFile) and "exif" not in picture.info:
        return 1  # asking on would decode all pixels, in search of EXIF behind them
    try:
        value = picture.getexif().get(_EXIF_ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, struct.error):
        return 1  # EXIF is an extra; what cannot be read of it must not cost the image
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _check_sums(picture: ImageFile, name: str) -> None:
    try:
        picture.verify()
    except (OSError, SyntaxError):
        raise broken(name, "its check sums are wrong") from None


def _check_whole(picture: ImageFile, name: str) -> None:
    if isinstance(picture, JpegImageFile):
        picture.draft(None, (1, 1))  # an eighth of the size: every byte is still read, at a tenth of the time
    try:
        picture.load()
    except (OSError, SyntaxError, EOFError):
        raise broken(name, "its pixels end too early or do not fit together") from None


def _from_pillow(picture: ImageFile) -> StoredPixels:
    if picture.mode == "P":
        indices = np.asarray(picture)
        palette = np.zeros((256, 3), np.uint8)
        colours = np.array(picture.getpalette("RGB") or [], np.uint8).reshape(-1, 3)[:256]
        palette[: len(colours)] = colours
        return StoredPixels(palette[indices], indices=indices)
    if picture.mode in ("1", "L"):
        return StoredPixels(np.asarray(picture.convert("L")))
    if "A" in picture.mode:
        values = np.asarray(picture.convert("RGBA"))
        return StoredPixels(values[..., :3], alpha=values[..., 3])
    converted: Image.Image = picture.convert("RGB")
    return StoredPixels(np.asarray(converted))


def _from_opencv(data: bytes, name: str) -> StoredPixels:
    try:
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        values = None
    if values is None:
        raise broken(name, "its pixels cannot be decoded")
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.ndim == 2:
        return StoredPixels(values)
    colours = cv2.cvtColor(values, cv2.COLOR_BGRA2RGB if values.shape[2] == 4 else cv2.COLOR_BGR2RGB)
    return StoredPixels(colours, alpha=values[..., 3] if values.shape[2] == 4 else None)
