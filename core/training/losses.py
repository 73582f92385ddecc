"""What training makes small, as plain functions of a packed target and logits, on any Keras backend.

A target is (N, H, W, 2): the mask and the weight of each pixel. A weight of 0 is a pixel that nobody decided;
it counts in no sum. Each function gives one number an image, so that the mean over a batch does not depend on
how the batch was divided.
"""

from __future__ import annotations

from typing import Any

from keras import ops

# One pixel in both sums: an empty mask that is predicted empty has no loss, and there is no 0 / 0.
SMOOTH = 1.0


def binary_cross_entropy(target: Any, logits: Any) -> Any:
    """Weighted mean over pixels of -t log p - (1 - t) log(1 - p), with p = sigmoid(logit).

    Written on logits as max(z, 0) - z t + log(1 + exp(-|z|)), which stays finite for any z.

    Args:
        target: (N, H, W, 2) float32: mask in {0, 1}, weight >= 0.
        logits: (N, H, W, 1).

    Returns:
        (N,) float32; 0 for an image without a weighted pixel.
    """
    mask, weight = unpack(target)
    z = ops.cast(logits[..., 0], "float32")
    each = ops.maximum(z, 0.0) - z * mask + ops.log1p(ops.exp(-ops.abs(z)))
    return _sum(each * weight) / ops.maximum(_sum(weight), 1e-6)


def dice_loss(target: Any, logits: Any) -> Any:
    """1 - (2 sum(w p t) + 1) / (sum(w p) + sum(w t) + 1), the soft Dice loss of each image.

    After Milletari, Navab and Ahmadi 2016 (V-Net, arXiv:1606.04797), without their squares, as in Drozdzal et
    al. 2016 (arXiv:1608.04117).

    Args:
        target: (N, H, W, 2) float32: mask in {0, 1}, weight >= 0.
        logits: (N, H, W, 1).

    Returns:
        (N,) float32 in [0, 1).
    """
    mask, weight = unpack(target)
    probability = ops.sigmoid(ops.cast(logits[..., 0], "float32"))
    both = _sum(weight * probability * mask)
    total = _sum(weight * probability) + _sum(weight * mask)
    return 1.0 - (2.0 * both + SMOOTH) / (total + SMOOTH)


def bce_dice(target: Any, logits: Any) -> Any:
    """Binary cross-entropy + soft Dice loss, the sum that nnU-Net trains on (Isensee et al. 2021).

    Args:
        target: (N, H, W, 2) float32: mask in {0, 1}, weight >= 0.
        logits: (N, H, W, 1).

    Returns:
        (N,) float32.
    """
    return binary_cross_entropy(target, logits) + dice_loss(target, logits)


def dice_score(target: Any, logits: Any) -> Any:
    """Dice of each image at the threshold 0.5, over weighted pixels; 1 where both masks are empty.

    Args:
        target: (N, H, W, 2) float32: mask in {0, 1}, weight >= 0.
        logits: (N, H, W, 1).

    Returns:
        (N,) float32 in [0, 1].
    """
    mask, weight = unpack(target)
    predicted = ops.cast(logits[..., 0] > 0, "float32")
    both = _sum(weight * predicted * mask)
    total = _sum(weight * predicted) + _sum(weight * mask)
    return ops.where(total > 0, 2.0 * both / ops.maximum(total, 1e-6), 1.0)


def unpack(target: Any) -> tuple[Any, Any]:
    """Mask and weight, each (N, H, W) float32."""
    packed = ops.cast(target, "float32")
    return packed[..., 0], packed[..., 1]


def _sum(each: Any) -> Any:
    return ops.sum(each, axis=(1, 2))
