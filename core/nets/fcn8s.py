"""FCN-8s after Long, Shelhamer and Darrell 2015, "Fully convolutional networks" (arXiv:1411.4038).

Part of the keras band; the other network that U-Nets are compared with. Differs from the paper:

- The encoder has VGG's five halvings and its growth of channels (1, 2, 4, 8, 8 times the first), but each
  block is the U-Net's pair of 3x3 convolutions, with batch normalisation; VGG16 has two or three, without.
- In place of the two 4096-channel layers behind the last pooling stands one more pair, of 16 times the first
  block's filters; so `base_filters` scales all of it, and 64 would be VGG's width.
- No ImageNet weights: all is trained from the start and at once, not first at stride 32, then 16, then 8.
- The paper pads its image by 100 pixels and crops; here convolutions are padded, so scores fit as they are.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.config import NetConfig
from core.nets.blocks import Blocks, finish
from core.nets.sizes import FCN8S_HALVINGS, InputSize

WIDTHS = (1, 2, 4, 8, 8)
BOTTOM_WIDTH = 16


def fcn8s(config: NetConfig, blocks: Blocks, input_size: InputSize, *, logits: bool) -> keras.Model:
    """Scores of the classes at strides 8, 16 and 32, summed on the way up; the last factor of 8 in one step.

    As in the paper: the scores at strides 16 and 8 start at zero, so that training begins from the coarse
    answer; doublings start as bilinear interpolation and are trained; the last x8 stays bilinear.

    Args:
        config: The network's settings; `depth`, `upsampling` and `padding` have no say here.
        input_size: (height, width) of the input in pixels; None leaves a side open (multiples of 32).
    """
    inputs, x = blocks.image(input_size)
    pooled: list[Any] = []
    for level in range(FCN8S_HALVINGS):
        dropout = config.dropout if level == FCN8S_HALVINGS - 1 else 0.0
        x = blocks.double_conv(x, config.base_filters * WIDTHS[level], f"down{level}", dropout=dropout)
        x = blocks.halve(x, f"down{level}")
        pooled.append(x)
    x = blocks.double_conv(x, config.base_filters * BOTTOM_WIDTH, "bottom", dropout=config.dropout)
    # From here on float32 in every arithmetic: few channels, and sums that probabilities are made of.
    x = _score(x, config.num_classes, "score32", blocks.initializer())
    for stride, level in ((16, 3), (8, 2)):
        x = _enlarge(x, 2, f"double_to_{stride}")
        skip = _score(pooled[level], config.num_classes, f"score{stride}", "zeros")
        x = keras.layers.Add(dtype="float32", name=f"sum{stride}")([x, skip])
    x = _enlarge(x, 8, "enlarge_by_8", trainable=False)
    return finish(config, inputs, x, logits=logits)


def bilinear_kernel(factor: int, channels: int) -> NDArray[np.float32]:
    """The kernel with which a transposed convolution enlarges each channel by bilinear interpolation.

    A triangle of 2 * factor pixels in each direction, w[i] = 1 - |i + 1/2 - factor| / factor; each channel
    goes to itself alone.

    Args:
        factor: Of the enlargement, even.

    Returns:
        (2 * factor, 2 * factor, channels, channels) float32.
    """
    places = np.arange(2 * factor) + 0.5
    triangle = 1 - np.abs(places - factor) / factor
    kernel = np.multiply.outer(np.outer(triangle, triangle), np.eye(channels))
    return kernel.astype(np.float32)


def _score(x: Any, num_classes: int, name: str, initializer: Any) -> Any:
    return keras.layers.Conv2D(num_classes, 1, kernel_initializer=initializer, dtype="float32", name=name)(x)


def _enlarge(x: Any, factor: int, name: str, *, trainable: bool = True) -> Any:
    channels = x.shape[-1]
    layer = keras.layers.Conv2DTranspose(
        channels,
        2 * factor,
        strides=factor,
        padding="same",
        use_bias=False,
        kernel_initializer="zeros",
        trainable=trainable,
        dtype="float32",
        name=name,
    )
    enlarged = layer(x)
    # Set rather than named as an initializer: a saved model names stock classes only.
    layer.set_weights([bilinear_kernel(factor, channels)])
    return enlarged
