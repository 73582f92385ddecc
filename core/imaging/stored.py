"""What a file holds before it is read as an image or as a mask; the readers of the formats all return it.

Also the limits that every reader checks on the header, before any pixel is decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.config import Limits
from core.errors import BadFileError
from core.imaging.geometry import Geometry
from core.language.sentence import Sentence


@dataclass(frozen=True)
class StoredPixels:
    """The pixels of one file.

    Attributes:
        values: (H, W) or (H, W, 3) RGB, as they are meant to be seen; any integer or float type.
        kind: "hu" for Hounsfield units, else "display".
        unsaid: (H, W), grey values as the file's own numbers, where it cannot say whether they are Hounsfield
            units; None where it says it, or they cannot be.
        alpha: (H, W) uint8 or uint16, None where the file has none.
        numbers: (H, W), what the file holds where `values` is only how that is shown: indices of a palette,
            ink where white is zero, bits before they are spread over 8, DICOM before its window; None where
            both are the same.
        by_number: Whether a mask counts by `numbers`, since the table only says how to show them; a palette
            without it is looked at.
        shown: Values that become black and white, None for the robust range of all values.
        says_undefined: Whether its description says that 255 is what nobody decided (`UNDEFINED_SAID`).
        lossy: Whether a codec may have changed values, as JPEG does.
        num_pictures: Pages, frames or pictures of the file; these pixels are one of them.
        notes: Plain sentences for the person.
    """

    values: NDArray[Any]
    kind: Literal["display", "hu"] = "display"
    unsaid: NDArray[Any] | None = None
    alpha: NDArray[Any] | None = None
    numbers: NDArray[Any] | None = None
    by_number: bool = False
    shown: tuple[float, float] | None = None
    says_undefined: bool = False
    lossy: bool = False
    num_pictures: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenFile:
    """A file whose pictures can be read one after the other, without all of them being in memory.

    Attributes:
        read: One picture by its number in the file. Going up is quick; other ways may read all before it.
        order: Numbers of the pictures in the order in which they belong, each from 0.
        geometry: Spacing and place of the pixels, None where the file does not say.
        notes: Plain sentences on the file as a whole.
        masks_only: Why it is no image and no single mask, empty for all but masks of many slices.
        origins: (pictures, 3) mm (RAS+), where the first pixel of each picture in order lies;
            None but for masks that may lack slices.
        channels: What its channels are called, "" where nobody says; empty for a file of one. `order` are the
            pictures of one of them.
    """

    read: Callable[[int], StoredPixels]
    order: tuple[int, ...] = (0,)
    geometry: Geometry | None = None
    notes: tuple[str, ...] = ()
    masks_only: str = ""
    origins: NDArray[np.float64] | None = None
    channels: tuple[str, ...] = ()

    def of_channel(self, channel: int) -> OpenFile:
        """The same pictures of another channel; of the one after the last all as red, green and blue."""
        places = len(self.order)
        return replace(self, order=tuple(channel * places + frame % places for frame in self.order))

    def holds(self, frame: int) -> bool:
        """Whether there is a picture of that number, of whichever channel."""
        if not self.channels:
            return frame in self.order
        return 0 <= frame < len(self.order) * (len(self.channels) + 1)


def joined(stored: Sequence[StoredPixels]) -> StoredPixels:
    """Slices of one file, one below the other, so that what their values mean is found over all of them.

    Slices of several sizes cannot be; then it is the first alone that still says how many there are.
    """
    first = stored[0]
    if len({each.values.shape for each in stored}) > 1:
        return first

    def together(pixels: list[NDArray[Any] | None]) -> NDArray[Any] | None:
        known = [each for each in pixels if each is not None]
        return np.concatenate(known) if len(known) == len(pixels) else None

    # A reader may need numbers of their own for some slices alone; of the others the values are these.
    numbered = next((each for each in stored if each.numbers is not None), None)
    if numbered is not None and numbered.values.ndim == 2:
        stored = [replace(each, numbers=each.values) if each.numbers is None else each for each in stored]
    return replace(
        numbered or first,
        values=np.concatenate([each.values for each in stored]),
        alpha=together([each.alpha for each in stored]),
        numbers=together([each.numbers for each in stored]),
        num_pictures=1,
    )


def check_size(name: str, height: int, width: int) -> None:
    """Refuse an image that is empty or larger than the limits.

    Raises:
        BadFileError: No pixels, too long a side, or too many pixels.
    """
    if height < 1 or width < 1:
        raise BadFileError(
            name,
            "says that it is {width} x {height} pixels, so there is no image in it.",
            width=width,
            height=height,
        )
    limits = Limits.from_environment()
    if height * width > limits.max_pixels or max(height, width) > limits.max_side:
        raise BadFileError(
            name,
            "is {width} x {height} pixels; at most {max_pixels:,} pixels and {max_side:,} a side "
            "are let in, so scale it down or raise LIMIT_MAX_PIXELS and LIMIT_MAX_SIDE.",
            width=width,
            height=height,
            max_pixels=limits.max_pixels,
            max_side=limits.max_side,
        )


def check_shape(pixels: NDArray[Any], shape: tuple[int, int], name: str) -> None:
    """Refuse a mask, or a slice of it, that has not the (height, width) of its image.

    Raises:
        BadFileError: Naming both sizes.
    """
    if pixels.shape[:2] == tuple(shape):
        return
    turned = Sentence(" One of the two lies turned, as a header may say that an image is.")
    raise BadFileError(
        name,
        "is {width} x {height} pixels, but its image is {shape} x {shape_2}; they must be the same.{turned}",
        width=pixels.shape[1],
        height=pixels.shape[0],
        shape=shape[1],
        shape_2=shape[0],
        turned=turned if pixels.shape[1::-1] == tuple(shape) else "",
    )


def spread_bits(numbers: NDArray[Any], num_bits: int) -> NDArray[np.uint8]:
    """Values of 1 to 7 bits over the whole of 8, so that the largest is white."""
    return np.asarray(numbers.astype(np.uint16) * 255 // (2**num_bits - 1), np.uint8)


def inverts(table: NDArray[np.uint8]) -> bool:
    """Whether a table of 256 colours only goes from white to black: in Fiji's, 255 is shown black.

    Args:
        table: (256, 3).
    """
    return np.array_equal(table, np.arange(255, -1, -1, dtype=np.uint8)[:, None].repeat(3, axis=1))


def broken(name: str, what: str) -> BadFileError:
    """The error for a file that begins right and then does not hold what it promises."""
    return BadFileError(name, "is cut off or damaged ({what}); copy or export it again.", what=what)
