"""Images into folds: what belongs together stays together, what is rare is spread evenly. Pure array work."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import AppError


def assign_folds(
    groups: Sequence[object] | NDArray[np.int64],
    num_folds: int,
    *,
    seed: int,
    strata: Sequence[str] | None = None,
) -> NDArray[np.int64]:
    """The fold of each image, from 0: scikit-learn's StratifiedGroupKFold, which says how it is done.

    Args:
        groups: One an image; images of one group are never parted.
        num_folds: From 2.
        seed: Equal seeds give equal folds.
        strata: What is to be spread evenly, one word an image; None for the number of images alone.

    Raises:
        AppError: Fewer groups than folds.
    """
    # A second to import, which only those who divide into folds wait for.
    from sklearn.model_selection import StratifiedGroupKFold

    num_groups = len(set(groups))
    if num_folds < 2 or num_groups < num_folds:
        raise AppError(
            "{num_folds} folds need at least {num_folds_2} groups of images, and there are "
            "{num_groups} ({num_groups_2} images; those of one patient and nearly equal ones "
            "count as one group); take {what} folds.",
            num_folds=num_folds,
            num_folds_2=max(num_folds, 2),
            num_groups=num_groups,
            num_groups_2=len(groups),
            what="at least 2" if num_folds < 2 else "fewer",
        )
    words = [""] * len(groups) if strata is None else list(strata)
    _, group_of = np.unique(np.asarray(groups), return_inverse=True)
    divided = StratifiedGroupKFold(num_folds, shuffle=True, random_state=seed)
    folds = np.zeros(len(words), np.int64)
    with warnings.catch_warnings():
        # A stratum with fewer images than folds is spread as far as it goes.
        warnings.filterwarnings("ignore", message="The least populated class")
        for fold, (_, inside) in enumerate(divided.split(words, words, group_of)):
            folds[inside] = fold
    return folds
