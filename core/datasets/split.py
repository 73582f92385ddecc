"""A part of the training pairs set aside for validation, the same part for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np

from core.datasets.matching import Pair

Group = TypeVar("Group", bound=Hashable)


def split_train_val(
    pairs: Sequence[Pair], groups: Sequence[object], part: float, seed: int
) -> tuple[list[Pair], list[Pair]]:
    """Train and validation pairs; those of one group stay on one side.

    Groups are drawn in an order that depends on the seed and the names alone, until validation has its part;
    a group that would overshoot by more than it lacks is left for train.

    Args:
        pairs: At least two.
        groups: One for each pair, see `core.datasets.groups`.
        part: Part for validation, above 0 and below 1; at least one image on each side.
        seed: Equal seeds give equal splits, whatever the order of `pairs`.

    Returns:
        (train, val), each in the order of the stems.

    Raises:
        ValueError: Fewer than two pairs, a part outside (0, 1), a list of another length, or a single group.
    """
    if len(pairs) < 2:
        raise ValueError(f"a split needs at least two pairs, got {len(pairs)}")
    if len(groups) != len(pairs):
        raise ValueError(f"expected a group for each of {len(pairs)} pairs, got {len(groups)}")
    ordered = sorted(zip(pairs, groups, strict=True), key=lambda each: each[0].stem)
    chosen = draw_groups([group for _, group in ordered], part, seed)
    val = [pair for pair, group in ordered if group in chosen]
    return [pair for pair, group in ordered if group not in chosen], val


def draw_groups(groups: Sequence[Group], part: float, seed: int) -> set[Group]:
    """The groups that are set aside.

    Args:
        groups: One for each image, in an order that means the same each time.
        part: Of the images, above 0 and below 1; at least one group is drawn and one is left.
        seed: Of the order in which they are drawn.

    Raises:
        ValueError: A part outside (0, 1), or a single group.
    """
    if not 0 < part < 1:
        raise ValueError(f"the part for validation lies between 0 and 1, got {part}")
    sizes = Counter(groups)
    if len(sizes) < 2:
        raise ValueError("all images belong to one group, so none can be set aside for validation")
    names = list(sizes)
    order = [names[place] for place in np.random.default_rng(seed).permutation(len(names))]
    wanted = round(part * len(groups)) or 1
    chosen: set[Group] = set()
    num_chosen = 0
    for group in order:
        lacking = wanted - num_chosen
        if lacking <= 0 or len(chosen) == len(sizes) - 1:
            break
        if sizes[group] <= 2 * lacking:
            chosen.add(group)
            num_chosen += sizes[group]
    return chosen or {min(order, key=lambda group: sizes[group])}
