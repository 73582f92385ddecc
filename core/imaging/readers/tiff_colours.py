"""TIFF's colour models -> RGB, by the formulas of TIFF 6.0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from tifffile import COMPRESSION, PHOTOMETRIC, TIFF

from core.imaging.readers.codestream import unpacks_as
from core.imaging.value_types import robust_range

JPEG_2000 = (33003, 33004, 33005, 34712)
_YCBCR_WEIGHTS, _REFERENCE_BLACK_WHITE = 529, 532
_D50 = np.array([0.96422, 1.0, 0.82521])
# Bradford-adapted from D50 to D65 (brucelindbloom.com).
_XYZ_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)


def as_colours(channels: Sequence[NDArray[Any]]) -> NDArray[np.uint8]:
    """Up to three channels (H, W) as red, green and blue, each over its own robust range; (H, W, 3)."""
    colours = np.zeros((*channels[0].shape[:2], 3), np.uint8)
    for place, values in enumerate(channels):
        low, high = robust_range(values)
        part = np.clip((values.astype(np.float32) - low) / (high - low), 0, 1)
        colours[..., place] = np.rint(255 * part)
    return colours


def looked_up(indices: NDArray[Any], table: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """The colours of a palette's indices, (H, W, 3)."""
    # Some writers fill the table with 8-bit values, and libtiff reads it as that too.
    shift = 8 if table.max(initial=0) > 255 else 0
    return np.moveaxis(table[:, indices] >> shift, 0, -1).astype(np.uint8)


def to_rgb(values: NDArray[Any], page: tifffile.TiffPage, packed: bytes) -> NDArray[Any]:
    """Colours of any model of TIFF's as RGB of the same type.

    Args:
        values: (H, W, C), as they were unpacked.
        page: Which says what they are.
        packed: The first bytes that they were unpacked from.
    """
    photometric = page.photometric
    if photometric == PHOTOMETRIC.SEPARATED:
        ink = 1 - values.astype(np.float32) / white_of(page, values)
        return _of_parts(ink[..., :3] * ink[..., 3:4], values.dtype)
    if _is_ycbcr(page, packed):
        return _from_ycbcr(values, page)
    if photometric in (PHOTOMETRIC.CIELAB, PHOTOMETRIC.ICCLAB):
        return _from_lab(values, signed=photometric == PHOTOMETRIC.CIELAB)
    return values


def _is_ycbcr(page: tifffile.TiffPage, packed: bytes) -> bool:
    """Whether what was unpacked is YCbCr still: most codecs for pictures give RGB, whatever the page says."""
    if page.compression == COMPRESSION.APERIO_JP2000_RGB:
        return False
    if page.compression in JPEG_2000:
        # What Aperio packs so is YCbCr whatever the page says (OpenSlide's aperio.c).
        said = COMPRESSION.APERIO_JP2000_YCBC == page.compression or page.photometric == PHOTOMETRIC.YCBCR
        return said and unpacks_as(packed) != "RGB"
    unpacked_as_rgb = is_picture_codec(page) or page.is_subsampled
    return page.photometric == PHOTOMETRIC.YCBCR and not unpacked_as_rgb


def is_picture_codec(page: tifffile.TiffPage) -> bool:
    """Whether a page is packed by a codec that knows rows, columns and colours."""
    return page.compression in TIFF.IMAGE_COMPRESSIONS


def _from_ycbcr(values: NDArray[Any], page: tifffile.TiffPage) -> NDArray[Any]:
    """TIFF 6.0, section 21; ITU-R BT.601 where the file says nothing else."""
    white = white_of(page, values)
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
    return np.asarray(np.rint(np.clip(parts, 0, 1) * np.iinfo(dtype).max), dtype)


def white_of(page: tifffile.TiffPage, values: NDArray[Any]) -> int:
    """The largest value that the page's bits can hold."""
    bits = page.bitspersample if isinstance(page.bitspersample, int) else 8
    return int(np.iinfo(values.dtype).max if bits < 8 else 2 ** min(bits, values.dtype.itemsize * 8) - 1)


def turned_round(page: tifffile.TiffPage, values: NDArray[Any]) -> NDArray[Any]:
    """Grey values of a page on which 0 is white with black as the smallest, of the same type.

    Decimals change their sign, so that the slices of a stack go on meaning the same.
    """
    if values.dtype.kind == "u":
        return np.asarray((white_of(page, values) - values).astype(values.dtype))
    return np.asarray(~values if values.dtype.kind == "i" else -values)
