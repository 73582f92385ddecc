"""TIFF bytes -> stored pixels: tifffile with imagecodecs unpacks them, here they get their colours.

What is stored becomes grey with black as 0, or RGB: white-is-zero, palettes, CMYK, YCbCr and Lab are turned
into that by the formulas of TIFF 6.0.
"""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from tifffile import COMPRESSION, PHOTOMETRIC, TIFF

from core.config import GREY_PERCENTILES, Limits
from core.errors import BadFileError
from core.imaging.orientation import turn_upright
from core.imaging.quiet import quiet_libraries
from core.imaging.stored import StoredPixels, broken, check_size, spread_bits

_ORIENTATION, _YCBCR_WEIGHTS, _REFERENCE_BLACK_WHITE = 274, 529, 532
_FAX = (COMPRESSION.CCITTRLE, COMPRESSION.CCITT_T4, COMPRESSION.CCITT_T6)
# Deflate packs 1032 : 1 at the most; a header that promises more than this is no image.
_MOST_PACKED = 1100
# A CT holds air and soft tissue, and little between: less than half of what values spread evenly would have.
_AIR, _TISSUE, _BETWEEN = (-32768, -500), (-200, 300), (-500, -250)
_LEAST, _MOST_BETWEEN = 0.05, 0.5
_D50 = np.array([0.96422, 1.0, 0.82521])
# Bradford-adapted from D50 to D65 (brucelindbloom.com).
_XYZ_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
_COLOURS: dict[int, int] = {
    PHOTOMETRIC.MINISWHITE: 1,
    PHOTOMETRIC.MINISBLACK: 1,
    PHOTOMETRIC.RGB: 3,
    PHOTOMETRIC.PALETTE: 1,
    PHOTOMETRIC.MASK: 1,
    PHOTOMETRIC.SEPARATED: 4,
    PHOTOMETRIC.YCBCR: 3,
    PHOTOMETRIC.CIELAB: 3,
    PHOTOMETRIC.ICCLAB: 3,
    PHOTOMETRIC.LINEAR_RAW: 1,
}


def is_tiff(data: bytes) -> bool:
    """Whether the bytes begin as TIFF or BigTIFF."""
    return data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read_tiff(data: bytes, name: str, limits: Limits) -> StoredPixels:
    """The first page of a TIFF file.

    Raises:
        BadFileError: Too large, cut off, damaged, of a layout, colour model or compression that is not known,
            or with values that are not numbers.
    """
    with quiet_libraries():
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            return _read_first_page(file, data, name, limits)


def _read_first_page(file: tifffile.TiffFile, data: bytes, name: str, limits: Limits) -> StoredPixels:
    page = file.pages.first
    _check_page(page, data, name, limits)
    samples, alpha, more = _split_samples(_samples(page, data), page)
    values = _plain_type(samples, name) if page.photometric != PHOTOMETRIC.PALETTE else samples
    numbers, by_number, kind, notes = None, False, "display", []
    if more:
        notes.append(f"{name} has {more + 1} channels; the first one is used.")
    if page.photometric == PHOTOMETRIC.PALETTE and page.colormap is not None:
        numbers, values = samples, _looked_up(samples, page.colormap)
    elif values.ndim == 3:
        values = _to_rgb(values, page)
    else:
        bits = page.bitspersample if isinstance(page.bitspersample, int) else 8
        if bits < 8 and values.dtype == np.uint8:
            numbers, by_number = values, True
            values = spread_bits(values, bits)
        if page.photometric == PHOTOMETRIC.MINISWHITE and values.dtype.kind == "u":
            # Fiji writes masks in this way, with 255 as foreground; a fax is black ink on white paper.
            numbers, by_number = values if numbers is None else numbers, page.compression not in _FAX
            values = (_white(page, values) - values).astype(values.dtype)
        if _is_hounsfield(values):
            kind = "hu"
            notes.append(
                f"{name}: its values, {values.min():g} to {values.max():g}, are taken as Hounsfield units."
            )
    num_pages = _num_pages(file, page)
    if num_pages > 1:
        notes.append(f"{name} has {num_pages} pages; the first one is used.")
    orientation = page.tags.valueof(_ORIENTATION, 1)

    def upright(pixels: NDArray[Any] | None) -> Any:
        return None if pixels is None else turn_upright(pixels, orientation)

    return StoredPixels(
        values=upright(values),
        kind="hu" if kind == "hu" else "display",
        alpha=upright(alpha),
        numbers=upright(numbers),
        by_number=by_number,
        lossy=page.compression in TIFF.IMAGE_COMPRESSIONS or page.compression in (6, 7, 34892),
        num_pictures=num_pages,
        notes=tuple(notes),
    )


