"""The U-Net of Ronneberger, Fischer and Brox 2015 (arXiv:1505.04597), with padded or valid convolutions.

Part of the keras band; knows nothing of data, losses or training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from core.config import NetConfig
from core.nets.blocks import Blocks, finish
from core.nets.sizes import InputSize, cropping


def unet(config: NetConfig, blocks: Blocks, input_size: InputSize, *, logits: bool) -> keras.Model:
    """A U-Net: `depth` halvings with doubled filters, `depth` doublings that see the same features again.

    With padding "valid" it is the paper's own: no border of zeros is ever seen, each block is smaller than
    what it was made from, and the skips are cut to what came up.

    The architecture "fcn" is the same without the skip concatenations, to see what the skips alone bring. The
    first convolution of each block on the way up then sees half of the channels, so there are fewer weights,
    and where each pixel of a mask lies must come through `depth` halvings.

    Args:
        input_size: (height, width) of the input in pixels; None leaves a side open.
        logits: Leave out the final sigmoid or softmax, for losses that are more exact on logits.

    Returns:
        A model of (N, H, W, input_channels) in [0, 1] -> (N, H, W, num_classes) float32; with padding "valid"
        `border(config)` pixels smaller on each side.
    """
    inputs, x = blocks.image(input_size)
    return finish(config, inputs, blocks.scores(down_and_up(config, blocks, x)), logits=logits)


def down_and_up(config: NetConfig, blocks: Blocks, x: Any) -> Any:
    """The features of `base_filters` channels at the size of x, after all halvings and doublings."""
    kept: list[Any] = []
    for level in range(config.depth):
        dropout = config.dropout if level == config.depth - 1 else 0.0
        x = blocks.double_conv(x, config.base_filters << level, f"down{level}", dropout=dropout)
        kept.append(x)
        x = blocks.halve(x, f"down{level}")
    x = blocks.double_conv(x, config.base_filters << config.depth, "bottom", dropout=config.dropout)
    return way_up(config, blocks, x, () if config.architecture == "fcn" else kept)


def way_up(config: NetConfig, blocks: Blocks, x: Any, skips: Sequence[Any]) -> Any:
    """The features of `base_filters` channels after `depth` doublings.

    Args:
        x: The features at the bottom.
        skips: What each size sees again, the largest first; empty for none.
    """
    for level in reversed(range(config.depth)):
        x = blocks.double(x, config.base_filters << level, f"up{level}")
        if skips:
            crop = cropping(config, level) if config.padding == "valid" else 0
            x = blocks.join(skips[level], x, f"up{level}", crop=crop)
        x = blocks.double_conv(x, config.base_filters << level, f"up{level}")
    return x
