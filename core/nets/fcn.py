"""The U-Net without its skip concatenations: what is left is a plain fully convolutional encoder and decoder.

Part of the keras band; what U-Nets are compared with, to see what the skips alone bring.
"""

from __future__ import annotations

import keras

from core.config import NetConfig
from core.nets.blocks import Blocks
from core.nets.sizes import InputSize
from core.nets.unet import encoder_decoder


def fcn(config: NetConfig, blocks: Blocks, input_size: InputSize, *, logits: bool) -> keras.Model:
    """The blocks of `core.nets.unet.unet`, one after the other; nothing passes by the bottom.

    The first convolution of each block on the way up sees half of the channels that the U-Net's sees, so this
    network has fewer weights. Where each pixel of a mask lies must come through `depth` halvings.

    Args:
        config: The network's settings; all but `padding` count, which must be "same".
        input_size: (height, width) of the input in pixels; None leaves a side open (multiples of 2**depth).

    Returns:
        A model of (N, H, W, input_channels) in [0, 1] -> (N, H, W, num_classes) float32.
    """
    return encoder_decoder(config, blocks, input_size, logits=logits, skips=False)