def _check_page(page: tifffile.TiffPage, data: bytes, name: str, limits: Limits) -> None:
    """Refuse what cannot be read, and by its true reason, before any pixel is unpacked."""
    if not isinstance(page.imagelength, int) or not isinstance(page.imagewidth, int):
        raise broken(name, "its header does not say how large the image is")
    check_size(name, page.imagelength, page.imagewidth, limits)
    if page.imagedepth != 1:
        raise BadFileError(name, f"is a volume of {page.imagedepth} slices in one page; save them as pages.")
    if page.is_tiled:
        check_size(name, page.tilelength, page.tilewidth, limits)
    if page.photometric not in _COLOURS:
        raise BadFileError(
            name, f"has colours of the kind {_called(PHOTOMETRIC, page.photometric)}; save it as RGB or grey."
        )
    if page.compression != COMPRESSION.NONE and page.compression not in TIFF.DECOMPRESSORS:
        packed = _called(COMPRESSION, page.compression)
        raise BadFileError(name, f"is packed as {packed}, which is not read; save it without compression.")
    if page.samplesperpixel > max(4, _COLOURS[page.photometric] + 1):
        raise BadFileError(
            name,
            f"has {page.samplesperpixel} channels a pixel; grey and RGB, with or without alpha, are read.",
        )
    if page.dtype is None or page.dtype.kind not in "buif":
        what = "complex numbers" if page.dtype is not None else f"{page.bitspersample} bits a value"
        raise BadFileError(name, f"has {what}; whole and decimal numbers of 1 to 64 bits are read.")
    ends = (offset + count for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True))
    if max(ends, default=0) > len(data):
        raise broken(name, "its pixels end too early")
    if page.nbytes > _MOST_PACKED * sum(page.databytecounts) + 1_000_000:
        raise broken(name, "it holds far fewer bytes than its pixels need")


def _called(names: Any, number: int) -> str:
    return str(names(number).name) if number in set(names) else f"number {number}"


def _samples(page: tifffile.TiffPage, data: bytes) -> NDArray[Any]:
    """The page as it is stored, (H, W) or (H, W, C)."""
    if page.is_subsampled and page.compression not in (6, 7, 34892, 33007):
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        return turn_upright(np.asarray(values), 1)
    values = page.asarray()
    return np.moveaxis(values, 0, -1) if page.planarconfig == 2 and values.ndim == 3 else values


def _split_samples(
    values: NDArray[Any], page: tifffile.TiffPage
) -> tuple[NDArray[Any], NDArray[Any] | None, int]:
    """Colour or grey, alpha, and how many channels are left over."""
    if values.ndim == 2:
        return values, None, 0
    num_colours = min(_COLOURS[page.photometric], values.shape[2])
    # Three samples of "grey" are how some tools write RGB.
    if num_colours == 1 and values.shape[2] >= 3 and page.photometric != PHOTOMETRIC.PALETTE:
        num_colours = 3
    extra = page.extrasamples[0] if page.extrasamples else 2
    colour = values[..., 0] if num_colours == 1 else values[..., :num_colours]
    left_over = values.shape[2] - num_colours
    if left_over and (extra in (1, 2) or num_colours >= 3):
        return colour, values[..., num_colours], 0
    return colour, None, left_over


def _looked_up(indices: NDArray[Any], table: NDArray[np.uint16]) -> NDArray[np.uint8]:
    # Some writers fill the table with 8-bit values, and libtiff reads it as that too.
    shift = 8 if table.max(initial=0) > 255 else 0
    return np.moveaxis(table[:, indices] >> shift, 0, -1).astype(np.uint8)


def _to_rgb(values: NDArray[Any], page: tifffile.TiffPage) -> NDArray[Any]:
    photometric = page.photometric
    if photometric == PHOTOMETRIC.SEPARATED:
        ink = 1 - values.astype(np.float32) / _white(page, values)
        return _of_parts(ink[..., :3] * ink[..., 3:4], values.dtype)
    unpacked_as_rgb = page.compression in (6, 7, 34892, 33007) or page.is_subsampled
    if photometric == PHOTOMETRIC.YCBCR and not unpacked_as_rgb:
        return _from_ycbcr(values, page)
    if photometric in (PHOTOMETRIC.CIELAB, PHOTOMETRIC.ICCLAB):
        return _from_lab(values, signed=photometric == PHOTOMETRIC.CIELAB)
    return values


