"""The two forms of a network: one trains fast, the other is exported; weights go by layer name.

The training network ends in logits, computes in bfloat16 where that pays, and has fused batch normalisation.
The exported one is float32 and made of stock Keras layers, so that plain Keras opens it anywhere.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.config import NetConfig
from core.errors import BadModelError
from core.nets import build
from core.training.accelerator import Accelerator
from core.training.devices import compute_dtype, one_device

LAST_LAYER = "logits"
NEW_CLASS_LOGIT = 4.0


def training_network(
    config: NetConfig,
    image_size: tuple[int, int] | None,
    *,
    precision: str,
    seed: int,
    accelerator: Accelerator | None = None,
    largest: int = 1,
) -> keras.Model:
    """A network to train, with fresh weights.

    Args:
        image_size: (height, width) of the output in pixels, None for several.
        accelerator: What it is trained on, inside whose scope this is called; None for one device.
        largest: What stands for 1 in the images that it is fed.
    """
    accelerator = accelerator or one_device()
    return build(
        config,
        image_size,
        logits=True,
        dtype=compute_dtype(precision, accelerator),
        normalization=accelerator.normalization,
        seed=seed,
        largest=largest,
    )


def exported_network(trained: keras.Model, config: NetConfig) -> keras.Model:
    """The same network as float32 stock layers, with probabilities, for any multiple of 2**depth."""
    model = build(config)
    copy_weights(trained, model)
    return model


def widened(weights: list[NDArray[Any]], num_channels: int) -> list[NDArray[Any]]:
    """The last layer's weights for more classes; what it told apart before it still tells apart.

    Two classes of a sigmoid s(z) become softmax(0, z), which is the same. A new class begins as background
    less `NEW_CLASS_LOGIT`: it is nowhere the likeliest, and takes at most 2 % of what background had.

    Args:
        weights: Kernel (1, 1, F, C) and bias (C,).
        num_channels: Of the result; where it is not larger than C the weights come back as they are.
    """
    kernel, bias = weights
    if num_channels <= len(bias):
        return weights
    if len(bias) == 1:
        kernel = np.concatenate([np.zeros_like(kernel), kernel], axis=-1)
        bias = np.concatenate([np.zeros_like(bias), bias])
    num_new = num_channels - len(bias)
    return [
        np.concatenate([kernel, *[kernel[..., :1]] * num_new], axis=-1),
        np.concatenate([bias, *[bias[:1] - NEW_CLASS_LOGIT] * num_new]),
    ]


def copy_weights(source: keras.Model, target: keras.Model) -> None:
    """Copy all weights, layer by layer, by name; the last layer may have more classes in the target.

    Raises:
        BadModelError: The two are not the same network.
    """
    sources = {layer.name: layer for layer in source.layers if layer.weights}
    targets = {layer.name: layer for layer in target.layers if layer.weights}
    if sources.keys() != targets.keys():
        raise BadModelError(
            "The base model is another network than its card says, so it cannot be trained further; "
            "choose a model that this project trained."
        )
    for name, layer in sources.items():
        weights = layer.get_weights()
        if name == LAST_LAYER:
            weights = widened(weights, targets[name].weights[1].shape[0])
        shapes = [tuple(weight.shape) for weight in targets[name].weights]
        if [weight.shape for weight in weights] != shapes:
            raise BadModelError(
                "The base model's layer {name} has other sizes than its card says, so it cannot be "
                "trained further; choose a model that this project trained.",
                name=name,
            )
        targets[name].set_weights(weights)
