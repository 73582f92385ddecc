"""Masks as pictures of class indices: PNG with a colour table, and TIFF."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.imaging.class_table import UNDEFINED, UNDEFINED_SAID, Colour

UNDECIDED_COLOUR: Colour = (224, 224, 192)
"""Of pixels that nobody decided: that of the undefined border in Pascal VOC."""


def grey_png(mask: NDArray[np.uint8]) -> bytes:
    """A grey PNG whose pixels are the class indices, and which says so where nobody decided some of them.

    Args:
        mask: (H, W) uint8 of class indices, 255 where nobody decided.
    """
    about = PngInfo()
    if (mask == UNDEFINED).any():
        about.add_text("Description", UNDEFINED_SAID)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(mask)).save(buffer, "PNG", pnginfo=about)
    return buffer.getvalue()


def indexed_png(mask: NDArray[np.uint8], colours: Sequence[Colour]) -> bytes:
    """A PNG whose pixels are the class indices and whose table gives each its colour, as Pascal VOC has it.

    Args:
        mask: (H, W) uint8 of class indices, 255 where nobody decided.
        colours: RGB of each class, background first.
    """
    table = np.zeros((256, 3), np.uint8)
    table[: len(colours)] = colours
    table[UNDEFINED] = UNDECIDED_COLOUR
    picture = Image.fromarray(np.ascontiguousarray(mask))
    picture.putpalette(table.tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=False)
    return buffer.getvalue()


def mask_tiff(mask: NDArray[np.uint8], *, spacing_mm: tuple[float, float] | None = None) -> bytes:
    """A deflated 8-bit TIFF of class indices.

    Args:
        mask: (H, W) uint8.
        spacing_mm: Distance between rows and between columns in millimetres, None where not known.
    """
    resolution = None if spacing_mm is None else (10.0 / spacing_mm[1], 10.0 / spacing_mm[0])
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        mask,
        photometric="minisblack",
        compression="zlib",
        description=UNDEFINED_SAID if (mask == UNDEFINED).any() else None,
        metadata=None,
        resolution=resolution,
        resolutionunit=None if resolution is None else "CENTIMETER",
    )
    return buffer.getvalue()
