"""Networks by the name of their architecture. Keras lives in nets, training and inference only."""

from __future__ import annotations

import keras

from core.config import NetConfig
from core.language.sentence import Sentence
from core.nets.blocks import Blocks, Normalization
from core.nets.click_net import click_net
from core.nets.fcn8s import fcn8s
from core.nets.lite_unet import DEEPEST, lite_unet
from core.nets.sizes import border, check_size
from core.nets.unet import unet

__all__ = ["NETS", "border", "build", "check_net", "check_size"]

NETS = {"unet": unet, "fcn": unet, "fcn8s": fcn8s, "click": click_net, "lite_unet": lite_unet}


def build(
    config: NetConfig,
    image_size: tuple[int, int] | None = None,
    *,
    logits: bool = False,
    dtype: str = "float32",
    normalization: Normalization = "stock",
    seed: int = 0,
    largest: int = 1,
) -> keras.Model:
    """A network with fresh weights; the defaults give the form that is exported: float32, stock layers only.

    Args:
        image_size: (height, width) of the output in pixels, None for any that `check_size` lets through. The
            input is `border(config)` pixels larger on each side.
        logits: Leave out the final sigmoid or softmax.
        dtype: Keras type policy of all but the last layer, "float32" or "mixed_bfloat16".
        normalization: "fused" takes TensorFlow's kernel, for training on one replica; "synchronized" takes
            statistics over all replicas, on TensorFlow.
        largest: What stands for 1 in the images; 255 lets a network be fed with bytes.

    Returns:
        A model of (N, H, W, input_channels) in [0, largest] -> (N, H, W, num_classes) float32, where the
        output's sides are smaller by 2 * `border(config)`.

    Raises:
        ValueError: Settings that make no network.
    """
    check_net(config)
    height, width = None, None
    if image_size is not None:
        check_size(config, image_size)
        height, width = (side + 2 * border(config) for side in image_size)
    blocks = Blocks(config, dtype=dtype, normalization=normalization, seed=seed, largest=largest)
    return NETS[config.architecture](config, blocks, (height, width), logits=logits)


def check_net(config: NetConfig) -> None:
    """Refuse settings that make no network, by a `ValueError` of one sentence."""
    if config.architecture not in NETS:
        known = ", ".join(sorted(NETS))
        raise ValueError(f"there is no network {config.architecture!r}; choose one of {known}")
    if config.architecture == "lite_unet" and config.depth > DEEPEST:
        raise ValueError(f"EfficientNet-Lite0 halves {DEEPEST} times at the most, got depth {config.depth}")
    if config.depth < 1 or config.base_filters < 1 or config.input_channels < 1 or config.num_classes < 1:
        raise ValueError(f"depth, filters, channels and classes are whole numbers above 0, got {config}")
    if not 0 <= config.dropout < 1:
        raise ValueError(f"dropout is a rate in [0, 1), got {config.dropout}")
    if config.padding not in ("same", "valid"):
        raise ValueError(f'padding is "same" or "valid", got {config.padding!r}')
    if config.padding == "valid" and (config.architecture != "unet" or config.upsampling != "transpose"):
        raise ValueError(
            Sentence(
                'padding "valid" is the paper\'s own U-Net; take it with architecture "unet" and upsampling '
                '"transpose", got {architecture!r} and {upsampling!r}',
                architecture=config.architecture,
                upsampling=config.upsampling,
            )
        )
