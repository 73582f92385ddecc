"""What the click network learns from: an object in a crop, a mask that is not yet it, and clicks on the rest.

The object is the whole mask of an image, some of its parts, or a union of superpixels (Felzenszwalb and
Huttenlocher 2004), so that the network learns to follow clicks rather than to know kinds of objects. The crop
lies around it at many scales. The mask so far is empty or the object distorted; clicks lie where the largest
error is, and all but the last have been followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import felzenszwalb

from core.correction.click_crop import (
    CHANNELS,
    SIDE,
    Mask,
    Window,
    mask_crop,
    network_input,
    picture_crop,
    standardised,
    window_around,
)
from core.image_size import within
from core.training.click_mistakes import boxed, clicked_errors, distorted
from core.training.examples import DrawnExamples, ExampleArrays

Picture = NDArray[np.uint8]

SUPERPIXEL_SIDE = 192
SUPERPIXEL_SCALES = (60, 250)
LEAST_OBJECT = 12
"""Pixels of the crop; a smaller object, or a smaller rest, is drawn again."""
TRIES = 8
LEAST_WINDOW = 20
BOXED = 0.12
"""How often a box is drawn around the object in place of clicks on errors."""
ERROR_WEIGHT, CLICK_WEIGHT = 2, 5


@dataclass(frozen=True)
class ClickImage:
    """An image with a mask, at its own size.

    Attributes:
        picture: (H, W) or (H, W, 3) uint8, as it is shown.
        mask: (H, W) bool.
        superpixels: By scale, as they are asked for.
    """

    picture: Picture
    mask: Mask
    superpixels: dict[int, NDArray[np.int32]] = field(default_factory=dict, compare=False)

    def regions(self, scale: int) -> NDArray[np.int32]:
        """Superpixels of a small copy, (h, w) int32; kept once made."""
        if scale not in self.superpixels:
            height, width = within(self.mask.shape, SUPERPIXEL_SIDE)
            small = cv2.resize(self.picture, (width, height), interpolation=cv2.INTER_AREA)
            channel_axis = None if small.ndim == 2 else -1
            labels = felzenszwalb(small, scale=scale, sigma=0.8, min_size=30, channel_axis=channel_axis)
            self.superpixels[scale] = labels.astype(np.int32)
        return self.superpixels[scale]


def click_examples(sets: Sequence[Sequence[ClickImage]], num_examples: int) -> DrawnExamples:
    """Examples from sets of images, each set as often as the others.

    Args:
        sets: At least one, each of at least one image.
        num_examples: That make an epoch.
    """

    def draw(seed: int, position: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        generator = np.random.default_rng((seed, position))
        images = sets[int(generator.integers(len(sets)))]
        return _example(images[int(generator.integers(len(images)))], generator)

    return DrawnExamples(draw, (SIDE, SIDE, CHANNELS), num_examples)


def kept_examples(sets: Sequence[Sequence[ClickImage]], num_examples: int, seed: int) -> ExampleArrays:
    """A fixed number of such examples, to choose on; the weights count each pixel once."""
    drawn = click_examples(sets, num_examples)
    images, targets = zip(*(drawn.draw(seed, position) for position in range(num_examples)), strict=True)
    return ExampleArrays(np.stack(images), np.stack(targets)[..., 0])


def _example(
    image: ClickImage, generator: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Network input (S, S, 6) uint8 and target (S, S, 2) uint8."""
    for _ in range(TRIES):
        wanted = _object(image, generator)
        if not wanted.any():
            continue
        window = _window(wanted, generator)
        target = mask_crop(wanted, window)
        if LEAST_OBJECT <= target.sum() <= target.size - LEAST_OBJECT:
            break
    else:
        window = window_around((0, 0), max(image.mask.shape), image.mask.shape[:2])
        target = mask_crop(image.mask, window)
    others = mask_crop(image.mask, window) & ~target
    picture = picture_crop(image.picture, window)
    picture, target, others = _turned(picture, target, others, generator)
    picture = standardised(_recoloured(picture, generator))
    if generator.random() < BOXED and target.any():
        mask, clicks, rest = boxed(target, generator)
    else:
        start = np.zeros_like(target) if generator.random() < 0.35 else distorted(target, others, generator)
        mask, clicks, rest = clicked_errors(target, start, others, generator)
    weight = np.ones(target.shape, np.uint8)
    weight[rest] = ERROR_WEIGHT
    fed = network_input(picture, mask, clicks)
    weight[(target & (fed[..., 4] > 0)) | (~target & (fed[..., 5] > 0))] = CLICK_WEIGHT
    return fed, np.stack([target.view(np.uint8), weight], axis=-1)


