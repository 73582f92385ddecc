"""Batch normalisation by TensorFlow's fused kernel, for training on one replica.

Keras' own layer computes mean, variance and scaling as separate operations, which costs a U-Net on a CPU
about as much as its convolutions do; the fused kernel does them in one pass and takes bfloat16. It does not
synchronise over replicas and exists on TensorFlow only, so it never leaves training: its four weights are
those of `keras.layers.BatchNormalization`, in the same order, and the exported copy has the stock layer.
"""

from __future__ import annotations

from typing import Any

import keras


class FusedBatchNormalization(keras.layers.Layer):
    """`keras.layers.BatchNormalization` over the last axis, by a fused kernel (Ioffe and Szegedy 2015)."""

    def __init__(self, momentum: float, epsilon: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make scale, offset and the two moving statistics, all float32."""
        self.gamma = self._weight("gamma", input_shape, "ones", trainable=True)
        self.beta = self._weight("beta", input_shape, "zeros", trainable=True)
        self.moving_mean = self._weight("moving_mean", input_shape, "zeros", trainable=False)
        self.moving_variance = self._weight("moving_variance", input_shape, "ones", trainable=False)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Normalise with the batch's statistics in training, with the moving ones otherwise."""
        import tensorflow as tf

        outputs, batch_mean, batch_variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=self.moving_mean,
            variance=self.moving_variance,
            epsilon=self.epsilon,
            is_training=training,
        )
        if training:
            keep = self.momentum
            # The kernel gives n / (n - 1) times the variance; Keras' layer, which replicas and the exported
            # network have, keeps the variance itself.
            num_values = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], tf.float32)
            batch_variance *= 1.0 - 1.0 / num_values
            self.moving_mean.assign(self.moving_mean * keep + batch_mean * (1.0 - keep))
            self.moving_variance.assign(self.moving_variance * keep + batch_variance * (1.0 - keep))
        return outputs

    def _weight(self, name: str, input_shape: tuple[int | None, ...], start: str, *, trainable: bool) -> Any:
        # Without autocast: the kernel takes bfloat16 images, but scale and statistics in float32.
        return self.add_weight(
            name=name,
            shape=(input_shape[-1],),
            initializer=start,
            trainable=trainable,
            dtype="float32",
            autocast=False,
        )
