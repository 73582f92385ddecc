"""Which images are nearly the same picture."""

from __future__ import annotations

import cv2
import numpy as np

from core.datasets.likeness import alike_pairs, fingerprint
from core.imaging.decode import DecodedImage
from tests.datasets.making import noise_image


def pairs_of(images: list[np.ndarray]) -> set[tuple[int, int]]:
    found = alike_pairs([fingerprint(DecodedImage(values)) for values in images])
    return {(min(pair), max(pair)) for pair in found.T.tolist() if pair[0] != pair[1]}


def test_likeness_is_independent_of_size_and_light() -> None:
    base = noise_image(0, 32)
    resized = cv2.resize(base, (64, 64), interpolation=cv2.INTER_NEAREST)
    images = [base, (base // 2 + 40).astype(np.uint8), resized, noise_image(1, 32), 255 - base]
    assert pairs_of(images) == {(0, 1), (0, 2), (1, 2)}


def test_images_of_one_colour_are_like_none() -> None:
    assert pairs_of([np.full((20, 20), value, np.uint8) for value in (0, 0, 90)]) == set()
