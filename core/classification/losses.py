"""The losses of a classifier, on any Keras backend, and how much each label weighs in them.

Truth is (N,) or (N, 1) places of the true labels, logits are (N, K), a loss is (N,) float32.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

FOCAL_GAMMA = 2.0


def focal(truth: Any, logits: Any) -> Any:
    """-(1 - p)^2 log p of the true label's probability p (Lin et al. 2017, arXiv:1708.02002)."""
    each = sparse_cross_entropy(truth, logits)
    return (1.0 - ops.exp(-each)) ** FOCAL_GAMMA * each


def sparse_cross_entropy(truth: Any, logits: Any) -> Any:
    """-log p of the true label's probability p."""
    flat = ops.reshape(truth, (-1,))
    return keras.losses.sparse_categorical_crossentropy(flat, logits, from_logits=True)


def label_weights(
    labels: NDArray[np.int64], num_labels: int, *, balanced: bool, some_missing: bool = False
) -> NDArray[np.float32]:
    """The weight of each label in the loss; N / (K n_k) when balanced (King and Zeng 2001), else 1.

    Args:
        some_missing: Let labels without an image pass, as where a network is trained further that knows them;
            K then counts the others.

    Raises:
        ValueError: A label without an image.
    """
    counts = np.bincount(labels, minlength=num_labels)
    if (counts == 0).any() and not some_missing:
        raise ValueError(f"each of the {num_labels} labels needs a training image, got {counts.tolist()}")
    if not balanced:
        return np.ones(num_labels, np.float32)
    return (len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1))).astype(np.float32)
