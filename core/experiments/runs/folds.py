"""Images into folds: what belongs together stays together, what is rare is spread evenly. Pure array work."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.datasets.likeness import group_alike
from core.errors import AppError


def link_groups(
    fingerprints: Sequence[NDArray[np.float32]], groups: Sequence[str] | None
) -> tuple[NDArray[np.int64], bool]:
    """A group number for each image: one patient's images and nearly equal ones share a number.

    Args:
        fingerprints: `core.datasets.likeness.fingerprint` of each image.
        groups: Such as patient ids, "" for an image of nobody known; None for none at all.

    Returns:
        (N,) int64, and whether likeness was taken into account: where it would chain everything together,
        as on sets whose images all look alike, the given groups alone count.
    """
    named = None if groups is None else [name or f"\0{index}" for index, name in enumerate(groups)]
    linked = group_alike(fingerprints, named)
    # A chain that swallows half of the set would make folds of unequal worlds; patients then say enough.
    if len(linked) and np.bincount(linked).max() * 2 > len(linked):
        return group_alike([np.zeros_like(each) for each in fingerprints], named), False
    return linked, True


def assign_folds(
    groups: NDArray[np.int64], num_folds: int, *, seed: int, strata: Sequence[str] | None = None
) -> NDArray[np.int64]:
    """The fold of each image, from 0.

    Greedy, as scikit-learn's StratifiedGroupKFold: groups are taken in an order that puts those first that
    are hardest to place (largest, and most lopsided), ties in an order drawn by the seed; each goes where the
    parts of the strata in all folds then differ least, and of equally good folds to the smallest.

    Args:
        groups: (N,) int64; images with one number are never parted.
        num_folds: From 2.
        seed: Equal seeds give equal folds.
        strata: What is to be spread evenly, one word an image; None for the number of images alone.

    Raises:
        AppError: Fewer groups than folds.
    """
    names, group_of = np.unique(groups, return_inverse=True)
    if num_folds < 2 or len(names) < num_folds:
        raise AppError(
            f"{num_folds} folds need at least {max(num_folds, 2)} groups of images, and there are "
            f"{len(names)} ({len(groups)} images; those of one patient and nearly equal ones count as one "
            f"group); take "
            f"{'at least 2' if num_folds < 2 else 'fewer'} folds."
        )
    words, stratum_of = np.unique(
        ["" for _ in groups] if strata is None else list(strata), return_inverse=True
    )
    counts = np.zeros((len(names), len(words)), np.int64)
    np.add.at(counts, (group_of, stratum_of), 1)
    parts = counts / counts.sum(axis=0)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-parts[order].max(axis=1), kind="stable")]
    held = np.zeros((num_folds, len(words)))
    sizes = np.zeros(num_folds, np.int64)
    fold_of_group = np.zeros(len(names), np.int64)
    for place, group in enumerate(order.tolist()):
        left = len(order) - place
        empty = np.flatnonzero(sizes == 0)
        # Every fold gets a group, also where a few large ones would be spread more evenly over fewer.
        candidates = empty if left <= len(empty) else np.arange(num_folds)
        fold = min(
            candidates.tolist(), key=lambda fold: (_spread(held, parts[group], fold), sizes[fold], fold)
        )
        held[fold] += parts[group]
        sizes[fold] += counts[group].sum()
        fold_of_group[group] = fold
    return fold_of_group[group_of]


def _spread(held: NDArray[np.float64], part: NDArray[np.float64], fold: int) -> float:
    """How unequal the folds are with a group in one of them: mean over strata of the standard deviation."""
    tried = held.copy()
    tried[fold] += part
    return round(float(tried.std(axis=0).mean()), 12)
