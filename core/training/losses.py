"""What training makes small, as plain functions of a packed target and logits, on any Keras backend.

A target is (N, H, W, 2) float32: the class index and the weight of each pixel. A weight of 0 is a pixel that
nobody decided; it counts in no sum. Logits are (N, H, W, C): with C = 1 a sigmoid tells foreground from
background, else a softmax tells C classes, background first. Each function gives one number an image, (N,)
float32, so that the mean over a batch does not depend on how the batch was divided; an image without a
weighted pixel has the loss 0 and the scores 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import ops

from core.language.sentence import Sentence

Loss = Callable[[Any, Any], Any]

# One pixel in both sums: an empty mask that is predicted empty has no loss, and there is no 0 / 0.
SMOOTH = 1.0
# As published: gamma of Lin et al. 2017, and the weights of false alarms and misses of Salehi et al. 2017.
FOCAL_GAMMA = 2.0
TVERSKY_ALPHA, TVERSKY_BETA = 0.3, 0.7


def cross_entropy(target: Any, logits: Any) -> Any:
    """Weighted mean over pixels of -log p, with p the probability of the pixel's own class.

    The binary cross-entropy with one channel, -t log p - (1 - t) log(1 - p) with p = sigmoid(logit), and the
    sparse categorical one with several.
    """
    return _weighted_mean(-_log_probability(target, logits), target)


def dice_loss(target: Any, logits: Any) -> Any:
    """1 - (2 sum(w p t) + 1) / (sum(w p) + sum(w t) + 1), the soft Dice loss of each image.

    After Milletari, Navab and Ahmadi 2016 (V-Net, arXiv:1606.04797), without their squares, as in Drozdzal et
    al. 2016 (arXiv:1608.04117). Of several classes the mean over the foreground ones; a class that is neither
    there nor predicted has no loss.
    """
    truth, weight = _foreground_truth(target, logits)
    probability = _foreground_probability(logits)
    both = _sum(weight * probability * truth)
    total = _sum(weight * probability) + _sum(weight * truth)
    return ops.mean(1.0 - (2.0 * both + SMOOTH) / (total + SMOOTH), axis=-1)


def bce_dice(target: Any, logits: Any) -> Any:
    """Cross-entropy + soft Dice loss, the sum that nnU-Net trains on (Isensee et al. 2021)."""
    return cross_entropy(target, logits) + dice_loss(target, logits)


def focal_loss(target: Any, logits: Any) -> Any:
    """Weighted mean over pixels of -(1 - p)^2 log p, with p the probability of the pixel's own class.

    Lin et al. 2017 (arXiv:1708.02002) with their gamma of 2 and without their alpha, which balances classes;
    they divide by the number of foreground anchors, here by the weighted pixels.
    """
    log_probability = _log_probability(target, logits)
    missing = -ops.expm1(log_probability)
    return _weighted_mean(-(missing**FOCAL_GAMMA) * log_probability, target)


def tversky_loss(target: Any, logits: Any) -> Any:
    """1 - (TP + 1/2) / (TP + 0.3 FP + 0.7 FN + 1/2) of soft counts: a miss costs more than a false alarm.

    Salehi, Erdogmus and Gholipour 2017 (arXiv:1706.05721) with their best alpha and beta; with both at 0.5 it
    is the soft Dice loss above. TP = sum(w p t), FP = sum(w p (1 - t)), FN = sum(w (1 - p) t). Of several
    classes the mean over the foreground ones.
    """
    truth, weight = _foreground_truth(target, logits)
    probability = _foreground_probability(logits)
    both = _sum(weight * probability * truth)
    false_alarm = _sum(weight * probability) - both
    missed = _sum(weight * truth) - both
    part = both + TVERSKY_ALPHA * false_alarm + TVERSKY_BETA * missed
    return ops.mean(1.0 - (both + SMOOTH / 2) / (part + SMOOTH / 2), axis=-1)


LOSSES: dict[str, Loss] = {
    "bce": cross_entropy,
    "dice": dice_loss,
    "bce_dice": bce_dice,
    "focal": focal_loss,
    "tversky": tversky_loss,
    "cross_entropy": cross_entropy,
}


def get_loss(name: str, num_classes: int) -> Loss:
    """The loss of that name; an unknown name and a binary loss for several classes are a `ValueError`."""
    if name not in LOSSES:
        raise ValueError(f"there is no loss {name!r}; choose one of {', '.join(LOSSES)}")
    if name == "bce" and num_classes > 1:
        raise ValueError(
            Sentence(
                'the loss "bce" is for one foreground, got {num_classes} classes; take "cross_entropy"',
                num_classes=num_classes,
            )
        )
    return LOSSES[name]


def dice_score(target: Any, logits: Any) -> Any:
    """Dice of each image at the threshold 0.5, or of the likeliest class, over weighted pixels.

    Of several classes the mean over the foreground ones; one that is neither there nor predicted scores 1.
    """
    truth, weight = _foreground_truth(target, logits)
    predicted = _foreground(_likeliest(logits), logits.shape[-1])
    both = _sum(weight * predicted * truth)
    total = _sum(weight * predicted) + _sum(weight * truth)
    return ops.mean(ops.where(total > 0, 2.0 * both / ops.maximum(total, 1e-6), 1.0), axis=-1)


def pixel_accuracy(target: Any, logits: Any) -> Any:
    """The weighted part of the pixels whose class is right, at the threshold 0.5 of a sigmoid."""
    labels, weight = unpack(target)
    right = ops.cast(_likeliest(logits) == ops.cast(labels, "int32"), "float32")
    total = ops.sum(weight, axis=(1, 2))
    return ops.where(total > 0, ops.sum(right * weight, axis=(1, 2)) / ops.maximum(total, 1e-6), 1.0)


def unpack(target: Any) -> tuple[Any, Any]:
    """Class index and weight, each (N, H, W) float32."""
    packed = ops.cast(target, "float32")
    return packed[..., 0], packed[..., 1]


def _log_probability(target: Any, logits: Any) -> Any:
    """(N, H, W) log p of each pixel's own class, finite for any logits."""
    labels, _ = unpack(target)
    z = ops.cast(logits, "float32")
    if logits.shape[-1] == 1:
        z = z[..., 0]
        return z * labels - ops.maximum(z, 0.0) - ops.log1p(ops.exp(-ops.abs(z)))
    return sum(ops.where(labels == k, each, 0.0) for k, each in enumerate(_log_softmax(z)))


