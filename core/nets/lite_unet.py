"""A U-Net whose way down is EfficientNet-Lite0, so that it can begin with weights that ImageNet taught.

Part of the keras band; knows nothing of data, losses or training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from core.config import NetConfig
from core.nets.blocks import Blocks, finish
from core.nets.sizes import InputSize
from core.nets.unet import way_up

STEM_FILTERS = 32
DEEPEST = 5
"""Halvings on the way down."""


@dataclass(frozen=True)
class Stage:
    """Inverted residuals of one size; the first has the stride."""

    kernel: int
    stride: int
    expansion: int
    filters: int
    repeats: int


# EfficientNet-Lite0: EfficientNet-B0 (Tan and Le 2019, arXiv:1905.11946, table 1) with ReLU6 and without
# squeeze-and-excitation.
STAGES = (
    Stage(3, 1, 1, 16, 1),
    Stage(3, 2, 6, 24, 2),
    Stage(5, 2, 6, 40, 2),
    Stage(3, 2, 6, 80, 3),
    Stage(5, 1, 6, 112, 3),
    Stage(5, 2, 6, 192, 4),
    Stage(3, 1, 6, 320, 1),
)


def lite_unet(config: NetConfig, blocks: Blocks, input_size: InputSize, *, logits: bool) -> keras.Model:
    """EfficientNet-Lite0 on the way down, the U-Net's blocks on the way up.

    Each doubling sees the last features of its size; the last one, for which there are none, sees the image.

    Args:
        config: The network's settings; `depth` is 1 to 5 and `padding` "same".
        input_size: (height, width) of the input in pixels; None leaves a side open.
        logits: Leave out the final sigmoid or softmax.

    Returns:
        A model of (N, H, W, input_channels) in [0, 1] -> (N, H, W, num_classes) float32.
    """
    inputs, image = blocks.image(input_size)
    skips = [image, *_way_down(blocks, image)]
    x = skips[config.depth]
    if config.dropout:
        x = blocks.dropout(x, config.dropout, "bottom")
    x = way_up(config, blocks, x, skips)
    return finish(config, inputs, blocks.scores(x), logits=logits)


def _way_down(blocks: Blocks, image: Any) -> list[Any]:
    """The last features at a half, a quarter, ... and a 32nd of the image's sides."""
    x = blocks.conv_norm(image, STEM_FILTERS, "stem", stride=2)
    kept: list[Any] = []
    for number, stage in enumerate(STAGES):
        if stage.stride == 2:
            kept.append(x)
        for repeat in range(stage.repeats):
            x = _inverted_residual(blocks, x, stage, f"stage{number}_{repeat}", first=repeat == 0)
    return [*kept, x]


def _inverted_residual(blocks: Blocks, x: Any, stage: Stage, name: str, *, first: bool) -> Any:
    """Sandler et al. 2018 (arXiv:1801.04381): wider, one filter for each channel, narrower without ReLU."""
    start = x
    if stage.expansion > 1:
        x = blocks.conv_norm(x, x.shape[-1] * stage.expansion, f"{name}_expand", kernel=1)
    x = blocks.depthwise_norm(x, stage.kernel, f"{name}_depthwise", stride=stage.stride if first else 1)
    x = blocks.conv_norm(x, stage.filters, f"{name}_project", kernel=1, relu=False)
    return x if first else keras.layers.Add(dtype=blocks.dtype, name=f"{name}_add")([start, x])
