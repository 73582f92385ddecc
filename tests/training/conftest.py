"""Bright discs on dark ground, small enough that a network learns them in a second."""

import numpy as np
import pytest

from core.training.examples import ExampleArrays


def discs(count, seed, size=(16, 16)):
    generator = np.random.default_rng(seed)
    row, column = np.mgrid[: size[0], : size[1]]
    masks = np.stack(
        [
            ((row - y) ** 2 + (column - x) ** 2 <= r * r).astype(np.uint8)
            for y, x, r in zip(
                generator.uniform(5, 11, count),
                generator.uniform(5, 11, count),
                generator.uniform(3, 5, count),
                strict=True,
            )
        ]
    )
    noise = generator.normal(0, 15, masks.shape)
    images = np.clip(masks * 120 + 60 + noise, 0, 255).astype(np.uint8)[..., None]
    return ExampleArrays(images, masks)


@pytest.fixture(scope="session")
def training_discs():
    return discs(16, seed=0)


@pytest.fixture(scope="session")
def validation_discs():
    return discs(5, seed=1)
