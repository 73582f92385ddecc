"""The pieces that the networks are put together from: convolution blocks, halving, doubling.

Part of the keras band; knows nothing of data, losses or training.
"""

from __future__ import annotations

import itertools
from typing import Any, Literal

import keras

from core.config import NetConfig
from core.nets.fused_norm import FusedBatchNormalization

# 0.9 rather than Keras' 0.99: a fine-tune takes about a hundred steps, and the statistics must have followed
# by then.
NORM_MOMENTUM = 0.9
NORM_EPSILON = 1e-3


class Blocks:
    """Makes named layers with one arithmetic, one kind of normalisation and seeds that count up.

    Args:
        config: The network's settings.
        dtype: Keras type policy, "float32" or "mixed_bfloat16".
        normalization: "stock" for Keras' layer, "fused" for TensorFlow's kernel (training on one replica).
        seed: Of the first layer's weights; each further layer takes the next number.
    """

    def __init__(
        self, config: NetConfig, *, dtype: str, normalization: Literal["stock", "fused"], seed: int
    ) -> None:
        self.config = config
        self.dtype = dtype
        self.normalization = normalization
        self._seeds = itertools.count(seed)

    def initializer(self) -> Any:
        """He et al. 2015 (arXiv:1502.01852), which suits ReLU, with this layer's own seed."""
        return keras.initializers.HeNormal(seed=next(self._seeds))

    def double_conv(self, x: Any, filters: int, name: str, *, dropout: float = 0.0) -> Any:
        """Two 3x3 convolutions, each with normalisation and ReLU; dropout at the end where it is above 0."""
        for part in ("a", "b"):
            x = self._conv(x, filters, 3, f"{name}_conv_{part}")
            if self.config.batch_norm:
                x = self._normalize(x, f"{name}_norm_{part}")
            x = keras.layers.Activation("relu", dtype=self.dtype, name=f"{name}_relu_{part}")(x)
        if dropout:
            x = keras.layers.Dropout(
                dropout, seed=next(self._seeds), dtype=self.dtype, name=f"{name}_dropout"
            )(x)
        return x

    def halve(self, x: Any, name: str) -> Any:
        """2x2 maximum."""
        return keras.layers.MaxPooling2D(2, dtype=self.dtype, name=f"{name}_pool")(x)

    def double(self, x: Any, filters: int, name: str) -> Any:
        """Twice the sides, `filters` channels: 2x2 transposed convolution, or bilinear and a convolution."""
        if self.config.upsampling == "transpose":
            return keras.layers.Conv2DTranspose(
                filters,
                2,
                strides=2,
                kernel_initializer=self.initializer(),
                dtype=self.dtype,
                name=f"{name}_up",
            )(x)
        x = keras.layers.UpSampling2D(2, interpolation="bilinear", dtype=self.dtype, name=f"{name}_resize")(x)
        return self._conv(x, filters, 3, f"{name}_up", bias=True)

    def join(self, skip: Any, x: Any, name: str) -> Any:
        """The skip connection's channels before those that came up."""
        return keras.layers.Concatenate(dtype=self.dtype, name=f"{name}_join")([skip, x])

    def _conv(self, x: Any, filters: int, size: int, name: str, *, bias: bool | None = None) -> Any:
        return keras.layers.Conv2D(
            filters,
            size,
            padding="same",
            # Normalisation adds an offset of its own.
            use_bias=not self.config.batch_norm if bias is None else bias,
            kernel_initializer=self.initializer(),
            dtype=self.dtype,
            name=name,
        )(x)

    def _normalize(self, x: Any, name: str) -> Any:
        layer = FusedBatchNormalization if self.normalization == "fused" else keras.layers.BatchNormalization
        return layer(momentum=NORM_MOMENTUM, epsilon=NORM_EPSILON, dtype=self.dtype, name=name)(x)
