"""What a compressed picture says of its own colours, in the bytes from which it is unpacked.

A header beside it, DICOM's or TIFF's, may say otherwise; what unpacks goes by these bytes alone.
"""

from __future__ import annotations

import re

_JP2 = b"\0\0\0\x0cjP  "
_CODESTREAM, _SIZE, _CODING = b"\xff\x4f\xff\x51", 0x51, 0x52
# Of JPEG: Huffman's and what is without loss.
_FRAME, _ADOBE, _SCAN = range(0xC0, 0xC4), 0xEE, 0xDA
_JPEG = b"\xff\xd8\xff"


def unpacks_as(start: bytes) -> str:
    """The colours that unpacking gives where the picture itself says it.

    Of JPEG 2000 these are RGB where its component transform is on (ISO 15444-1, annex G), its colour
    channels are smaller, or its own header names a colour space; of JPEG what Adobe's marker says.

    Args:
        start: The first bytes of the compressed picture, up to its pixels.

    Returns:
        "RGB", "YBR_FULL", or "" where nothing is said.
    """
    if start.startswith(_JP2) and re.search(rb"colr\x01..\0\0\0[\x10\x12]", start[:4096], re.DOTALL):
        return "RGB"
    begin = start.find(_CODESTREAM) if start.startswith(_JP2) else 0
    if begin >= 0 and start[begin : begin + 4] == _CODESTREAM:
        return "RGB" if _is_transformed(start[begin:]) else ""
    return _of_adobe(start) if start.startswith(_JPEG) else ""


def packed_form(start: bytes) -> tuple[int, int]:
    """How many values a compressed picture has a pixel, and of how many bits; 0 where that is not found."""
    segments = _segments(start[max(start.find(_CODESTREAM), 0) :])
    size = segments.get(_SIZE, b"")
    if len(size) > 36:
        return int.from_bytes(size[34:36], "big"), (size[36] & 0x7F) + 1
    frame = next((segments[kind] for kind in (*_FRAME, 0xF7) if kind in segments), bytes(6))
    return frame[5], frame[0]


def is_jpeg_2000(start: bytes) -> bool:
    """Whether a compressed picture is one of JPEG 2000."""
    return start.startswith((_JP2, _CODESTREAM))


def _is_transformed(start: bytes) -> bool:
    """Whether three components of JPEG 2000 come out as red, green and blue."""
    segments = _segments(start)
    size, coding = segments.get(_SIZE, b""), segments.get(_CODING, b"")
    steps = {size[place : place + 2] for place in range(37, len(size) - 1, 3)}
    return len(steps) > 1 or coding[4:5] == b"\1"


def _of_adobe(start: bytes) -> str:
    segments = _segments(start)
    marker = segments.get(_ADOBE, b"")
    frame = next((segments[kind] for kind in _FRAME if kind in segments), b"")
    if not marker.startswith(b"Adobe") or frame[5:6] != b"\3":
        return ""
    return {0: "RGB", 1: "YBR_FULL"}.get(marker[-1], "")


def _segments(start: bytes) -> dict[int, bytes]:
    """The contents of the segments before the pixels, by marker; the first of each kind."""
    found: dict[int, bytes] = {}
    place = 2
    while place + 4 <= len(start) and start[place] == 0xFF and start[place + 1] not in (_SCAN, 0x90, 0x93):
        length = int.from_bytes(start[place + 2 : place + 4], "big")
        found.setdefault(start[place + 1], start[place + 4 : place + 2 + max(length, 2)])
        place += 2 + max(length, 2)
    return found
