"""Probability -> threshold -> mask, and small operations on masks: pure and instant: nothing predicts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_LEAST_THRESHOLD = 0.05
"""Below it every network finds something everywhere."""


def quantise(probability: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Probabilities in 8 bit, as the editor gets them and drafts keep them.

    Args:
        probability: (H, W) in [0, 1]; values outside are clipped.

    Returns:
        (H, W) uint8, round(255 p).
    """
    return np.asarray(np.rint(np.clip(probability, 0, 1) * 255), np.uint8)


@dataclass(frozen=True)
class Proposal:
    """What a model proposes for each pixel, as the editor gets it.

    Attributes:
        proposed: (H, W) uint8, the most likely foreground class, 1 or more.
        confidence: (H, W) uint8, 255 times how much that class is likelier than background.
    """

    proposed: NDArray[np.uint8]
    confidence: NDArray[np.uint8]

    def mask(self, threshold: float) -> NDArray[np.uint8]:
        """(H, W) uint8 of classes: the proposed one where its confidence reaches the threshold, else 0."""
        return np.where(threshold_mask(self.confidence, threshold), self.proposed, 0).astype(np.uint8)


def propose(probability: NDArray[np.floating[Any]]) -> Proposal:
    """The proposed class k and its confidence p_k / (p_k + p_background).

    At the threshold 0.5 that is the likelier of the two; with one class the confidence is its probability.

    Args:
        probability: (H, W) of one foreground class, or (H, W, C) from a softmax, background first; of a tie
            the lower class is proposed. Where class and background are both 0 the confidence is 0.
    """
    if probability.ndim == 2:
        return Proposal(np.ones(probability.shape, np.uint8), quantise(probability))
    proposed = 1 + np.argmax(probability[..., 1:], axis=-1)
    likelihood = np.take_along_axis(probability, proposed[..., None], axis=-1)[..., 0]
    both = likelihood + probability[..., 0]
    confidence = np.divide(likelihood, both, out=np.zeros_like(both), where=both > 0)
    return Proposal(proposed.astype(np.uint8), quantise(confidence))


def threshold_mask(probability: NDArray[np.uint8], threshold: float) -> NDArray[np.bool_]:
    """Foreground where the probability reaches the threshold.

    The editor has the same formula, p8 >= ceil(255 t - 1e-9), so that what is seen is what is saved: at 0
    everything is foreground, at 1 only what is certain, and a tie is foreground.

    Args:
        probability: (H, W) uint8 from `quantise`: a probability or a confidence.
        threshold: In [0, 1].

    Returns:
        (H, W) bool.

    Raises:
        ValueError: A threshold outside [0, 1].
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"a threshold lies in [0, 1], got {threshold}")
    return probability >= math.ceil(threshold * 255 - 1e-9)


def finding_threshold(confidence: NDArray[np.uint8], threshold: float) -> float | None:
    """A lower threshold that finds something where this one finds nothing.

    Args:
        confidence: (H, W) uint8 from `quantise`.
        threshold: The one that finds nothing.

    Returns:
        The highest whole percent at which a thousandth of the pixels are foreground; None where they are more
        than background at no threshold from 0.05 on, or where `threshold` is not above it.
    """
    counts = np.bincount(confidence.ravel(), minlength=256)
    at_least = np.cumsum(counts[::-1])[::-1]
    enough = np.flatnonzero(at_least >= max(1, confidence.size / 1000))
    lower = math.floor(100 * float(enough[-1]) / 255) / 100
    return lower if _LEAST_THRESHOLD <= lower < threshold else None


def likeliest(probability: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """The class of the highest probability, (H, W) uint8; of a tie the lower index.

    Args:
        probability: (H, W, C), background first.
    """
    return np.asarray(np.argmax(probability, axis=-1), np.uint8)


def fill_holes(mask: NDArray[Any]) -> NDArray[np.bool_]:
    """The mask with every background area (4-connected) filled that does not reach the image's edge."""
    background = np.pad(np.asarray(mask) == 0, 1, constant_values=True).astype(np.uint8)
    cv2.floodFill(background, None, (0, 0), 2)
    return np.asarray(background[1:-1, 1:-1] != 2)


def remove_specks(mask: NDArray[Any], min_pixels: int) -> NDArray[np.bool_]:
    """The mask without its 8-connected parts of fewer than `min_pixels` pixels."""
    foreground = (np.asarray(mask) != 0).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(foreground, connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= min_pixels
    keep[0] = False
    return np.asarray(keep[labels])


def outline(mask: NDArray[Any]) -> NDArray[np.bool_]:
    """Foreground pixels with background above, below, left or right; beyond the edge is background."""
    foreground = (np.asarray(mask) != 0).astype(np.uint8)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    inside = cv2.erode(foreground, cross, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray((foreground != 0) & (inside == 0))


def encode_png(array: NDArray[Any]) -> bytes:
    """A PNG file: (H, W) or (H, W, 3) RGB, uint8 or uint16; bool becomes 0 and 255.

    Raises:
        ValueError: Another type or shape.
    """
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    return _encode(".png", array, [], (np.uint8, np.uint16))


def encode_jpeg(array: NDArray[np.uint8], quality: int = 90) -> bytes:
    """A JPEG file: (H, W) or (H, W, 3) RGB uint8, quality 1 to 100.

    Raises:
        ValueError: Another type or shape.
    """
    return _encode(".jpg", array, [cv2.IMWRITE_JPEG_QUALITY, quality], (np.uint8,))


def _encode(
    suffix: str, array: NDArray[Any], options: list[int], types: tuple[type[np.generic], ...]
) -> bytes:
    if array.dtype.type not in types or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)):
        raise ValueError(f"{suffix} takes (H, W) or (H, W, 3), got {array.shape} {array.dtype}")
    pixels = array if array.ndim == 2 else cv2.cvtColor(np.ascontiguousarray(array), cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(suffix, pixels, options)
    return bytes(encoded)
