"""What a compressed picture says of itself, in the bytes from which it is unpacked: size, values, colours.

A header beside it, DICOM's or TIFF's, may say otherwise; what unpacks goes by these bytes alone.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

_JP2 = b"\0\0\0\x0cjP  "
_CODESTREAM, _SIZE, _CODING = b"\xff\x4f\xff\x51", 0x51, 0x52
# What a JPEG's frame is called by: Huffman's and arithmetic, those without loss, and JPEG-LS.
_FRAMES = dict.fromkeys(b"\xc0\xc1\xc2\xc5\xc6\xc9\xca\xcd\xce", "JPEG") | {0xF7: "JPEG-LS"}
_FRAMES |= dict.fromkeys(b"\xc3\xc7\xcb\xcf", "lossless JPEG")
_ADOBE = 0xEE
_PIXELS = (0xDA, 0x90, 0x93)
_WITHOUT_LENGTH = (0x01, *range(0xD0, 0xD8))
_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True)
class PackedForm:
    """What a compressed picture says of its form.

    Attributes:
        samples: Values of a pixel.
        bits: Of each value.
        codec: "JPEG", "lossless JPEG", "JPEG-LS" or "JPEG 2000".
    """

    height: int
    width: int
    samples: int
    bits: int
    codec: str


def packed_form(packed: bytes) -> PackedForm | None:
    """The form of a JPEG, JPEG-LS or JPEG 2000; None where it is none of these, or does not say.

    Args:
        packed: Its first bytes at least, up to its pixels.
    """
    segments = _segments(packed[max(packed.find(_CODESTREAM), 0) :] if is_jpeg_2000(packed) else packed)
    size = segments.get(_SIZE, b"")
    if is_jpeg_2000(packed) and len(size) > 36:
        right, lower, left, upper = struct.unpack_from(">4I", size, 2)
        samples, bits = struct.unpack_from(">HB", size, 34)
        return PackedForm(lower - upper, right - left, samples, (bits & 0x7F) + 1, "JPEG 2000")
    marker = next((kind for kind in segments if kind in _FRAMES), 0)
    if not packed.startswith(_JPEG) or len(segments.get(marker, b"")) < 6:
        return None
    bits, height, width, samples = struct.unpack_from(">BHHB", segments[marker])
    return PackedForm(height, width, samples, bits, _FRAMES[marker])


def unpacks_as(packed: bytes) -> str:
    """The colours that unpacking gives where the picture itself says it.

    Of JPEG 2000 these are RGB where its component transform is on (ISO 15444-1, annex G), its colour
    channels are smaller, or its own header names a colour space; of JPEG what Adobe's marker says.

    Args:
        packed: As `packed_form`.

    Returns:
        "RGB", "YBR_FULL", or "" where nothing is said.
    """
    if packed.startswith(_JP2) and re.search(rb"colr\x01..\0\0\0[\x10\x12]", packed[:4096], re.DOTALL):
        return "RGB"
    if is_jpeg_2000(packed):
        begin = packed.find(_CODESTREAM)
        return "RGB" if begin >= 0 and _is_transformed(packed[begin:]) else ""
    return _of_adobe(packed) if packed.startswith(_JPEG) else ""


def is_jpeg_2000(packed: bytes) -> bool:
    """Whether a compressed picture is one of JPEG 2000."""
    return packed.startswith((_JP2, _CODESTREAM))


def _is_transformed(packed: bytes) -> bool:
    """Whether three components of JPEG 2000 come out as red, green and blue."""
    segments = _segments(packed)
    size, coding = segments.get(_SIZE, b""), segments.get(_CODING, b"")
    steps = {size[place : place + 2] for place in range(37, len(size) - 1, 3)}
    return len(steps) > 1 or coding[4:5] == b"\1"


def _of_adobe(packed: bytes) -> str:
    marker, form = _segments(packed).get(_ADOBE, b""), packed_form(packed)
    if not marker.startswith(b"Adobe") or form is None or form.samples != 3:
        return ""
    return {b"\0": "RGB", b"\1": "YBR_FULL"}.get(marker[11:12], "")


def _segments(packed: bytes) -> dict[int, bytes]:
    """The contents of the segments before the pixels, by marker; the first of each kind."""
    found: dict[int, bytes] = {}
    place = 2
    while place + 4 <= len(packed) and packed[place] == 0xFF and packed[place + 1] not in _PIXELS:
        marker = packed[place + 1]
        if marker == 0xFF:  # a byte that fills up
            place += 1
            continue
        length = 0 if marker in _WITHOUT_LENGTH else int.from_bytes(packed[place + 2 : place + 4], "big")
        found.setdefault(marker, packed[place + 4 : place + 2 + length])
        place += 2 + length
    return found