def _log_softmax(z: Any) -> list[Any]:
    """The (N, H, W) log p of each class: z - log sum exp z, shifted by the largest z so that it stays finite.

    Class by class, since operations along a last axis of a few classes are slow on a processor: BCE + Dice of
    three classes at 256x256 took 8 processor milliseconds an image so, and takes 5 like this.
    """
    parts = ops.unstack(z, axis=-1)
    largest = ops.stop_gradient(ops.max(z, axis=-1))
    shifted = [part - largest for part in parts]
    log_sum = ops.log(sum(ops.exp(part) for part in shifted))
    return [part - log_sum for part in shifted]


def _foreground_truth(target: Any, logits: Any) -> tuple[Any, Any]:
    """Where each foreground class is, (N, H, W, K) float32, and the weights, (N, H, W, 1)."""
    labels, weight = unpack(target)
    return _foreground(labels, logits.shape[-1]), weight[..., None]


def _foreground(labels: Any, num_classes: int) -> Any:
    if num_classes == 1:
        return ops.cast(labels, "float32")[..., None]
    return ops.one_hot(ops.cast(labels, "int32"), num_classes, dtype="float32")[..., 1:]


def _foreground_probability(logits: Any) -> Any:
    z = ops.cast(logits, "float32")
    if logits.shape[-1] == 1:
        return ops.sigmoid(z)
    return ops.stack([ops.exp(each) for each in _log_softmax(z)[1:]], axis=-1)


def _likeliest(logits: Any) -> Any:
    """(N, H, W) int32 class index; a tie is background."""
    if logits.shape[-1] == 1:
        return ops.cast(logits[..., 0] > 0, "int32")
    return ops.cast(ops.argmax(logits, axis=-1), "int32")


def _sum(each: Any) -> Any:
    """Over rows and columns: (N, H, W, K) to (N, K)."""
    return ops.sum(each, axis=(1, 2))


def _weighted_mean(each: Any, target: Any) -> Any:
    """Over pixels: (N, H, W) to (N,)."""
    _, weight = unpack(target)
    return ops.sum(each * weight, axis=(1, 2)) / ops.maximum(ops.sum(weight, axis=(1, 2)), 1e-6)
