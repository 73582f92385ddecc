"""Images, masks and probabilities at another size, for training and prediction alike. Pure array work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.config import ScalingConfig
from core.imaging import hair
from core.imaging.class_table import UNDEFINED
from core.imaging.decode import DecodedImage
from core.imaging.intensity import scale_intensity
from core.imaging.overlay import thumbnail


def network_input(
    image: DecodedImage,
    size: tuple[int, int],
    channels: int,
    scaling: ScalingConfig,
    *,
    remove_hair: bool = False,
) -> NDArray[np.float32]:
    """The image as a network takes it, stretched to a size.

    Stretched rather than padded: the aspect ratio is not kept, and all of the network's input is image.

    Args:
        image: A decoded image of any size.
        size: (height, width) wanted.
        channels: 1 or 3.
        scaling: Stored values to network input.
        remove_hair: Remove hair first, from colour images of 8 bit (`core.imaging.hair`).

    Returns:
        (height, width, channels) float32 in [0, 1].
    """
    if remove_hair and image.values.ndim == 3 and image.values.dtype == np.uint8:
        image = replace(image, values=hair.remove_hair(thumbnail(image.values, hair.WORKING_SIDE)))
    scaled = scale_intensity(image, scaling, channels)
    return _resize(scaled, size).reshape(*size, channels)


def resize_labels(labels: NDArray[Any], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A mask at another size: foreground where at least half of a pixel was.

    Args:
        labels: (H, W) in {0, 1}.
        size: (height, width) wanted.

    Returns:
        (height, width) uint8 in {0, 1}.
    """
    if labels.shape == size:
        return labels.astype(np.uint8)
    return np.asarray(_resize(labels.astype(np.float32), size) >= 0.5, np.uint8)


def resize_classes(labels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A mask of several classes at another size: the class of the largest part of each pixel.

    Args:
        labels: (H, W) class indices; UNDEFINED counts for no class.
        size: (height, width) wanted.

    Returns:
        (height, width) uint8 class indices, the lower one of a tie; 0 where nothing is defined.
    """
    if labels.shape == size:
        return np.where(labels == UNDEFINED, np.uint8(0), labels)
    present = [int(index) for index in np.flatnonzero(np.bincount(labels.ravel())) if index != UNDEFINED]
    parts = [_resize((labels == index).astype(np.float32), size) for index in present]
    if not parts:
        return np.zeros(size, np.uint8)
    largest: NDArray[np.uint8] = np.array(present, np.uint8)[np.argmax(parts, axis=0)]
    return np.where(np.max(parts, axis=0) > 0, largest, np.uint8(0))


def resize_probability(probability: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Probabilities at another size; bilinear, so they stay in [0, 1].

    Args:
        probability: (H, W, C) float32 in [0, 1].
        size: (height, width) wanted.

    Returns:
        (height, width, C) float32 in [0, 1].
    """
    return _resize(probability, size).reshape(*size, probability.shape[-1])


def _resize(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Averaged over areas where a side shrinks, else bilinear; unchanged at the same size."""
    if values.shape[:2] == size:
        return values
    shrinks = values.shape[0] > size[0] or values.shape[1] > size[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    # OpenCV averages over areas of four channels at most.
    channels = 1 if values.ndim == 2 else values.shape[2]
    parts = [values] if channels <= 4 else np.split(values, channels, axis=2)
    resized = [cv2.resize(part, (size[1], size[0]), interpolation=interpolation) for part in parts]
    return np.asarray(resized[0] if channels <= 4 else np.stack(resized, axis=-1), np.float32)
