"""A part of the training pairs set aside for validation, the same part for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from core.config import Limits
from core.datasets.likeness import fingerprint, group_alike
from core.datasets.matching import Pair, read_bytes
from core.imaging.decode import decode_image

NUM_THREADS = 4


def split_train_val(
    pairs: Sequence[Pair],
    part: float,
    seed: int,
    *,
    groups: Sequence[object] | None = None,
    fingerprints: Sequence[NDArray[np.float32]] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Pair], list[Pair]]:
    """Train and validation pairs; images that look alike, and those of one group, stay on one side.

    Groups are drawn in an order that depends on the seed and the names alone, until validation has its part;
    a group that would overshoot by more than it lacks is left for train. Where all images look alike,
    likeness is left out of account.

    Args:
        pairs: At least two.
        part: Part for validation, above 0 and below 1; at least one image on each side.
        seed: Equal seeds give equal splits, whatever the order of `pairs`.
        groups: One for each pair, such as patient ids; None for none.
        fingerprints: `core.datasets.likeness.fingerprint` of each pair's image where the caller has them;
            None reads the images.
        on_progress: Called with (images read, all images).

    Returns:
        (train, val), each in the order of the stems.

    Raises:
        ValueError: Fewer than two pairs, a part outside (0, 1), a list of another length, or a single group.
        BadFileError: An image cannot be read.
    """
    _check_arguments(pairs, part, groups, fingerprints)
    order = sorted(range(len(pairs)), key=lambda index: pairs[index].stem)
    ordered = [pairs[index] for index in order]
    if fingerprints is None:
        prints = read_fingerprints(ordered, on_progress=on_progress)
    else:
        prints = [fingerprints[index] for index in order]
    given = None if groups is None else [groups[index] for index in order]
    group_of = group_alike(prints, given)
    if len(np.unique(group_of)) < 2:  # everything looks alike: a split by the given groups beats none at all
        group_of = group_alike([np.zeros_like(each) for each in prints], given)
    names = np.unique(group_of)
    if len(names) < 2:
        raise ValueError("all images belong to one group, so none can be set aside for validation")
    chosen = _draw(group_of, np.random.default_rng(seed).permutation(names), round(part * len(pairs)) or 1)
    val = [pair for pair, group in zip(ordered, group_of.tolist(), strict=True) if group in chosen]
    train = [pair for pair, group in zip(ordered, group_of.tolist(), strict=True) if group not in chosen]
    return train, val


def read_fingerprints(
    pairs: Sequence[Pair],
    *,
    limits: Limits | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[NDArray[np.float32]]:
    """The fingerprint of each pair's image, read by a few threads.

    Raises:
        BadFileError: An image cannot be read.
    """

    def read(pair: Pair) -> NDArray[np.float32]:
        name = pair.image_path.name
        return fingerprint(decode_image(read_bytes(pair.image_path), name, limits))

    prints = []
    with ThreadPoolExecutor(NUM_THREADS) as pool:
        for done, vector in enumerate(pool.map(read, pairs), start=1):
            prints.append(vector)
            if on_progress is not None:
                on_progress(done, len(pairs))
    return prints


def _check_arguments(
    pairs: Sequence[Pair],
    part: float,
    groups: Sequence[object] | None,
    fingerprints: Sequence[NDArray[np.float32]] | None,
) -> None:
    if len(pairs) < 2:
        raise ValueError(f"a split needs at least two pairs, got {len(pairs)}")
    if not 0 < part < 1:
        raise ValueError(f"the part for validation lies between 0 and 1, got {part}")
    for what in (groups, fingerprints):
        if what is not None and len(what) != len(pairs):
            raise ValueError(f"expected one entry for each of {len(pairs)} pairs, got {len(what)}")


def _draw(group_of: NDArray[np.int64], order: NDArray[np.int64], wanted: int) -> set[int]:
    sizes = dict(zip(*(each.tolist() for each in np.unique(group_of, return_counts=True)), strict=True))
    chosen: set[int] = set()
    num_chosen = 0
    for group in order.tolist():
        lacking = wanted - num_chosen
        if lacking <= 0 or len(chosen) == len(sizes) - 1:
            break
        if sizes[group] <= 2 * lacking:
            chosen.add(group)
            num_chosen += sizes[group]
    return chosen or {min(sizes, key=lambda group: (sizes[group], order.tolist().index(group)))}
