"""Spots of three colours on skin, small enough that a network learns them in seconds."""

import numpy as np

from core.classification.examples import LabelledArrays

COLOURS = np.array([(40, 20, 20), (150, 90, 60), (200, 60, 60)])


def spot(label, generator, size=32):
    """An image with a spot of the label's colour, and the spot's mask."""
    row, column = np.mgrid[:size, :size]
    y, x = generator.uniform(size * 0.35, size * 0.65, 2)
    mask = (row - y) ** 2 + (column - x) ** 2 <= (size * generator.uniform(0.2, 0.3)) ** 2
    image = np.where(mask[..., None], COLOURS[label], (215, 180, 160))
    noisy = image + generator.normal(0, 8, image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), mask.astype(np.uint8)


def spots(labels, seed):
    generator = np.random.default_rng(seed)
    return LabelledArrays(
        np.stack([spot(label, generator)[0] for label in labels]), np.array(labels, np.int64)
    )
