"""Networks by the name of their architecture. Keras lives in nets, training and inference only."""

from __future__ import annotations

from typing import Literal

import keras

from core.config import NetConfig
from core.nets.blocks import Blocks
from core.nets.unet import unet

NETS = {"unet": unet}


def build(
    config: NetConfig,
    image_size: int | None = None,
    *,
    logits: bool = False,
    dtype: str = "float32",
    normalization: Literal["stock", "fused"] = "stock",
    seed: int = 0,
) -> keras.Model:
    """A network with fresh weights; the defaults give the form that is exported: float32, stock layers only.

    Args:
        config: The network's settings.
        image_size: Side of the input in pixels, None for any multiple of 2**depth.
        logits: Leave out the final sigmoid or softmax.
        dtype: Keras type policy of all but the last layer, "float32" or "mixed_bfloat16".
        normalization: "fused" takes TensorFlow's kernel, for training on one replica.
        seed: The same seed gives the same weights.

    Returns:
        A model of (N, H, W, input_channels) in [0, 1] -> (N, H, W, num_classes) float32.

    Raises:
        ValueError: Settings that make no network.
    """
    _check(config, image_size)
    blocks = Blocks(config, dtype=dtype, normalization=normalization, seed=seed)
    return NETS[config.architecture](config, blocks, image_size, logits=logits)


def _check(config: NetConfig, image_size: int | None) -> None:
    if config.architecture not in NETS:
        known = ", ".join(sorted(NETS))
        raise ValueError(f"there is no network {config.architecture!r}; choose one of {known}")
    if config.depth < 1 or config.base_filters < 1 or config.input_channels < 1 or config.num_classes < 1:
        raise ValueError(f"depth, filters, channels and classes are whole numbers above 0, got {config}")
    if not 0 <= config.dropout < 1:
        raise ValueError(f"dropout is a rate in [0, 1), got {config.dropout}")
    multiple = 2**config.depth
    if image_size is not None and image_size % multiple:
        raise ValueError(f"the image size {image_size} is not a multiple of 2**depth = {multiple}")
