"""What a network takes and gives, as plain numbers: all that the predictor has to know of its layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.inference.tiling import Tiles

Purpose = Literal["segment", "classify", "click"]


@dataclass(frozen=True)
class NetworkSizes:
    """How a network is fed.

    Attributes:
        input_size: (height, width) of the images that it is given, in pixels.
        channels: 1 or 3; those of `core.correction.click_crop` for clicks.
        answer_size: (height, width) of its answer that counts, before it is resized to the image's own.
        num_outputs: Classes of a mask (1 for one foreground), or labels of a classifier.
        tiles: How a network of valid convolutions takes an image, None for one that keeps its sides.
    """

    input_size: tuple[int, int]
    channels: int
    answer_size: tuple[int, int]
    num_outputs: int
    tiles: Tiles | None = None
