"""What a network itself says of the sizes that it takes, since a weights file may come without its card."""

from __future__ import annotations

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


def tiles_of(model: keras.Model, image_size: int) -> Tiles | None:
    """The tiles in which a network of valid convolutions takes images; None for one that keeps its sides.

    Args:
        model: A network from images to maps.
        image_size: Side of the image in the network's own pixels.

    Raises:
        BadModelError: Its output is smaller than its input, but not as the paper's U-Net does it.
    """
    if not _cuts(model):
        return None
    halved = multiple(model)
    height, width = model.inputs[0].shape[1:3]
    if height is None and _output_side(model, 8 * halved) == 8 * halved:
        return None
    # Where the sides are open: an input that the U-Net can halve to the end, see `core.nets.sizes`.
    side = height or 16 * halved - 4
    answer = _output_side(model, side)
    if height != width or answer is None or answer > side or (side - answer) % 2:
        raise BadModelError(
            "The network's output is smaller than its input in a way that is not the U-Net's; "
            "train it with padded convolutions."
        )
    if answer == side:
        return None
    if height is not None:
        return Tiles((side - answer) // 2, halved, answer)
    wanted = min(image_size, MAX_TILE)
    return Tiles((side - answer) // 2, halved, wanted + (4 - wanted) % halved)


def _output_side(model: keras.Model, side: int) -> int | None:
    """Side of the output for a square input, None where the network does not take that size."""
    try:
        shape = model.compute_output_shape((1, side, side, model.inputs[0].shape[-1]))
    # What Keras raises for sizes that do not fit together.
    except (ValueError, TypeError):
        return None
    return int(shape[1]) if shape[1] == shape[2] else None


def _cuts(model: keras.Model) -> bool:
    """Whether some convolution sees fewer places than its input has."""
    return any(
        isinstance(layer, keras.layers.Conv2D) and layer.padding == "valid" and max(layer.kernel_size) > 1
        for layer in model.layers
    )
