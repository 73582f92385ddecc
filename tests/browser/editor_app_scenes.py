"""The pictures of the harness app, also known to its tests."""

from __future__ import annotations

import re
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.decode import DecodedImage
from core.imaging.levels import pack_levels
from core.imaging.masks import encode_jpeg, encode_png
from core.ui.mask_editor.contract import EditorClass, EditorImage


def scene(name: str) -> EditorImage:
    """`small...` is 64 x 48 (see below), others a soft disc of the side in the name; `classes` has 5."""
    probability = small_probability() if name.startswith("small") else disc(int(re.findall(r"\d+", name)[-1]))
    height, width = probability.shape
    noise = np.random.default_rng(1).integers(0, 255, (height, width), np.uint8)
    picture = cv2.addWeighted(cv2.GaussianBlur(noise, (0, 0), 3), 0.5, probability, 0.3, 0)
    reference = np.zeros_like(probability)
    reference[height // 4 : height // 2, width // 4 : width // 2] = 1
    image = EditorImage(
        image_id=name,
        height=height,
        width=width,
        picture=encode_jpeg(picture),
        confidence=encode_png(probability),
        reference=encode_png(reference) if "reference" in name else None,
        suggested_threshold=0.5,
        levels=pack_levels(DecodedImage(units(height, width), "hu"), LUNG) if "units" in name else b"",
    )
    if "classes" not in name:
        return image
    classes = proposed(probability.shape)
    classes_of_reference = np.where(reference != 0, classes, 0).astype(np.uint8)
    return replace(
        image, classes=CLASSES, proposed=encode_png(classes), reference=encode_png(classes_of_reference)
    )


LUNG = (-1000.0, 400.0)


def units(height: int, width: int) -> NDArray[np.int16]:
    """Hounsfield units: -1000 on the left half, on the right 40 with 60 in the lower half of it."""
    values = np.full((height, width), -1000, np.int16)
    values[:, width // 2 :] = 40
    values[height // 2 :, width // 2 :] = 60
    return values


CLASSES = (
    EditorClass(1, 1, "Lung", (230, 159, 0), "1"),
    EditorClass(2, 2, "Heart", (86, 180, 233), "2"),
    EditorClass(4, 4, "Spine", (0, 158, 115), "3"),
    # Merged into the second one, and deleted.
    EditorClass(3, 2, "Aorta"),
    EditorClass(5, 0, "Rib"),
)


def proposed(shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Classes 1 to 5 in bands from left to right."""
    return np.repeat((1 + 5 * np.arange(shape[1]) // shape[1])[None], shape[0], axis=0).astype(np.uint8)


def small_probability() -> NDArray[np.uint8]:
    """Rows 10 to 29, columns 10 to 39 certain, a 4 x 4 hole in it, a 2 x 2 speck of 0.6 further down."""
    probability = np.zeros((48, 64), np.uint8)
    probability[10:30, 10:40] = 255
    probability[18:22, 20:24] = 0
    probability[40:42, 50:52] = 153
    return probability


def disc(side: int) -> NDArray[np.uint8]:
    """A disc that fades from certain to nothing."""
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    distance = np.hypot(rows - side / 2, columns - side / 2)
    return np.clip(255 * (1.2 - distance / (side / 3)), 0, 255).astype(np.uint8)
