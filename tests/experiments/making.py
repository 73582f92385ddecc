"""Tiny sets of bright discs on dark ground, and recipes that train on them in a second."""

from dataclasses import replace

import cv2
import numpy as np

from core.config import AugmentConfig, NetConfig, TrainConfig
from core.experiments.requests.plan import Recipe

SIDE = 32

RECIPE = Recipe(
    net=NetConfig(depth=1, base_filters=2, input_channels=1),
    settings=TrainConfig(
        image_size=(SIDE, 2 * SIDE),
        epochs=2,
        batch_size=4,
        learning_rate=0.02,
        warmup=0.0,
        precision="float32",
        weight_averaging=0.0,
        val_part=0.3,
    ),
    augment=AugmentConfig(0, 0, 0, 0, 0, 0, 0),
)


def recipe(**settings):
    return replace(RECIPE, settings=replace(RECIPE.settings, **settings))


def write_pair(root, split, stem, *, seed, empty=False):
    """A disc with noise, no two alike, and its mask."""
    generator = np.random.default_rng(seed)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    if not empty:
        centre = tuple(int(each) for each in generator.integers(10, 22, 2))
        cv2.circle(mask, centre, int(generator.integers(5, 9)), 255, -1)
    # Coarse blots, so that no two images count as nearly the same.
    blots = cv2.resize(generator.uniform(0, 90, (8, 8)), (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    image = np.clip(mask * 0.5 + blots, 0, 255).astype(np.uint8)
    for folder, pixels in (("images", image), ("masks", mask)):
        path = root / split / folder / f"{stem}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())


def write_labels(root, split, stem, *, seed):
    """A grey disc and a bright square with noise, a column of undefined pixels, and the mask of indices."""
    generator = np.random.default_rng(seed)
    labels = np.zeros((SIDE, SIDE), np.uint8)
    row, column = (int(each) for each in generator.integers(8, 14, 2))
    cv2.circle(labels, (column, row), int(generator.integers(4, 7)), 1, -1)
    row, column = (int(each) for each in generator.integers(18, 22, 2))
    labels[row : row + 8, column : column + 8] = 2
    blots = cv2.resize(generator.uniform(0, 60, (8, 8)), (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    image = np.clip(labels * 90.0 + blots, 0, 255).astype(np.uint8)
    labels[:, 0] = 255
    for folder, pixels in (("images", image), ("masks", labels)):
        path = root / split / folder / f"{stem}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())


def make_class_set(root, *, train=8, val=4):
    """The same as `make_set` with masks of the indices 0, 1, 2 and 255."""
    for split, letter, count in (("train", "t", train), ("val", "v", val)):
        for index in range(count):
            write_labels(root, split, f"{letter}{index}", seed=(ord(letter), index))
    return root


def make_set(root, *, train=8, val=4, test=0, empty=()):
    """A set in the training layout; stems are t0, t1 ..., v0 ..., e0 ...; those in `empty` show nothing."""
    for split, letter, count in (("train", "t", train), ("val", "v", val), ("test", "e", test)):
        for index in range(count):
            stem = f"{letter}{index}"
            write_pair(root, split, stem, seed=(ord(letter), index), empty=stem in empty)
    return root
