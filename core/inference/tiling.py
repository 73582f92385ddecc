"""The overlap-tile strategy of the paper's U-Net: a large image in pieces, without seams.

A network of valid convolutions gives only those pixels whose surroundings it has seen. So the image is
mirrored out at its borders, and each tile is cut with the surroundings that it needs (Ronneberger et al.
2015, arXiv:1505.04597, figure 2). Knows nothing of Keras: the network is a function of arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Tiles:
    """How a network of valid convolutions takes an image.

    Attributes:
        border: Pixels that its output is smaller than its input on each side.
        multiple: 2 ** number of halvings. A tile moved by a multiple of it meets the same 2x2 squares in
            every pooling, and so gives the same values as the whole image would.
        size: (height, width) of a tile's output in pixels, one that the network can have.
    """

    border: int
    multiple: int
    size: tuple[int, int]

    def starts(self, axis: int, length: int) -> range:
        """Where tiles begin along an axis of the image; the last one may reach over its end."""
        side = self.size[axis]
        step = max(side // self.multiple, 1) * self.multiple
        # One tile, or as many further steps as the pixels behind it need.
        further = -(-max(length - side, 0) // step)
        return range(0, further * step + 1, step)


def predict_tiles(
    run: Callable[[NDArray[np.float32]], NDArray[np.float32]], images: NDArray[np.float32], tiles: Tiles
) -> NDArray[np.float32]:
    """The network's answer at each pixel of the images, tile by tile.

    Tiles overlap where a side of theirs is no multiple of `tiles.multiple`; both give the same values there.

    Args:
        run: The network: (N, h, w, C) -> (N, h - 2 * border, w - 2 * border, classes).
        images: (N, H, W, C) of any size.
    """
    height, width = images.shape[1:3]
    rows, columns = tiles.starts(0, height), tiles.starts(1, width)
    high, wide = tiles.size
    below, right = rows[-1] + high - height, columns[-1] + wide - width
    border = tiles.border
    sides = ((0, 0), (border, border + below), (border, border + right), (0, 0))
    mirrored = np.pad(images, sides, mode="reflect")
    down, across = (side + 2 * border for side in tiles.size)
    answer: NDArray[np.float32] | None = None
    for row in rows:
        for column in columns:
            tile = run(mirrored[:, row : row + down, column : column + across])
            if answer is None:
                answer = np.empty((len(images), height, width, tile.shape[-1]), np.float32)
            place = answer[:, row : row + high, column : column + wide]
            place[...] = tile[:, : place.shape[1], : place.shape[2]]
    if answer is None:
        raise ValueError(f"an image has at least one pixel, got {images.shape}")
    return answer
