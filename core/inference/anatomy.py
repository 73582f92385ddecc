"""A weights file as Keras runs it for a purpose, and what the network itself says of the sizes that it takes.

For the child processes that have Keras; a weights file may come without its card, so the layers are asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from core.correction.click_crop import CHANNELS
from core.errors import BadModelError
from core.inference.load import load_classifier_network, load_network
from core.inference.sizes import NetworkSizes, Purpose
from core.inference.tiling import Tiles

# The paper's, as 388 pixels are 4 more than a multiple of 16; it bounds the memory of a prediction.
MAX_TILE = 388


def open_for(path: Path, image_size: tuple[int, int], purpose: Purpose) -> tuple[keras.Model, NetworkSizes]:
    """The network of a weights file with the outputs that a purpose needs, and its sizes.

    To segment it gives probabilities (N, h, w, classes). To classify it gives class activation maps
    (N, h, w, labels), each the features weighted as the last layer weighs their means, and the logits
    (N, labels).

    Args:
        image_size: (height, width) of images in the network's own pixels; taken where it says none itself.

    Raises:
        BadModelError: Missing, damaged, unsafe, or no network for the purpose; one sentence.
    """
    if purpose != "classify":
        model = load_network(path, (CHANNELS,) if purpose == "click" else (1, 3))
        return model, sizes_of(model, image_size)
    model = load_classifier_network(path)
    size = _own_size(model, image_size)
    sizes = NetworkSizes(size, 3, size, int(model.outputs[0].shape[-1]))
    return _with_activation_maps(model, path.name), sizes


def sizes_of(model: keras.Model, image_size: tuple[int, int]) -> NetworkSizes:
    """The sizes of a network from images to maps."""
    channels, num_outputs = (int(end.shape[-1]) for end in (model.inputs[0], model.outputs[0]))
    tiles = tiles_of(model, image_size)
    if tiles is None:
        height, width = _own_size(model, image_size)
        halved = multiple(model)
        padded = (height + -height % halved, width + -width % halved)
        return NetworkSizes(padded, channels, (height, width), num_outputs)
    lost = 2 * tiles.border
    height, width = (side - lost if side else wanted for side, wanted in _sides(model, image_size))
    fed = (tiles.size[0] + lost, tiles.size[1] + lost)
    return NetworkSizes(fed, channels, (height, width), num_outputs, tiles)


def _own_size(model: keras.Model, image_size: tuple[int, int]) -> tuple[int, int]:
    """(height, width) that the network insists on, where it does, else the image's."""
    height, width = (side or wanted for side, wanted in _sides(model, image_size))
    return height, width


def _sides(model: keras.Model, image_size: tuple[int, int]) -> list[tuple[int | None, int]]:
    return list(zip(model.inputs[0].shape[1:3], image_size, strict=True))


def _with_activation_maps(model: keras.Model, name: str) -> keras.Model:
    layers = {layer.name: layer for layer in model.layers}
    head = layers.get("logits")
    pooled = any(isinstance(layer, keras.layers.GlobalAveragePooling2D) for layer in model.layers)
    if "features" not in layers or not isinstance(head, keras.layers.Dense) or not pooled:
        raise BadModelError(
            "{name} does not end as this project's classifiers do; train one with train.py --task classify.",
            name=name,
        )
    # The kernel of a 1x1 convolution is the dense layer's with two axes of length 1 before it.
    weigh = keras.layers.Conv2D(head.units, 1, use_bias=False)
    maps = weigh(layers["features"].output)
    weigh.set_weights([np.asarray(head.get_weights()[0])[None, None]])
    return keras.Model(model.inputs[0], [maps, head.output])


def multiple(model: keras.Model) -> int:
    """2 ** number of halvings, counted in the network itself."""
    halved = 1
    for layer in model.layers:
        if isinstance(layer, keras.layers.MaxPooling2D | keras.layers.AveragePooling2D):
            halved *= max(layer.strides)
    return halved


def tiles_of(model: keras.Model, image_size: tuple[int, int]) -> Tiles | None:
    """The tiles in which a network of valid convolutions takes images; None for one that keeps its sides.

    Args:
        image_size: (height, width) of the image in the network's own pixels.

    Raises:
        BadModelError: Its output is smaller than its input, but not as the paper's U-Net does it.
    """
    if not _cuts(model):
        return None
    halved = multiple(model)
    fixed = model.inputs[0].shape[1:3]
    # An open side: an input that the U-Net can halve to the end, see `core.nets.sizes`.
    for trial in (8 * halved, 16 * halved - 4):
        taken = [side or trial for side in fixed]
        answer = _output_size(model, taken)
        if answer == taken:
            return None
    lost = set() if answer is None else {before - after for before, after in zip(taken, answer, strict=True)}
    cut = lost.pop() if len(lost) == 1 else -1
    if cut < 0 or cut % 2:
        raise BadModelError(
            "The network's output is smaller than its input in a way that is not the U-Net's; "
            "train it with padded convolutions."
        )
    height, width = (
        side - cut if side else _next_side(min(wanted, MAX_TILE), halved)
        for side, wanted in zip(fixed, image_size, strict=True)
    )
    return Tiles(cut // 2, halved, (height, width))


def _next_side(side: int, halved: int) -> int:
    """The smallest side of a valid U-Net's output that is at least `side` pixels."""
    return side + (4 - side) % halved


def _output_size(model: keras.Model, size: Sequence[int]) -> list[int] | None:
    """[height, width] of the output for an input's, None where the network does not take that size."""
    try:
        shape = model.compute_output_shape((1, *size, model.inputs[0].shape[-1]))
    # What Keras raises for sizes that do not fit together.
    except (ValueError, TypeError):
        return None
    return [int(side) for side in shape[1:3]]


def _cuts(model: keras.Model) -> bool:
    """Whether some convolution sees fewer places than its input has."""
    return any(
        isinstance(layer, keras.layers.Conv2D) and layer.padding == "valid" and max(layer.kernel_size) > 1
        for layer in model.layers
    )
