"""Which images are the same picture or nearly so: they must never stand on both sides of a split."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

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


def group_alike(
    fingerprints: Sequence[NDArray[np.float32]], groups: Sequence[object] | None = None
) -> NDArray[np.int64]:
    """A group number for each image: alike images share one, and so does everything chained to them.

    Args:
        fingerprints: (256,) of each image.
        groups: What else belongs together, such as patient ids; None for nothing.

    Returns:
        (N,) int64; each is the position of the group's first image.
    """
    num_images = len(fingerprints)
    if num_images == 0:
        return np.zeros(0, np.int64)
    table = np.stack(fingerprints)
    edges = [np.zeros((2, 0), np.int64)]
    for start in range(0, num_images, _ROWS_AT_ONCE):
        rows, columns = np.nonzero(table[start : start + _ROWS_AT_ONCE] @ table[start:].T > SAME_PICTURE)
        edges.append(np.stack([rows, columns]) + start)
    first_of: dict[object, int] = {}
    links = [(first_of.setdefault(group, index), index) for index, group in enumerate(groups or ())]
    edges.append(np.array(links, np.int64).reshape(-1, 2).T)
    first, second = np.concatenate(edges, axis=1)
    graph = coo_array((np.ones(len(first), np.bool_), (first, second)), shape=(num_images, num_images))
    _, labels = connected_components(graph, directed=False)
    _, positions = np.unique(labels, return_index=True)
    return np.asarray(positions[labels], np.int64)