def _object(image: ClickImage, generator: np.random.Generator) -> Mask:
    """What is to be found, (H, W)."""
    kind = generator.random()
    if kind < 0.35 or not image.mask.any():
        return _superpixel_object(image, generator)
    if kind < 0.7:
        return image.mask
    count, parts = cv2.connectedComponents(image.mask.view(np.uint8))
    if count <= 2:
        return image.mask
    first = parts[image.mask][int(generator.integers(int(image.mask.sum())))]
    if generator.random() < 0.6:
        return np.asarray(parts == first)
    chosen = generator.random(count) < generator.random()
    chosen[0], chosen[first] = False, True
    return np.asarray(chosen[parts])


def _superpixel_object(image: ClickImage, generator: np.random.Generator) -> Mask:
    regions = image.regions(int(generator.choice(SUPERPIXEL_SCALES)))
    row, col = (int(generator.integers(length)) for length in regions.shape)
    found = regions == regions[row, col]
    for _ in range(int(generator.integers(4))):
        ring = (cv2.dilate(found.view(np.uint8), np.ones((3, 3), np.uint8)) != 0) & ~found
        beside = regions[ring]
        if beside.size == 0 or found.mean() > 0.3:
            break
        found |= regions == beside[int(generator.integers(beside.size))]
    if found.mean() > 0.7:
        found = ~found
    smooth = cv2.medianBlur(found.view(np.uint8), 3)
    size = image.mask.shape[::-1]
    return np.asarray(cv2.resize(smooth, size, interpolation=cv2.INTER_NEAREST)) != 0


def _window(wanted: Mask, generator: np.random.Generator) -> Window:
    """Around the object at many scales; now and then the whole picture, or a place at its border alone."""
    rows, cols = np.flatnonzero(wanted.any(axis=1)), np.flatnonzero(wanted.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, cols[0], cols[-1] + 1
    longest = max(bottom - top, right - left, LEAST_WINDOW / 1.5)
    kind, shape = generator.random(), wanted.shape
    if kind < 0.15:
        return window_around((0, 0), max(shape), shape)
    if kind < 0.3:
        edge = np.argwhere(wanted & (cv2.erode(wanted.view(np.uint8), np.ones((3, 3), np.uint8)) == 0))
        place = edge[int(generator.integers(len(edge)))]
        return window_around(
            (place[0], place[1]), max(LEAST_WINDOW, longest * generator.uniform(0.4, 1)), shape
        )
    side = longest * np.exp(generator.uniform(np.log(1.15), np.log(3.2)))
    move = generator.uniform(-0.5, 0.5, 2) * (side - longest)
    return window_around(((top + bottom) / 2 + move[0], (left + right) / 2 + move[1]), side, shape)


def _turned(
    picture: Picture, target: Mask, others: Mask, generator: np.random.Generator
) -> tuple[Picture, Mask, Mask]:
    """Mirrored and turned by quarters, all three alike."""
    quarters, mirrored = int(generator.integers(4)), generator.random() < 0.5

    def turn(pixels: NDArray[Any]) -> NDArray[Any]:
        turned = np.rot90(pixels, quarters)
        return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)

    return turn(picture), turn(target), turn(others)


def _recoloured(picture: Picture, generator: np.random.Generator) -> Picture:
    """Another gamma, sometimes inverted, without colour, blurred or with noise."""
    invert, grey, blur, noisy = generator.random(4)
    table = 255 * np.linspace(0, 1, 256) ** np.exp(generator.uniform(-0.5, 0.5))
    changed = np.rint(table[::-1] if invert < 0.1 else table).astype(np.uint8)[picture]
    if grey < 0.15:
        changed[...] = changed.mean(axis=-1, keepdims=True)
    if blur < 0.1:
        changed = np.asarray(cv2.GaussianBlur(changed, (0, 0), generator.uniform(0.5, 1.5)))
    if noisy < 0.15:
        noise = generator.standard_normal(changed.shape[:2])[..., None] * generator.uniform(2, 15)
        changed = np.clip(changed + noise, 0, 255).astype(np.uint8)
    return changed
