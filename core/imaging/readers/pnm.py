"""What Pillow and OpenCV do not tell of a PNM: plain numbers, several pictures, what is white."""

from __future__ import annotations

import math
import re

import numpy as np

from core.imaging.stored import StoredPixels

# The header of a PNM: its kind, width, height and, of what is no bitmap, the largest value.
_GAP = rb"(?:\s|#[^\n]*\n)+"
_PNM = re.compile(rb"\s*(P(?:[14]|([2356])))" + 2 * (_GAP + rb"(\d+)") + rb"(?(2)" + _GAP + rb"(\d+))")
_PLAIN = re.compile(rb"\sP[123]\s")


def pnm_pictures(data: bytes) -> list[bytes]:
    """The pictures of a PNM, which stand one behind the other."""
    pictures, end = [], 0
    while found := _PNM.match(data, end):
        kind, width, height, white = found[1], *(int(each or 1) for each in found.groups()[2:])
        if kind in (b"P1", b"P2", b"P3"):
            following = _PLAIN.search(data, found.end())
            end = following.start() if following else len(data)
        else:
            samples = width * (3 if kind == b"P6" else 1) * (2 if white > 255 else 1)
            end = found.end() + 1 + height * ((width + 7) // 8 if kind == b"P4" else samples)
        pictures.append(data[found.start(1) : end])
    return pictures


def from_plain_pnm(data: bytes) -> StoredPixels:
    """The numbers of a PNM in plain text, which OpenCV spreads over 8 bits."""
    width, height, white, *numbers = re.sub(rb"#[^\n]*", b"", data).split()[1:]
    shape = (int(height), int(width), 3) if data[:2] == b"P3" else (int(height), int(width))
    dtype = np.uint8 if int(white) < 256 else np.uint16
    return StoredPixels(np.array(numbers[: math.prod(shape)], dtype).reshape(shape))


def range_of_pnm(data: bytes) -> tuple[float, float] | None:
    """Black and white of a PNM whose largest value lies below that of 8 bits; None for others."""
    found = _PNM.match(data)
    white = int(found[5] or 255) if found else 255
    return (0.0, float(white)) if white < 255 else None
