"""A small U-Net for crops with clicks: the first halving is one strided convolution, so a crop costs little.

Part of the keras band; knows nothing of data, losses or training.
"""

from __future__ import annotations

import keras

from core.config import NetConfig
from core.nets.blocks import Blocks, finish
from core.nets.sizes import InputSize
from core.nets.unet import down_and_up

EDGE_FILTERS = 8


def click_net(config: NetConfig, blocks: Blocks, input_size: InputSize, *, logits: bool) -> keras.Model:
    """The U-Net's blocks at half the size, and one convolution at the whole size that sees the input again.

    A plain U-Net spends a third of its time in its first level. Here a 4x4 convolution of stride 2 takes its
    place, and a 3x3 convolution over what came up and the input finds the exact border.

    Args:
        config: The network's settings; `padding` must be "same". Sides are multiples of 2**(depth + 1).
        input_size: (height, width) of the input in pixels; None leaves a side open.
        logits: Leave out the final sigmoid or softmax.

    Returns:
        A model of (N, H, W, input_channels) in [0, 1] -> (N, H, W, num_classes) float32.
    """
    inputs, image = blocks.image(input_size)
    x = keras.layers.Conv2D(
        config.base_filters,
        4,
        strides=2,
        padding="same",
        kernel_initializer=blocks.initializer(),
        dtype=blocks.dtype,
        name="stem",
    )(image)
    x = down_and_up(config, blocks, x)
    x = blocks.double(x, EDGE_FILTERS, "edge")
    x = blocks.join(image, x, "edge")
    return finish(config, inputs, blocks.scores(x, kernel=3), logits=logits)
