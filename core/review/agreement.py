"""How far two masks of one image agree: numbers a reader can be told. Pure arrays.

Undecided pixels (255) of either mask weigh nothing. With several classes each is judged against all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.class_scores import count_classes
from core.evaluation.contours import Spacing, contour_distances, robust_hausdorff, surface_dice
from core.evaluation.scores import dice_of, scores_of_counts
from core.imaging.class_table import UNDEFINED

TOLERANCE_PIXELS, TOLERANCE_MM = 2.0, 1.0


@dataclass(frozen=True)
class Agreement:
    """Two masks of one class.

    Attributes:
        dice: In [0, 1]; 1 where both are empty.
        surface_dice: Part of the contours within the tolerance of each other, in [0, 1].
        hd95: Distance within which 95 % of the contours lie, in mm where the pixel's size is known, else in
            pixels; None where one mask is empty.
        first_area: Pixels of the first, or mm2.
        second_area: Of the second, likewise.
    """

    dice: float
    surface_dice: float
    hd95: float | None
    first_area: float
    second_area: float


def agree(
    first: NDArray[Any], second: NDArray[Any], class_index: int = 1, spacing: Spacing | None = None
) -> Agreement:
    """How far two masks agree about a class.

    Args:
        first: (H, W) class indices, 255 for undecided.
        second: (H, W), likewise.
        spacing: Height and width of a pixel in mm, None where unknown.

    Raises:
        ValueError: Shapes differ.
    """
    undecided = undecided_pixels(first, second)
    one, other = ((np.asarray(mask) == class_index) & ~undecided for mask in (first, second))
    distances = contour_distances(one, other, spacing or (1.0, 1.0))
    a_pixel = 1.0 if spacing is None else spacing[0] * spacing[1]
    return Agreement(
        dice=dice_of(one, other),
        surface_dice=surface_dice(distances, TOLERANCE_PIXELS if spacing is None else TOLERANCE_MM),
        hd95=robust_hausdorff(distances),
        first_area=float(one.sum()) * a_pixel,
        second_area=float(other.sum()) * a_pixel,
    )


def mean_dice(first: NDArray[Any], second: NDArray[Any]) -> float:
    """The Dice of two masks, mean over the classes that are in either; 1 where both are empty.

    Raises:
        ValueError: Shapes differ.
    """
    counts = count_classes(first, second, UNDEFINED, undecided_pixels(first, second))[1:]
    there = [each for each in counts if each.true_positive + each.false_positive + each.false_negative]
    return float(np.mean([scores_of_counts(each)["dice"] for each in there])) if there else 1.0


def undecided_pixels(*masks: NDArray[Any]) -> NDArray[np.bool_]:
    """(H, W), where any of the masks says nothing.

    Raises:
        ValueError: Shapes differ.
    """
    if len({mask.shape for mask in masks}) != 1:
        raise ValueError(f"masks differ in shape: {', '.join(str(mask.shape) for mask in masks)}")
    return np.asarray(np.any([np.asarray(mask) == UNDEFINED for mask in masks], axis=0))


def majority(masks: list[NDArray[Any]]) -> NDArray[np.uint8]:
    """The class that most of the masks give each pixel; a tie is what the first of the tied masks says.

    Each pixel is decided by itself, so that neither padding nor cropping changes another one. Undecided ones
    have no vote; where nobody votes the pixel stays undecided.

    Args:
        masks: At least one, (H, W) class indices, 255 for undecided.

    Returns:
        (H, W) uint8 class indices.

    Raises:
        ValueError: No mask, or shapes that differ.
    """
    if not masks:
        raise ValueError("a majority needs at least one mask")
    undecided_pixels(*masks)
    stack = np.stack([np.asarray(mask, np.uint8) for mask in masks])
    votes = np.stack([(stack == mask).sum(axis=0) for mask in stack])
    votes[stack == UNDEFINED] = 0
    first_best = np.argmax(votes, axis=0)
    return np.asarray(np.take_along_axis(stack, first_best[None], axis=0)[0])