def _from_ycbcr(values: NDArray[Any], page: tifffile.TiffPage) -> NDArray[Any]:
    """TIFF 6.0, section 21; ITU-R BT.601 where the file says nothing else."""
    white = _white(page, values)
    red, green, blue = _fractions(page.tags.valueof(_YCBCR_WEIGHTS), (0.299, 0.587, 0.114))
    half = (white + 1) / 2
    reference = _fractions(page.tags.valueof(_REFERENCE_BLACK_WHITE), (0, white, half, white, half, white))
    stored = values.astype(np.float32)
    luma = (stored[..., 0] - reference[0]) / max(reference[1] - reference[0], 1)
    cb, cr = (
        (stored[..., place] - reference[2 * place])
        * ((half - 1) / white / max(reference[2 * place + 1] - reference[2 * place], 1))
        for place in (1, 2)
    )
    r, b = luma + cr * (2 - 2 * red), luma + cb * (2 - 2 * blue)
    return _of_parts(np.stack([r, (luma - red * r - blue * b) / green, b], axis=-1), values.dtype)


def _from_lab(values: NDArray[Any], *, signed: bool) -> NDArray[Any]:
    """TIFF 6.0, section 23: a and b have a sign, unless the ICC's form is used."""
    deep = values.dtype.itemsize == 2
    lab = values.astype(np.float32)
    lab[..., 0] *= 100 / (65535 if deep else 255)
    chroma = values[..., 1:]
    if signed:
        lab[..., 1:] = chroma.view(np.int16 if deep else np.int8)
        lab[..., 1:] /= 256 if deep else 1
    else:
        lab[..., 1:] = chroma / np.float32(256 if deep else 1) - 128
    # CIE 1976, back from L*, a*, b* to XYZ under D50, then to sRGB.
    y = (lab[..., 0] + 16) / 116
    xyz = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    xyz = np.where(xyz > 6 / 29, xyz**3, (xyz - 4 / 29) * 3 * (6 / 29) ** 2) * _D50
    linear = np.clip(xyz @ _XYZ_TO_SRGB.T, 0, 1)
    gamma = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return _of_parts(gamma, values.dtype)


def _fractions(stored: Any, usual: tuple[float, ...]) -> tuple[float, ...]:
    """Values of a tag that holds numerators and denominators in turn."""
    if stored is None or len(stored) != 2 * len(usual) or not all(stored[1::2]):
        return usual
    return tuple(top / bottom for top, bottom in zip(stored[::2], stored[1::2], strict=True))


def _of_parts(parts: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    rounded: NDArray[Any] = np.rint(np.clip(parts, 0, 1) * np.iinfo(dtype).max).astype(dtype)
    return rounded


def _white(page: tifffile.TiffPage, values: NDArray[Any]) -> int:
    """The largest value that the page's bits can hold."""
    bits = page.bitspersample if isinstance(page.bitspersample, int) else 8
    return int(np.iinfo(values.dtype).max if bits < 8 else 2 ** min(bits, values.dtype.itemsize * 8) - 1)


def _num_pages(file: tifffile.TiffFile, first: tifffile.TiffPage) -> int:
    """Pages of the first one's size; smaller copies of it are no further pictures."""
    num_pages = len(file.pages)
    if num_pages > 1 and any(
        getattr(page.aspage(), "is_reduced", False) for page in list(file.pages)[1:2] if page is not None
    ):
        return sum(not page.aspage().is_reduced for page in file.pages if page is not None)
    return num_pages


def _is_hounsfield(values: NDArray[Any]) -> bool:
    """Whether grey values can only be a CT's: TIFF has no field that says so."""
    if values.dtype.kind not in "if" or values.min() > -700 or values.max() > 32767:
        return False
    air, tissue, between = (
        float(np.mean((values >= low) & (values <= high))) for low, high in (_AIR, _TISSUE, _BETWEEN)
    )
    low, high = np.percentile(values, GREY_PERCENTILES)
    evenly = (_BETWEEN[1] - _BETWEEN[0]) / float(high - low)
    return min(air, tissue) >= _LEAST and between < _MOST_BETWEEN * evenly


def _plain_type(values: NDArray[Any], name: str) -> NDArray[Any]:
    """Values as uint8, uint16, int16, int32 or float32, whichever holds them."""
    if values.dtype == bool:
        return values.astype(np.uint8)
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            single = values.astype(np.float32)
        if not np.isfinite(single).all():
            raise BadFileError(
                name,
                "has values that are not numbers, or too large for 32 bits (NaN or infinite); replace them "
                "and save again.",
            )
        return single
    values = values.astype(values.dtype.newbyteorder("="))
    if values.dtype in (np.uint8, np.uint16, np.int16, np.int32):
        return values
    for smaller in (np.uint16, np.int16, np.int32):
        if np.can_cast(values.dtype, smaller) or (
            values.min() >= np.iinfo(smaller).min and values.max() <= np.iinfo(smaller).max
        ):
            return values.astype(smaller)
    return values.astype(np.float32)
