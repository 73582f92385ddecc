"""Random changes of a training pair, as pure functions of (seed, pass over the data, index of the image).

All of the geometry is one affine map, with an elastic one and a crop in the same step, so each image is
interpolated once; brightness, contrast, gamma and colour are one table. On the CPU, without TensorFlow, both
together take well under a millisecond at 256x256; elastic changes add 0.2 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.config import AugmentConfig
from core.imaging.hair import draw_hair
from core.training.elastic import Maps, elastic_maps

CROP_STEP = 32


@dataclass(frozen=True)
class Change:
    """What is done to one pair.

    Attributes:
        matrix: (2, 3) float64, the pixel (x, y) of the input to that of the output.
        exponent: Of the input's values in [0, 1].
        contrast: Factor around 0.5.
        brightness: Added.
        colour: (3,) factors of the channels.
        noise: Standard deviation of what is added to each value.
        hair_seed: Of the hairs that are drawn over it, None for none.
        maps: Where each pixel of the output comes from, x and y, each (H, W) float32, in place of `matrix`;
            None where nothing bends.
        size: (height, width) of the output in pixels, None for that of the input.
    """

    matrix: NDArray[np.float64]
    exponent: float
    contrast: float
    brightness: float
    colour: NDArray[np.float64]
    noise: float
    noise_seed: int
    hair_seed: int | None = None
    maps: Maps | None = None
    size: tuple[int, int] | None = None


def changed_size(config: AugmentConfig, size: tuple[int, int]) -> tuple[int, int]:
    """(height, width) of what is learnt from of an image of that size, in pixels.

    The sides of a crop are multiples of `CROP_STEP`, which most networks halve evenly.
    """
    if config.crop == 0:
        return size
    height, width = (min(side, max(1, round(side * config.crop / CROP_STEP)) * CROP_STEP) for side in size)
    return height, width


def draw_change(config: AugmentConfig, size: tuple[int, int], seed: tuple[int, int, int]) -> Change:
    """The change of one image in one pass over the data.

    Args:
        size: (height, width) of the image in pixels.
        seed: (seed of the run, number of the pass, index of the image), each >= 0.
    """
    height, width = size
    generator = np.random.default_rng(seed)
    # Drawn in a fixed order and all of them, so that switching one change off leaves the others as they were.
    flip_x, flip_y = generator.random(2)
    turn, zoom, move_x, move_y, exponent, contrast, brightness = generator.uniform(-1, 1, 7)
    colour = generator.uniform(-1, 1, 3)
    noise, noise_seed = generator.random(), int(generator.integers(2**63))
    hair, hair_seed = generator.random(), int(generator.integers(2**63))
    elastic = generator.random()
    matrix = _affine(
        size,
        degrees=turn * config.rotation,
        scale=1 + zoom * config.zoom,
        flips=(flip_x < config.flip_horizontal, flip_y < config.flip_vertical),
        shift=(move_x * config.shift * width, move_y * config.shift * height),
    )
    maps = None
    if config.elastic > 0:
        largest = elastic * config.elastic * min(size)
        maps = elastic_maps(matrix, size, largest=largest, generator=generator)
    high, wide = changed_size(config, size)
    top, left = (int(generator.integers(side)) for side in (height - high + 1, width - wide + 1))
    matrix[:, 2] -= (left, top)
    if maps is not None:
        map_x, map_y = (each[top : top + high, left : left + wide] for each in maps)
        maps = np.ascontiguousarray(map_x), np.ascontiguousarray(map_y)
    return Change(
        matrix,
        exponent=1 + exponent * config.gamma,
        contrast=1 + contrast * config.contrast,
        brightness=brightness * config.brightness,
        colour=1 + colour * config.colour,
        noise=noise * config.noise,
        noise_seed=noise_seed,
        hair_seed=hair_seed if hair < config.hair else None,
        maps=maps,
        size=(high, wide),
    )


def change_image(image: NDArray[Any], change: Change) -> NDArray[Any]:
    """(H, W, C) uint8 or uint16 moved and recoloured; what comes in at the borders is the image mirrored.

    What comes out has the height and width of the change, which are smaller where a crop is cut out.
    """
    moved = _warp(image, change, cv2.INTER_LINEAR)
    table = _table(change, image.dtype, image.shape[-1])
    recoloured = np.stack([np.take(table[c], moved[..., c]) for c in range(image.shape[-1])], axis=-1)
    if change.hair_seed is not None:
        recoloured = draw_hair(recoloured, np.random.default_rng(change.hair_seed))
    if change.noise <= 0:
        return recoloured
    largest = np.iinfo(image.dtype).max
    noise = np.random.default_rng(change.noise_seed).standard_normal(recoloured.shape, dtype=np.float32)
    noisy = recoloured + noise * np.float32(change.noise * largest)
    return np.rint(np.clip(noisy, 0, largest)).astype(image.dtype)


def change_labels(labels: NDArray[np.uint8], change: Change) -> NDArray[np.uint8]:
    """(H, W) uint8 moved exactly as its image; values stay values (nearest neighbour)."""
    return _warp(labels, change, cv2.INTER_NEAREST)


def _affine(
    size: tuple[int, int],
    *,
    degrees: float,
    scale: float,
    flips: tuple[bool, bool],
    shift: tuple[float, float],
) -> NDArray[np.float64]:
    """Flip, then turn and scale, all about the middle of the image, then shift; (2, 3)."""
    angle = np.deg2rad(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([-1.0 if flips[0] else 1.0, -1.0 if flips[1] else 1.0])
    height, width = size
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    return np.column_stack([linear, middle - linear @ middle + np.array(shift)])


def _warp(pixels: NDArray[Any], change: Change, interpolation: int) -> NDArray[Any]:
    height, width = change.size or pixels.shape[:2]
    border = cv2.BORDER_REFLECT_101
    if change.maps is None:
        moved = cv2.warpAffine(pixels, change.matrix, (width, height), flags=interpolation, borderMode=border)
    else:
        moved = cv2.remap(pixels, *change.maps, interpolation, borderMode=border)
    return np.asarray(moved).reshape(height, width, *pixels.shape[2:])


def _table(change: Change, kind: np.dtype[Any], channels: int) -> NDArray[Any]:
    """(C, levels): the value that each stored value becomes."""
    largest = np.iinfo(kind).max
    values = np.linspace(0, 1, largest + 1) ** change.exponent
    values = (values - 0.5) * change.contrast + 0.5 + change.brightness
    tinted = values * change.colour[:channels, None] if channels > 1 else values[None]
    return np.rint(np.clip(tinted, 0, 1) * largest).astype(kind)
