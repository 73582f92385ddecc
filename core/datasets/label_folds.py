"""Labelled images into folds, with the refusals that labels need. Pure array work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.datasets.folds import assign_folds
from core.errors import AppError


def label_folds(
    labels: Sequence[str], groups: Sequence[str], num_folds: int, *, seed: int
) -> NDArray[np.int64]:
    """The fold of each image, from 0.

    Args:
        labels: One an image.
        groups: One an image; images of one group are never parted.
        num_folds: From 2.
        seed: Equal seeds give equal folds, for images in the same order.

    Raises:
        AppError: A label with fewer groups than folds.
    """
    number, scarcest = _scarcest(labels, groups)
    if num_folds < 2 or number < num_folds:
        what = f"the label {scarcest} has {number}" if number < num_folds else "a split needs 2"
        raise AppError(
            "{num_folds} folds need as many images of each label at least (images of one lesion "
            "or patient count once), and {what}; take fewer folds, or add images.",
            num_folds=num_folds,
            what=what,
        )
    return assign_folds(groups, num_folds, seed=seed, strata=labels)


def set_aside(labels: Sequence[str], groups: Sequence[str], part: float, *, seed: int) -> NDArray[np.bool_]:
    """Which images are set aside for validation: one of round(1 / part) folds.

    Args:
        labels: One an image.
        groups: One an image; images of one group stay on one side.
        part: Above 0 and at most a half.
        seed: Equal seeds give equal parts.

    Raises:
        AppError: Too few images of a label.
    """
    num_folds = max(2, round(1 / part))
    number, scarcest = _scarcest(labels, groups)
    if number < num_folds:
        raise AppError(
            "To set aside {part:.0f} % of the images takes {num_folds} of each label at least "
            "(images of one lesion or patient count once), and {number} of the label {scarcest} "
            "are there; give a larger --val_part, or add images.",
            part=part * 100,
            num_folds=num_folds,
            number=number,
            scarcest=scarcest,
        )
    return np.asarray(label_folds(labels, groups, num_folds, seed=seed) == 0)


def _scarcest(labels: Sequence[str], groups: Sequence[str]) -> tuple[int, str]:
    """The label with the fewest groups; a group with several labels counts as the rarest of them."""
    number_of = Counter(labels)
    label_of: dict[str, str] = {}
    for label, group in sorted(zip(labels, groups, strict=True), key=lambda each: (number_of[each[0]], each)):
        label_of.setdefault(group, label)
    groups_of = Counter(label_of.values())
    return min((groups_of[label], label) for label in set(labels))
