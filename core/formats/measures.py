"""What can be measured on a mask, a row for each class of an image: areas, outline, box, parts, mean grey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Measures:
    """One class of one mask.

    Attributes:
        area_px: Pixels.
        area_mm2: Square millimetres, None where the spacing is not known.
        perimeter_px: Length of all outlines in pixels, by Crofton's formula in four directions
            (`skimage.measure.perimeter_crofton`); 0 for an empty mask.
        box: (row, col, height, width) of the smallest box around it, None for an empty mask.
        num_parts: 8-connected parts.
        mean_grey: Mean stored value of the image under it (of the channels' mean, where it has colours), None
            for an empty mask.
    """

    area_px: int
    area_mm2: float | None
    perimeter_px: float
    box: tuple[int, int, int, int] | None
    num_parts: int
    mean_grey: float | None


def measure(
    region: NDArray[np.bool_], image: NDArray[Any], *, spacing_mm: tuple[float, float] | None = None
) -> Measures:
    """The measures of one class.

    Args:
        region: (H, W) bool, True where the class is.
        image: (H, W) or (H, W, C), values as stored.
        spacing_mm: Distance between rows and between columns in millimetres, None where not known.

    Raises:
        ValueError: Image and mask differ in size.
    """
    if image.shape[:2] != region.shape:
        raise ValueError(f"image {image.shape[:2]} and mask {region.shape} differ in size")
    area = int(np.count_nonzero(region))
    area_mm2 = None if spacing_mm is None else area * spacing_mm[0] * spacing_mm[1]
    if area == 0:
        return Measures(0, area_mm2, 0.0, None, 0, None)
    col, row, width, height = cv2.boundingRect(region.astype(np.uint8))
    num_labels, _ = cv2.connectedComponents(region.astype(np.uint8), connectivity=8)
    # Imported late, with the whole of scipy behind it.
    from skimage.measure import perimeter_crofton

    # A frame of background, so that what touches the image's edge has its outline there.
    perimeter = float(perimeter_crofton(np.pad(region, 1), directions=4))
    grey = float(np.mean(image[region], dtype=np.float64))
    return Measures(area, area_mm2, perimeter, (row, col, height, width), num_labels - 1, grey)
