"""The U-Net of Ronneberger, Fischer and Brox 2015 (arXiv:1505.04597), with padded convolutions.

Part of the keras band; knows nothing of data, losses or training.
"""

from __future__ import annotations

from typing import Any

import keras

from core.config import NetConfig
from core.nets.blocks import Blocks


def unet(config: NetConfig, blocks: Blocks, image_size: int | None, *, logits: bool) -> keras.Model:
    """A U-Net: `depth` halvings with doubled filters, `depth` doublings that see the same features again.

    Args:
        config: The network's settings.
        blocks: Makes the layers.
        image_size: Side of the input in pixels; None leaves both sides open (multiples of 2**depth).
        logits: Leave out the final sigmoid or softmax, for losses that are more exact on logits.

    Returns:
        A model of (N, H, W, input_channels) in [0, 1] -> (N, H, W, num_classes) float32.
    """
    inputs = keras.Input((image_size, image_size, config.input_channels), name="image")
    skips: list[Any] = []
    x: Any = inputs
    for level in range(config.depth):
        dropout = config.dropout if level == config.depth - 1 else 0.0
        x = blocks.double_conv(x, config.base_filters << level, f"down{level}", dropout=dropout)
        skips.append(x)
        x = blocks.halve(x, f"down{level}")
    x = blocks.double_conv(x, config.base_filters << config.depth, "bottom", dropout=config.dropout)
    for level in reversed(range(config.depth)):
        x = blocks.double(x, config.base_filters << level, f"up{level}")
        x = blocks.join(skips[level], x, f"up{level}")
        x = blocks.double_conv(x, config.base_filters << level, f"up{level}")
    # The last layer is float32 in every arithmetic: its probabilities are what people threshold.
    x = keras.layers.Conv2D(
        config.num_classes, 1, kernel_initializer=blocks.initializer(), dtype="float32", name="logits"
    )(x)
    if not logits:
        x = keras.layers.Activation(final_activation(config), dtype="float32", name="probability")(x)
    return keras.Model(inputs, x, name="unet")


def final_activation(config: NetConfig) -> str:
    """What turns logits into probabilities: a sigmoid for one foreground channel, else a softmax."""
    return "sigmoid" if config.num_classes == 1 else "softmax"
