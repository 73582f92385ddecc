"""Which images are the same picture or nearly so: they must never stand on both sides of a split."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.decode import DecodedImage
from core.imaging.intensity import to_display

# Above this correlation of the 16 x 16 pictures two images count as the same one, seen twice.
SAME_PICTURE = 0.985
_SIDE = 16
_ROWS_AT_ONCE = 1024


def fingerprint(image: DecodedImage) -> NDArray[np.float32]:
    """The image in 16 x 16 grey, less its mean, at length 1, so that a dot product is a correlation.

    Returns:
        (256,) float32; all 0 for an image of one colour, which is then like none.
    """
    display = to_display(image)
    small = cv2.resize(display, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    vector = grey.astype(np.float32).ravel()
    vector -= vector.mean()
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-3 else np.zeros_like(vector)


def alike_pairs(fingerprints: Sequence[NDArray[np.float32]]) -> NDArray[np.int64]:
    """The pairs of images that look alike.

    Args:
        fingerprints: (256,) of each image.

    Returns:
        (2, M) int64, places of the two; an image may be named with itself.
    """
    table = np.stack(fingerprints)
    pairs = [np.zeros((2, 0), np.int64)]
    for start in range(0, len(table), _ROWS_AT_ONCE):
        rows, columns = np.nonzero(table[start : start + _ROWS_AT_ONCE] @ table[start:].T > SAME_PICTURE)
        pairs.append(np.stack([rows, columns]) + start)
    return np.concatenate(pairs, axis=1)
