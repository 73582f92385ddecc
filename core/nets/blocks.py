"""The pieces that the networks are put together from: convolution blocks, halving, doubling, the end.

Part of the keras band; knows nothing of data, losses or training.
"""

from __future__ import annotations

import itertools
from typing import Any, Literal

import keras

from core.config import NetConfig
from core.nets.fused_norm import FusedBatchNormalization
from core.nets.sizes import InputSize

# 0.9 rather than Keras' 0.99: a fine-tune takes about a hundred steps, and the statistics must have followed
# by then.
NORM_MOMENTUM = 0.9
NORM_EPSILON = 1e-3

Normalization = Literal["stock", "synchronized", "fused"]


class _Scaled(keras.layers.Layer):
    """Whole numbers in [0, 1]; Keras' `Rescaling` does not run without TensorFlow."""

    def __init__(self, largest: int) -> None:
        super().__init__(dtype="float32", name="scaled")
        self._factor = 1 / largest

    def call(self, x: Any) -> Any:
        """The same as float32."""
        return keras.ops.cast(x, "float32") * self._factor


class Blocks:
    """Makes named layers with one arithmetic, one kind of normalisation and seeds that count up.

    Args:
        dtype: Keras type policy, "float32" or "mixed_bfloat16".
        normalization: "stock" for Keras' layer, "synchronized" for the same with statistics over all replicas
            (TensorFlow), "fused" for TensorFlow's kernel (training on one replica).
        seed: Of the first layer's weights; each further layer takes the next number.
        largest: What stands for 1 in the images: 1, or the largest value of a whole number's type.
    """

    def __init__(
        self, config: NetConfig, *, dtype: str, normalization: Normalization, seed: int, largest: int = 1
    ) -> None:
        self.config = config
        self.dtype = dtype
        self.largest = largest
        self.normalization = normalization
        self._seeds = itertools.count(seed)

    def initializer(self) -> Any:
        """He et al. 2015 (arXiv:1502.01852), which suits ReLU, with this layer's own seed."""
        return keras.initializers.HeNormal(seed=next(self._seeds))

    def image(self, sides: InputSize) -> tuple[Any, Any]:
        """The network's input, and the same in [0, 1] float32: whole numbers are scaled on the device."""
        inputs = keras.Input((*sides, self.config.input_channels), name="image")
        if self.largest == 1:
            return inputs, inputs
        return inputs, _Scaled(self.largest)(inputs)

    def double_conv(self, x: Any, filters: int, name: str, *, dropout: float = 0.0) -> Any:
        """Two 3x3 convolutions, each with normalisation and ReLU; dropout at the end where it is above 0."""
        for part in ("a", "b"):
            x = self._conv(x, filters, f"{name}_conv_{part}", padding=self.config.padding)
            if self.config.batch_norm:
                x = self._normalize(x, f"{name}_norm_{part}")
            x = keras.layers.Activation("relu", dtype=self.dtype, name=f"{name}_relu_{part}")(x)
        return self.dropout(x, dropout, name) if dropout else x

    def dropout(self, x: Any, rate: float, name: str) -> Any:
        """Dropout with this layer's own seed."""
        return keras.layers.Dropout(rate, seed=next(self._seeds), dtype=self.dtype, name=f"{name}_dropout")(x)

    def conv_norm(
        self, x: Any, filters: int, name: str, *, kernel: int = 3, stride: int = 1, relu: bool = True
    ) -> Any:
        """A convolution without bias, normalisation and, where `relu` says so, ReLU6."""
        return self._norm_relu6(
            keras.layers.Conv2D(
                filters,
                kernel,
                strides=stride,
                padding="same",
                use_bias=False,
                kernel_initializer=self.initializer(),
                dtype=self.dtype,
                name=name,
            )(x),
            name,
            relu=relu,
        )

    def depthwise_norm(self, x: Any, kernel: int, name: str, *, stride: int = 1) -> Any:
        """One filter for each channel, without bias, normalisation and ReLU6."""
        return self._norm_relu6(
            keras.layers.DepthwiseConv2D(
                kernel,
                strides=stride,
                padding="same",
                use_bias=False,
                depthwise_initializer=self.initializer(),
                # oneDNN's bfloat16 gradients of 5x5 filters and of strides take 4 to 20 times as long.
                dtype="float32",
                name=name,
            )(x),
            name,
        )

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
        return self._conv(x, filters, f"{name}_up", bias=True)

    def join(self, skip: Any, x: Any, name: str, *, crop: int = 0) -> Any:
        """The skip's channels before those that came up; `crop` pixels are cut from each of its sides."""
        if crop:
            skip = keras.layers.Cropping2D(crop, dtype=self.dtype, name=f"{name}_crop")(skip)
        return keras.layers.Concatenate(dtype=self.dtype, name=f"{name}_join")([skip, x])

    def scores(self, x: Any, *, kernel: int = 1) -> Any:
        """A score of each class by one last convolution, float32 in every arithmetic."""
        return keras.layers.Conv2D(
            self.config.num_classes,
            kernel,
            # Kept as shipped networks have it: the graph of one serves all that are trained from it.
            padding="valid" if kernel == 1 else "same",
            kernel_initializer=self.initializer(),
            dtype="float32",
            name="logits",
        )(x)

    def _conv(
        self, x: Any, filters: int, name: str, *, padding: str = "same", bias: bool | None = None
    ) -> Any:
        return keras.layers.Conv2D(
            filters,
            3,
            padding=padding,
            # Normalisation adds an offset of its own.
            use_bias=not self.config.batch_norm if bias is None else bias,
            kernel_initializer=self.initializer(),
            dtype=self.dtype,
            name=name,
        )(x)

    def _norm_relu6(self, x: Any, name: str, *, relu: bool = True) -> Any:
        x = self._normalize(x, f"{name}_norm")
        return keras.layers.Activation("relu6", dtype=self.dtype, name=f"{name}_relu")(x) if relu else x

    def _normalize(self, x: Any, name: str) -> Any:
        settings: dict[str, Any] = {
            "momentum": NORM_MOMENTUM,
            "epsilon": NORM_EPSILON,
            "dtype": self.dtype,
            "name": name,
        }
        if self.normalization == "fused":
            return FusedBatchNormalization(**settings)(x)
        return keras.layers.BatchNormalization(synchronized=self.normalization == "synchronized", **settings)(
            x
        )


def finish(config: NetConfig, inputs: Any, scores: Any, *, logits: bool) -> keras.Model:
    """The network from its input to its scores, or to their probabilities.

    The last layers are float32 in every arithmetic: their probabilities are what people threshold.

    Args:
        logits: Leave out the sigmoid (one foreground channel) or softmax (several classes).
    """
    if not logits:
        activation = "sigmoid" if config.num_classes == 1 else "softmax"
        scores = keras.layers.Activation(activation, dtype="float32", name="probability")(scores)
    return keras.Model(inputs, scores, name=config.architecture)
