"""A made-up data set whose answer is known: uniform noise, and a mask that is "pixel above a half".

A network that reads pixels rightly can solve it all but perfectly, so it measures the training loop and not
the data.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.datasets.layout import images_dir, masks_dir
from core.datasets.matching import Pair
from core.files import write_whole
from core.imaging.masks import encode_png


def noise_pair(
    side: int, bits: Literal[8, 16], seed: int, index: int
) -> tuple[NDArray[np.uint8 | np.uint16], NDArray[np.bool_]]:
    """One image and its mask, the same for the same arguments.

    The mask is taken from the values as they are stored, value / largest value > 0.5: taken from real numbers
    before rounding it would contradict its own image wherever a pixel is rounded across the half.

    Args:
        side: In pixels.
        bits: 8 or 16 a pixel.
        seed: Of the set.
        index: Of the image in the set.

    Returns:
        (side, side) uint8 or uint16, every value as likely as any other; (side, side) bool.
    """
    kind = np.uint8 if bits == 8 else np.uint16
    generator = np.random.default_rng((seed, index))
    image = generator.integers(0, 2**bits, (side, side), kind)
    return image, image > (2**bits - 1) / 2


def write_noise_set(root: Path, num_images: int, *, side: int, bits: Literal[8, 16], seed: int) -> list[Pair]:
    """The pairs as PNG in root/train of the training layout; files that are there already stay.

    Args:
        root: Folder to write to.
        num_images: At least 1.
        side: In pixels.
        bits: 8 or 16 a pixel.
        seed: Equal seeds give equal files.
    """
    pairs = []
    for index in range(num_images):
        stem = f"noise_{index:05d}"
        pair = Pair(stem, images_dir(root, "train") / f"{stem}.png", masks_dir(root, "train") / f"{stem}.png")
        if not (pair.image_path.exists() and pair.mask_path.exists()):
            image, mask = noise_pair(side, bits, seed, index)
            write_whole(pair.image_path, encode_png(image))
            write_whole(pair.mask_path, encode_png(mask))
        pairs.append(pair)
    return pairs
