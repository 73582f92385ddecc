"""Which sides of an image a network takes, and how many pixels it loses at its borders. Plain arithmetic.

Part of the keras band; what the predictor, the training data and the commands ask before a network is built.
"""

from __future__ import annotations

from core.config import NetConfig
from core.image_size import format_size
from core.language.sentence import Sentence

# Five poolings, as in the VGG network that Long et al. started from.
FCN8S_HALVINGS = 5

InputSize = tuple[int | None, int | None]
"""(height, width) of a network's input in pixels, None where any will do."""


def halvings(config: NetConfig) -> int:
    """How often the network halves the sides of its input."""
    if config.architecture == "fcn8s":
        return FCN8S_HALVINGS
    return config.depth + (config.architecture == "click")


def border(config: NetConfig) -> int:
    """Pixels that the network's output is smaller than its input on each side; 0 with padded convolutions.

    Two valid 3x3 convolutions cost two pixels on each side at their own scale: 2 * 2**l at each of the levels
    l = 0 ... depth - 1 on the way down and again on the way up, and 2 * 2**depth at the bottom. Together
    2 * (3 * 2**depth - 2): 92 at the paper's depth of 4, where 572 pixels become 388.
    """
    return 2 * (3 * 2**config.depth - 2) if config.padding == "valid" else 0


def cropping(config: NetConfig, level: int) -> int:
    """Pixels to cut from each side of a level's skip of a valid network, so that it fits what came up.

    4 at the lowest skip; one level higher the same pixels are twice as many, and the convolutions in between
    cost 8 more: 88, 40, 16 and 4 at depth 4 (figure 1 of the paper).
    """
    return 12 * 2 ** (config.depth - 1 - level) - 8


def check_size(config: NetConfig, image_size: tuple[int, int]) -> None:
    """Let a size through that the network can be trained on.

    Args:
        image_size: (height, width) of the network's output in pixels, which is that of its input where
            convolutions are padded.

    Raises:
        ValueError: A side that the network cannot halve evenly; one sentence with sides that it can.
    """
    multiple = 2 ** halvings(config)
    # A valid network whose bottom gets k pixels has an output of 2**depth * (k - 8) + 4, see `border`.
    rest = 4 % 2**config.depth if config.padding == "valid" else 0
    wrong = [side for side in image_size if side < 1 or (side - rest) % multiple]
    if not wrong:
        return
    below = wrong[0] - (wrong[0] - rest) % multiple
    above = below + multiple
    sides = Sentence("{below} or {above}", below=below, above=above) if below > 0 else str(above)
    raise ValueError(
        Sentence(
            "of the image size {size}, {side} is not {rest} more than a multiple of 2**depth = {multiple}, "
            "as valid convolutions need; take {sides}"
            if rest
            else "of the image size {size}, {side} is not a multiple of {multiple}, since the network halves "
            "it {times} times; take {sides}",
            size=format_size(image_size),
            side=wrong[0],
            rest=rest,
            multiple=multiple,
            times=halvings(config),
            sides=sides,
        )
    )
