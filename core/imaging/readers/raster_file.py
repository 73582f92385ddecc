"""PNG, JPEG, BMP, WebP, GIF and PNM bytes -> stored pixels.

Pillow reads the header (so that limits come before pixels) and proves that the pixels are whole, which OpenCV
does not always tell; OpenCV then gives the values, except where it changes them: palettes, CMYK, animations,
unused bytes of a BMP. JPEG of 12 bits or without loss is imagecodecs' affair.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile
from PIL.WebPImagePlugin import WebPImageFile

from core.config import Limits
from core.errors import BadFileError
from core.imaging.class_table import UNDEFINED_SAID
from core.imaging.readers.codestream import packed_form
from core.imaging.readers.orientation import upright
from core.imaging.readers.pnm import from_plain_pnm, pnm_pictures, range_of_pnm
from core.imaging.readers.quiet import quiet_libraries
from core.imaging.stored import OpenFile, StoredPixels, broken, check_size, inverts, spread_bits
from core.language.sentence import Sentence

_EXIF_ORIENTATION = 0x0112


# The first bytes that tell a format, and who reads its header.
_FORMATS: dict[str, tuple[bytes, Callable[[io.BytesIO], ImageFile]]] = {
    "PNG": (rb"\x89PNG\r\n\x1a\n", PngImageFile),
    "JPEG": (rb"\xff\xd8\xff", JpegImageFile),
    "GIF": (rb"GIF8[79]a", GifImageFile),
    "WebP": (rb"RIFF[\s\S]{4}WEBP", WebPImageFile),
    "BMP": (rb"BM", BmpImageFile),
    "PNM": (rb"P[1-6][\s#]", PpmImageFile),
}


def raster_format(data: bytes) -> str | None:
    """The format that the first bytes tell: "PNG", "JPEG", "BMP", "GIF", "WebP", "PNM"; None for others."""
    return next((name for name, (start, _) in _FORMATS.items() if re.match(start, data)), None)


def open_raster(data: bytes, name: str) -> OpenFile:
    """The pictures of a PNG, JPEG, BMP, WebP, GIF or PNM file, turned as its EXIF orientation says.

    Raises:
        BadFileError: Too large, cut off or damaged; reading a picture likewise.
    """
    if len(parts := pnm_pictures(data)) > 1:

        def read_part(frame: int) -> StoredPixels:
            return replace(_read_first(parts[frame], name), num_pictures=len(parts))

        return OpenFile(read_part, tuple(range(len(parts))))
    with quiet_libraries():
        unusual = _unusual_jpeg(data, name)
        picture = None if unusual else _open(data, name)
        num_frames = getattr(picture, "n_frames", 1)
    if picture is None or num_frames == 1:
        return OpenFile(lambda frame: unusual or _read_first(data, name))
    check_size(name, picture.height, picture.width)

    def read(frame: int) -> StoredPixels:
        if frame == 0:
            return _read_first(data, name)
        with quiet_libraries():
            try:
                picture.seek(frame)
                stored = _from_pillow(picture)
            except (OSError, SyntaxError, EOFError):
                raise broken(
                    name, Sentence("its picture {number} ends too early", number=frame + 1)
                ) from None
        return replace(stored, num_pictures=num_frames)

    return OpenFile(read, tuple(range(num_frames)))


def _read_first(data: bytes, name: str) -> StoredPixels:
    with quiet_libraries():
        picture = _open(data, name)
        check_size(name, picture.height, picture.width)
        num_frames = getattr(picture, "n_frames", 1)
        opencv_would_change_it = num_frames > 1 or picture.mode in ("1", "P", "CMYK")
        is_misread = isinstance(picture, BmpImageFile) and _is_misread(data, picture.mode)
        by_pillow = not is_misread and (
            opencv_would_change_it or isinstance(picture, GifImageFile | BmpImageFile)
        )
        if isinstance(picture, PngImageFile):
            _check_sums(_open(data, name), name)
        # What is short OpenCV tells of a PNG, and of the few BMPs that are its affair.
        if by_pillow or not (is_misread or isinstance(picture, PngImageFile)):
            _check_whole(picture, name)
        orientation = _orientation(_open(data, name))
    if data[:2] in (b"P2", b"P3"):
        stored = from_plain_pnm(data)
    elif by_pillow:
        stored = _from_pillow(picture if picture.mode != "CMYK" else _open(data, name))
    else:
        stored = _from_opencv(data, name)
    if isinstance(picture, JpegImageFile):
        stored = replace(stored, notes=_of_others(_open(data, name), data, name))
    if isinstance(picture, PngImageFile):
        stored = _with_png_numbers(stored, data, picture.info.get("transparency"))
    return replace(
        upright(stored, orientation, name),
        shown=range_of_pnm(data) if isinstance(picture, PpmImageFile) else None,
        says_undefined=picture.info.get("Description") == UNDEFINED_SAID,
        lossy=isinstance(picture, JpegImageFile) or (isinstance(picture, WebPImageFile) and b"VP8 " in data),
        num_pictures=num_frames,
    )


def _open(data: bytes, name: str) -> ImageFile:
    file_format = raster_format(data) or ""
    try:
        # Not Image.open: that one has a limit of its own, which our settings could not raise.
        return _FORMATS[file_format][1](io.BytesIO(data))
    except Image.DecompressionBombError:
        raise BadFileError(
            name,
            "has far more than the {max_pixels:,} pixels that are let in; scale it down.",
            max_pixels=Limits.from_environment().max_pixels,
        ) from None
    except (OSError, SyntaxError, ValueError):
        raise broken(
            name, Sentence("its {file_format} header cannot be read", file_format=file_format)
        ) from None


def _is_misread(data: bytes, mode: str) -> bool:
    """Whether Pillow takes a BMP of 4 or 8 bits a pixel for one of another size, as of a grey table."""
    bits = data[24 if data[14] == 12 else 28]
    return bits in (4, 8) and bits != {"1": 1, "L": 8}.get(mode, bits)


def _orientation(picture: ImageFile) -> int:
    if isinstance(picture, PngImageFile) and "exif" not in picture.info:
        return 1  # asking on would decode all pixels, in search of EXIF behind them
    try:
        value = picture.getexif().get(_EXIF_ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, struct.error):
        return 1  # EXIF is an extra; what cannot be read of it must not cost the image
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _of_others(picture: ImageFile, data: bytes, name: str) -> tuple[Sentence, ...]:
    """That a JPEG holds pictures behind its first (MPO: stereo, panorama): not small copies and gain maps."""
    if not isinstance(picture, JpegImageFile) or "mp" not in picture.info:
        return ()
    try:
        entries = (picture._getmp() or {}).get(0xB002, [])
    except SyntaxError:
        return ()
    starts = (each["DataOffset"] and each["DataOffset"] + picture.info["mpoffset"] for each in entries)
    forms = (packed_form(data[start:]) for start in starts)
    count = sum(form is not None and (form.width, form.height) == picture.size for form in forms)
    told = Sentence("{name} holds {count} pictures; the first one is used.", name=name, count=count)
    return (told,) if count > 1 else ()


def _check_sums(picture: ImageFile, name: str) -> None:
    try:
        picture.verify()
    except (OSError, SyntaxError):
        raise broken(name, Sentence("its check sums are wrong")) from None


def _check_whole(picture: ImageFile, name: str) -> None:
    if isinstance(picture, JpegImageFile):
        picture.draft(None, (1, 1))  # an eighth of the size: every byte is still read, at a tenth of the time
    try:
        picture.load()
    except (OSError, SyntaxError, EOFError, ValueError):
        raise broken(name, Sentence("its pixels end too early or do not fit together")) from None


def _from_pillow(picture: ImageFile) -> StoredPixels:
    if picture.mode == "P":
        indices = np.asarray(picture)
        palette = np.zeros((256, 3), np.uint8)
        colours = np.array(picture.getpalette("RGB") or [], np.uint8).reshape(-1, 3)[:256]
        palette[: len(colours)] = colours
        clear = picture.info.get("transparency")
        if clear is None:
            return StoredPixels(palette[indices], numbers=indices, by_number=inverts(palette))
        alpha = _palette_alpha(clear)
        visible = alpha[: len(colours)] > 0
        # A table of one colour and of none: also a tile that is full of it says so.
        one_colour = not visible.all() and len(np.unique(palette[: len(colours)][visible], axis=0)) == 1
        numbers = (alpha[indices] > 0).astype(np.uint8) if one_colour else indices
        return StoredPixels(palette[indices], alpha=alpha[indices], numbers=numbers, by_number=one_colour)
    if picture.mode in ("1", "L"):
        return StoredPixels(np.asarray(picture.convert("L")))
    if picture.mode == "I;16":
        return StoredPixels(np.asarray(picture).astype(np.uint16))
    if "A" in picture.mode:
        values = np.asarray(picture.convert("RGBA"))
        return StoredPixels(values[..., :3], alpha=values[..., 3])
    converted: Image.Image = picture.convert("RGB")
    return StoredPixels(np.asarray(converted))


def _palette_alpha(clear: bytes | int) -> NDArray[np.uint8]:
    """The opacity of each index, from the transparency that Pillow found: one index, or a level for each."""
    alpha = np.full(256, 255, np.uint8)
    if isinstance(clear, int):
        alpha[clear] = 0
    else:
        levels = np.frombuffer(clear, np.uint8)[:256]
        alpha[: len(levels)] = levels
    return alpha


def _with_png_numbers(stored: StoredPixels, data: bytes, clear: Any) -> StoredPixels:
    """A PNG's bits before they were spread over 8, and the one colour that it calls transparent."""
    depth, colour = data[24], data[25]
    if colour == 0 and depth < 8:
        numbers = stored.values if stored.values.ndim == 2 else stored.values[..., 0]
        numbers = (numbers.astype(np.uint16) * (2**depth - 1) // 255).astype(np.uint8)
        stored = replace(stored, values=spread_bits(numbers, depth), numbers=numbers, by_number=True)
    if colour == 0 and isinstance(clear, int):
        seen = stored.values if stored.numbers is None else stored.numbers
        seen = seen if seen.ndim == 2 else seen[..., 0]
        clear = clear // 255 if depth == 1 else clear  # of one bit Pillow spreads it, of others not
        return replace(stored, alpha=np.where(seen == clear, np.uint8(0), np.uint8(255)))
    if colour == 2 and isinstance(clear, tuple):
        same = (stored.values == np.array(clear, stored.values.dtype)).all(axis=-1)
        return replace(stored, alpha=np.where(same, np.uint8(0), np.uint8(255)))
    return stored


def _unusual_jpeg(data: bytes, name: str) -> StoredPixels | None:
    """A JPEG of 12 bits a value or without loss, which Pillow and OpenCV cannot read; None for others."""
    form = packed_form(data) if raster_format(data) == "JPEG" else None
    if form is None or (form.bits == 8 and form.codec == "JPEG"):
        return None
    if form.codec == "JPEG-LS":
        raise BadFileError(name, "is a JPEG-LS picture, which is not read; save it as PNG or TIFF.")
    check_size(name, form.height, form.width)
    try:
        values = imagecodecs.jpeg_decode(data)
        if values.shape not in ((form.height, form.width), (form.height, form.width, 3)):
            raise ValueError(f"unpacked to {values.shape}")
        return StoredPixels(values, lossy=form.codec == "JPEG")
    except (imagecodecs.JpegError, imagecodecs.LjpegError, ValueError, RuntimeError):
        raise BadFileError(
            name,
            "is a JPEG of {bits} bits a value that cannot be unpacked; save it as PNG or TIFF.",
            bits=form.bits,
        ) from None


def _from_opencv(data: bytes, name: str) -> StoredPixels:
    try:
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        values = None
    if values is None:
        raise broken(name, Sentence("its pixels cannot be decoded"))
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.ndim == 2:
        return StoredPixels(values)
    colours = cv2.cvtColor(values, cv2.COLOR_BGRA2RGB if values.shape[2] == 4 else cv2.COLOR_BGR2RGB)
    return StoredPixels(colours, alpha=values[..., 3] if values.shape[2] == 4 else None)
