"""A few training images beside changed copies of them, so that augmentation is seen before it is trained on.

Shows exactly what training makes, from the same settings; needs no network and imports neither Keras nor
TensorFlow.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.datasets.layout import images_dir, masks_dir
from core.datasets.loading import slices_of
from core.datasets.pairs import Pair, find_pairs
from core.errors import AppError, BadDatasetError
from core.files import write_whole
from core.imaging.class_table import ClassTable
from core.imaging.masks import encode_png
from core.imaging.overlay import overlay, overlay_classes
from core.training.augment import change_image, change_labels, draw_change
from core.training.examples import ExampleArrays
from core.workflows.learn.train_model import prepare, with_channels
from core.workflows.learn.training_card import TrainRequest

NUM_IMAGES = 4
NUM_CHANGED = 5
# Longer side of a tile in pixels: larger images are shown smaller, very small ones larger.
SMALLEST_TILE, LARGEST_TILE = 128, 256
GAP = 8
HEADING = 24
WHITE, GREY = 255, 90


def preview_augmentation(request: TrainRequest, path: Path) -> list[str]:
    """Write a contact sheet: a row an image, first as it is, then changed, the mask's outline over each.

    Args:
        request: As for training; only data, image size, channels, scaling, augmentation and seed count.

    Returns:
        The names of the images, in the order of the rows.

    Raises:
        AppError: The path is no PNG.
        BadDatasetError: No train split, or images and masks that do not match.
    """
    if path.suffix.lower() != ".png":
        raise AppError("The preview is written as PNG, so {path} must end in .png.", path=path)
    pairs = _some_of(find_pairs(images_dir(request.data_dir, "train"), masks_dir(request.data_dir, "train")))
    if not pairs:
        raise BadDatasetError(str(request.data_dir), ["train: There are no images."])
    shown = [_middle_slice(pair, request) for pair in pairs]
    request = with_channels(request, shown)
    write_whole(path, encode_png(contact_sheet(prepare(shown, request), request)))
    return [pair.image_path.name for pair in pairs]


def contact_sheet(examples: ExampleArrays, request: TrainRequest) -> NDArray[np.uint8]:
    """The sheet of prepared examples, (H, W, 3) uint8."""
    height, width = tile_size(examples.masks.shape[1:])
    down, across = height + GAP, width + GAP
    sheet = np.full((HEADING + len(examples) * down, GAP + (1 + NUM_CHANGED) * across, 3), WHITE, np.uint8)
    for column in range(1 + NUM_CHANGED):
        words = "as it is" if column == 0 else f"changed {column}"
        place = (GAP + column * across, HEADING - 8)
        cv2.putText(sheet, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (GREY,) * 3, 1, cv2.LINE_AA)
        for row in range(len(examples)):
            tile = _tile(examples, row, column, request)
            top, left = HEADING + row * down, GAP + column * across
            shown = _outlined(*tile, size=(height, width), classes=request.classes)
            sheet[top : top + height, left : left + width] = shown
    return sheet


def tile_size(size: tuple[int, int]) -> tuple[int, int]:
    """(height, width) that an image is shown at: its longer side brought to what a tile may have."""
    longer = max(size)
    scale = np.clip(longer, SMALLEST_TILE, LARGEST_TILE) / longer
    height, width = (max(1, round(side * scale)) for side in size)
    return height, width


def _some_of(pairs: list[Pair]) -> list[Pair]:
    """A few, evenly spread over the data set."""
    if not pairs:
        return []
    places = np.linspace(0, len(pairs) - 1, NUM_IMAGES).round().astype(int)
    return [pairs[place] for place in np.unique(places).tolist()]


def _middle_slice(pair: Pair, request: TrainRequest) -> Pair:
    slices = slices_of(replace(pair, values=request.mask_values, reading=request.reading))
    return slices[len(slices) // 2]


def _tile(
    examples: ExampleArrays, index: int, number: int, request: TrainRequest
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The image, (H, W, C) uint8, and its mask: 0 as it is, else as in one pass of training."""
    image, mask = examples.images[index], examples.masks[index]
    if number > 0:
        change = draw_change(request.augment, mask.shape, (request.settings.seed, number - 1, index))
        image, mask = change_image(image, change), change_labels(mask, change)
    return image if image.dtype == np.uint8 else (image >> 8).astype(np.uint8), mask


def _outlined(
    image: NDArray[np.uint8], mask: NDArray[np.uint8], *, size: tuple[int, int], classes: ClassTable | None
) -> NDArray[np.uint8]:
    """The image with its mask's outline at a size, (height, width, 3)."""
    height, width = size
    shrinks = image.shape[0] > height
    shown = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST)
    picture = np.asarray(shown, np.uint8).reshape(height, width, -1)
    picture = np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture
    labels = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    if classes is None:
        return overlay(picture, labels, opacity=0.0)
    return overlay_classes(picture, labels, classes.colours, opacity=0.0)
