"""Correction layer + prediction -> mask: what the person decided, laid over what the model proposed.

A layer has the image's own size and one value a pixel: 0 untouched, 1 background, 2 foreground. It travels
and is kept as a small PNG whose pixels, decoded by anything, are those numbers. Layers come from browsers, so
`decode_layer` believes nothing.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import BadFileError
from core.imaging.masks import threshold_mask

UNTOUCHED, BACKGROUND, FOREGROUND = 0, 1, 2

_NAME = "correction layer"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _PALETTE = 0, 3
# Colour n of the palette is (n, n, n): readers that expand palettes (browsers, OpenCV) still see the numbers.
_COLOURS = [channel for value in range(4) for channel in (value, value, value)]


def decode_layer(png: bytes, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """The layer in a PNG that came from outside.

    Args:
        png: A palette PNG of 1 to 8 bits, or a grey one of 8 bits.
        shape: (height, width) that the image has.

    Returns:
        (H, W) uint8 of 0, 1 and 2.

    Raises:
        BadFileError: No such PNG, another size, other values, broken or longer than a layer can be.
    """
    _check_header(png, shape)
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            layer = np.array(picture, dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise BadFileError(_NAME, f"the PNG is broken ({error}).") from None
    if layer.shape != shape or layer.max(initial=0) > FOREGROUND:
        raise BadFileError(_NAME, "expected pixels of 0 (untouched), 1 (background) and 2 (foreground) only.")
    return layer


def encode_layer(layer: NDArray[np.uint8]) -> bytes:
    """A layer as a palette PNG of 2 bits a pixel, as the editor makes it.

    Args:
        layer: (H, W) uint8 of 0, 1 and 2.

    Raises:
        ValueError: Another type, shape or value.
    """
    if layer.dtype != np.uint8 or layer.ndim != 2 or layer.max(initial=0) > FOREGROUND:
        raise ValueError(f"a layer is (H, W) uint8 of 0, 1 and 2, got {layer.shape} {layer.dtype}")
    picture = Image.fromarray(layer).convert("L")
    picture.putpalette(_COLOURS)
    content = io.BytesIO()
    picture.save(content, format="PNG", bits=2, compress_level=6)
    return content.getvalue()


def apply_layer(
    probability: NDArray[np.uint8], threshold: float, layer: NDArray[np.uint8] | None
) -> NDArray[np.uint8]:
    """The mask that the editor shows: as decided where it was, elsewhere the thresholded prediction.

    Args:
        probability: (H, W) uint8, 255 times the probability.
        threshold: In [0, 1].
        layer: (H, W) uint8 of 0, 1 and 2; None for an empty one, which leaves the prediction bit for bit.

    Returns:
        (H, W) uint8 of 0 and 1.

    Raises:
        ValueError: Layer and probability differ in size.
    """
    mask = threshold_mask(probability, threshold).astype(np.uint8)
    if layer is None:
        return mask
    if layer.shape != probability.shape:
        raise ValueError(f"the layer has {layer.shape} pixels, the prediction {probability.shape}")
    mask[layer == BACKGROUND] = 0
    mask[layer == FOREGROUND] = 1
    return mask


def layer_from_mask(
    mask: NDArray[Any], probability: NDArray[np.uint8], threshold: float
) -> NDArray[np.uint8]:
    """The smallest layer that turns the prediction into this mask: pixels that agree stay untouched.

    Args:
        mask: (H, W), foreground where not 0.
        probability: (H, W) uint8, 255 times the probability.
        threshold: In [0, 1].

    Returns:
        (H, W) uint8 of 0, 1 and 2, for which `apply_layer` gives the mask back.

    Raises:
        ValueError: Mask and probability differ in size.
    """
    wanted = np.asarray(mask) != 0
    if wanted.shape != probability.shape:
        raise ValueError(f"the mask has {wanted.shape} pixels, the prediction {probability.shape}")
    predicted = threshold_mask(probability, threshold)
    decided = np.where(wanted, FOREGROUND, BACKGROUND)
    return np.where(wanted == predicted, UNTOUCHED, decided).astype(np.uint8)


def _check_header(png: bytes, shape: tuple[int, int]) -> None:
    """Refuse by the first 29 bytes, before anything is unpacked."""
    height, width = shape
    if len(png) < 29 or not png.startswith(_SIGNATURE) or png[12:16] != b"IHDR":
        raise BadFileError(_NAME, "expected a PNG.")
    given_width, given_height, bits, colour = struct.unpack(">IIBB", png[16:26])
    if (given_height, given_width) != shape:
        raise BadFileError(
            _NAME, f"is {given_width} x {given_height} pixels, but the image is {width} x {height}."
        )
    if colour != _PALETTE and (colour, bits) != (_GREY, 8):
        raise BadFileError(_NAME, "expected a palette PNG, or a grey one of 8 bits.")
    if len(png) > height * (width + 1) + 65_536:
        raise BadFileError(_NAME, f"{len(png)} bytes are more than a layer of this size can need.")
