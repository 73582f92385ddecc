"""Small data sets on disk for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.imaging.masks import encode_png


def noise_image(seed: int, side: int = 24) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 255, (side, side), dtype=np.uint8)


def square_mask(side: int = 24) -> NDArray[np.uint8]:
    mask = np.zeros((side, side), np.uint8)
    mask[4:12, 6:16] = 255
    return mask


def write(root: Path, where: str, values: NDArray[Any] | bytes) -> Path:
    """Write an image, or bytes as they are, to root/where."""
    path = root / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(values if isinstance(values, bytes) else encode_png(values))
    return path


def write_split(root: Path, split: str, seeds: range) -> None:
    for seed in seeds:
        write(root, f"{split}/images/case_{seed:03d}.png", noise_image(seed))
        write(root, f"{split}/masks/case_{seed:03d}.png", square_mask())
