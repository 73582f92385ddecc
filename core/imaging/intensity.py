"""Stored values -> what a screen shows, and -> what a network takes. Pure array work."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.config import GREY_PERCENTILES, ScalingConfig
from core.imaging.decode import DecodedImage
from core.imaging.value_types import robust_range

# Lung window of the shipped CT data: air to dense bone.
DEFAULT_WINDOW = (-1000.0, 400.0)


def to_display(image: DecodedImage, window: tuple[float, float] | None = None) -> NDArray[np.uint8]:
    """The image as a screen shows it.

    8 bit without a window, here or in the file, comes back as it is. Hounsfield units are windowed (-1000 to
    400 without a window). All else is stretched over `grey_range`; an image of one value becomes black.

    Args:
        image: A decoded image.
        window: Stored values that become black and white, low < high.

    Returns:
        (H, W) or (H, W, 3) uint8.

    Raises:
        ValueError: A window whose low is not below its high.
    """
    if window is None and image.kind == "hu":
        window = DEFAULT_WINDOW
    if window is None and image.values.dtype == np.uint8 and image.shown is None:
        return image.values
    if window is None:
        window = grey_range(image)
    return np.asarray(np.rint(_stretch(image.values, *window) * np.float32(255)), np.uint8)


def scale_intensity(image: DecodedImage, scaling: ScalingConfig, channels: int) -> NDArray[np.float32]:
    """The image as a network takes it.

    "range" takes anything but 8 bit as it is shown, over the card's percentiles; "hu_window" takes a picture
    without Hounsfield units as already windowed (0 to 255). Grey is repeated for 3 channels, RGB becomes Rec.
    601 luma for 1.

    Args:
        image: A decoded image.
        scaling: The model's scaling.
        channels: 1 or 3.

    Returns:
        (H, W, channels) float32 in [0, 1].

    Raises:
        ValueError: Another number of channels, or a scaling whose low is not below its high.
    """
    if scaling.kind == "hu_window":
        if image.kind == "hu":
            scaled = _stretch(image.values, scaling.low, scaling.high)
        else:
            scaled = _stretch(_levels(image, scaling), 0.0, 255.0)
    elif scaling.kind == "per_image":
        scaled = _stretch(image.values, *grey_range(image, scaling.percentiles))
    else:
        scaled = _stretch(_levels(image, scaling), scaling.low, scaling.high)
    return _with_channels(scaled, channels)


def grey_range(
    image: DecodedImage, percentiles: tuple[float, float] = GREY_PERCENTILES
) -> tuple[float, float]:
    """The values that become black and white, low < high: the file's own, else robust ones.

    Args:
        image: A decoded image.
        percentiles: Of all values, where the file does not say.
    """
    if image.shown is not None:
        return image.shown
    return robust_range(image.values, percentiles)


def _levels(image: DecodedImage, scaling: ScalingConfig) -> NDArray[np.uint8]:
    """As `to_display`, over the percentiles of a model's card."""
    is_deep = image.kind == "display" and image.values.dtype != np.uint8
    return to_display(image, grey_range(image, scaling.percentiles) if is_deep else None)


def _stretch(values: NDArray[Any], low: float, high: float) -> NDArray[np.float32]:
    """[low, high] to [0, 1], linear, clipped."""
    if not low < high:
        raise ValueError(f"a window needs low < high, got {low:g} to {high:g}")
    if values.dtype == np.uint8:
        table = np.clip((np.arange(256, dtype=np.float32) - low) / (high - low), 0, 1).astype(np.float32)
        return np.asarray(table[values])
    scaled = values.astype(np.float32)
    scaled -= np.float32(low)
    scaled /= np.float32(high - low)
    return np.clip(scaled, 0, 1, out=scaled)


def _with_channels(scaled: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    if channels not in (1, 3):
        raise ValueError(f"expected 1 or 3 channels, got {channels}")
    if scaled.ndim == 2:
        return np.repeat(scaled[..., None], channels, axis=2)
    if channels == 3:
        return scaled
    grey: NDArray[np.float32] = np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2GRAY), np.float32)[..., None]
    return np.minimum(grey, np.float32(1))  # the luma weights add up to a hair above 1
