"""What a network itself says of the sizes that it takes, since a weights file may come without its card."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from core.errors import BadModelError
from core.inference.tiling import Tiles

# The paper's, as 388 pixels are 4 more than a multiple of 16; it bounds the memory of a prediction.
MAX_TILE = 388


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
        model: A network from images to maps.
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
