"""Correction layer + prediction -> mask: what the person decided, laid over what the model proposed.

A layer has the image's own size and 8 bits a pixel: 0 untouched, 1 background, k + 1 class k. It travels and
is kept as a small PNG whose pixels, decoded by anything, are those numbers, in the bits that they need.
Layers come from browsers, so `decode_layer` believes nothing.
"""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import BadFileError
from core.imaging.masks import Proposal

MOST_CLASSES = 253
"""Classes that a layer of 8 bits can hold: in a mask 255 is what nobody decided."""
UNTOUCHED, BACKGROUND, FOREGROUND = 0, 1, 2

_NAME = "correction layer"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _PALETTE = 0, 3


def decode_layer(png: bytes, shape: tuple[int, int], num_classes: int = 1) -> NDArray[np.uint8]:
    """The layer in a PNG that came from outside.

    Args:
        png: A palette PNG of 1 to 8 bits, or a grey one of 8 bits.
        shape: (height, width) that the image has.
        num_classes: Foreground classes that a person can choose from.

    Returns:
        (H, W) uint8 of 0 to num_classes + 1.

    Raises:
        BadFileError: No such PNG, another size, other values, broken or longer than a layer can be.
    """
    _check_header(png, shape)
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            layer = np.array(picture, dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise BadFileError(_NAME, "the PNG is broken ({error}).", error=error) from None
    if layer.shape != shape or layer.max(initial=0) > num_classes + 1:
        raise BadFileError(
            _NAME,
            "expected pixels of 0 (untouched), 1 (background) and up to {num_classes} (classes).",
            num_classes=num_classes + 1,
        )
    return layer


def encode_layer(layer: NDArray[np.uint8]) -> bytes:
    """A layer as a palette PNG of 2, 4 or 8 bits a pixel, as few as its values need.

    Args:
        layer: (H, W) uint8 of 0 (untouched), 1 (background), k + 1 (class k).

    Raises:
        ValueError: Another type, shape or value.
    """
    largest = int(layer.max(initial=0))
    if layer.dtype != np.uint8 or layer.ndim != 2 or largest > MOST_CLASSES + 1:
        raise ValueError(
            f"a layer is (H, W) uint8 of 0 to {MOST_CLASSES + 1}, got {layer.shape} {layer.dtype}"
        )
    bits = 2 if largest < 4 else 4 if largest < 16 else 8
    picture = Image.fromarray(layer).convert("L")
    # Colour n is (n, n, n): readers that expand palettes (browsers, OpenCV) still see the numbers.
    picture.putpalette([channel for value in range(1 << bits) for channel in (value, value, value)])
    content = io.BytesIO()
    picture.save(content, format="PNG", bits=bits, compress_level=6)
    return content.getvalue()


def apply_layer(proposal: Proposal, threshold: float, layer: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """The mask that the editor shows: as decided where it was, elsewhere the thresholded proposal.

    Args:
        threshold: In [0, 1].
        layer: (H, W) uint8; None for an empty one, which leaves the thresholded proposal bit for bit.

    Returns:
        (H, W) uint8 of class indices, 0 for background.

    Raises:
        ValueError: Layer and proposal differ in size.
    """
    mask = proposal.mask(threshold)
    if layer is None:
        return mask
    if layer.shape != mask.shape:
        raise ValueError(f"the layer has {layer.shape} pixels, the prediction {mask.shape}")
    decided = layer != UNTOUCHED
    mask[decided] = layer[decided] - BACKGROUND
    return mask


def _check_header(png: bytes, shape: tuple[int, int]) -> None:
    """Refuse by the first 29 bytes, before anything is unpacked."""
    height, width = shape
    if len(png) < 29 or not png.startswith(_SIGNATURE) or png[12:16] != b"IHDR":
        raise BadFileError(_NAME, "expected a PNG.")
    given_width, given_height, bits, colour = struct.unpack(">IIBB", png[16:26])
    if (given_height, given_width) != shape:
        raise BadFileError(
            _NAME,
            "is {given_width} x {given_height} pixels, but the image is {width} x {height}.",
            given_width=given_width,
            given_height=given_height,
            width=width,
            height=height,
        )
    if colour != _PALETTE and (colour, bits) != (_GREY, 8):
        raise BadFileError(_NAME, "expected a palette PNG, or a grey one of 8 bits.")
    if len(png) > height * (width + 1) + 65_536:
        raise BadFileError(
            _NAME, "{num_png} bytes are more than a layer of this size can need.", num_png=len(png)
        )
