"""Which images must not be separated: one answer for every split, lock and fold. Pure work on arrays.

Images belong together that share a key (a patient, a volume, the same pixels, what a name pattern or a table
says) or look alike, and so does all that is chained to them. Where the keys come from is not known here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from core.datasets.likeness import alike_pairs
from core.errors import AppError

FEWEST_SWALLOWED = 10
"""A chain of alike images that is longer, and holds more than half of a set, says nothing about twins."""

MOST_SECONDS = 3.0
"""For a pattern on all names; the usual one takes 0.02 s on 10,000."""


@dataclass(frozen=True)
class GroupRule:
    """What a person says of the images that belong together.

    Attributes:
        column: Column of the set's table; "" looks for a patient's, "none" takes none.
        pattern: See `keys_by_pattern`; "" for none.
    """

    column: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class Linked:
    """Images in groups.

    Attributes:
        numbers: (N,) int64; images with one number are never parted. Each is the place of a group's first
            image.
        alike: Whether likeness was taken into account.
    """

    numbers: NDArray[np.int64]
    alike: bool = True

    @property
    def num_groups(self) -> int:
        """How many groups there are."""
        return len(np.unique(self.numbers))


def link_images(
    keys: Sequence[Iterable[str]], fingerprints: Sequence[NDArray[np.float32]] | None = None
) -> Linked:
    """The groups of images that share a key or look alike, chained.

    Where likeness would leave a single group, or one that swallows more than half of the set, all images look
    alike and likeness is left out.

    Args:
        keys: What is known of each image, such as ("patient:7", "pixels:6f"); none for an image of nobody
            known.
        fingerprints: `core.datasets.likeness.fingerprint` of each image; None for none.
    """
    shared = _pairs_by_key(keys)
    by_key = _components(len(keys), shared)
    if not fingerprints:
        return Linked(by_key)
    linked = _components(len(keys), np.concatenate([shared, alike_pairs(fingerprints)], axis=1))
    largest = int(np.bincount(linked).max())
    swallowed = largest * 2 > len(keys) and largest > FEWEST_SWALLOWED
    if swallowed or len(np.unique(linked)) < 2:
        return Linked(by_key, alike=False)
    return Linked(linked)


def keys_by_pattern(names: Sequence[str], pattern: str) -> list[str]:
    """The key that each name gives, "" where it gives none.

    Args:
        names: File names without ending.
        pattern: A regular expression with one group, such as `^(P[0-9]+)`, which is searched for; or a
            separator without brackets, such as `_`: the key is everything before its first occurrence, the
            whole name where it does not occur.

    Raises:
        AppError: It is no such pattern, or fits none of the names.
    """
    if "(" not in pattern:
        keys = [name.split(pattern, 1)[0] for name in names]
        fits = any(pattern in name for name in names)
    else:
        keys = _searched(_compiled(pattern), names)
        fits = any(keys)
    if not fits:
        raise AppError(
            "The group pattern {pattern!r} fits none of the {num_names} names (the first is "
            "{names!r}); give a separator such as _ or a regular expression with one group such "
            "as ^(P[0-9]+).",
            pattern=pattern,
            num_names=len(names),
            names=names[0] if names else "",
        )
    return as_first_written(keys)


def as_first_written(words: Sequence[str]) -> list[str]:
    """The words, of those that may mean one (P1, p-1, P01; 1 and 1.0) always the first.

    To take two patients as one makes a group larger; to take one as two trains on who is tested.
    """
    first: dict[str, str] = {}
    return [first.setdefault(_plain(word), word) for word in words]


def _plain(word: str) -> str:
    signs = r"\.0+$|(?<![\d.])0+(?=\d)|(?<=[^\W\d_])[\s_-]+(?=\d)"
    return str(regex.sub(signs, "", word.strip().casefold()))


def _compiled(pattern: str) -> regex.Pattern[str]:
    try:
        compiled = regex.compile(pattern)
    except regex.error as error:
        raise AppError(
            "The group pattern {pattern!r} is no regular expression ({error}).", pattern=pattern, error=error
        ) from None
    if compiled.groups != 1:
        raise AppError(
            "The group pattern {pattern!r} has {groups} groups in brackets; give exactly one, "
            "around what the images of one group have in common.",
            pattern=pattern,
            groups=compiled.groups,
        )
    return compiled


def _searched(pattern: regex.Pattern[str], names: Sequence[str]) -> list[str]:
    """What the one group finds in each name; whatever is given, the server goes on after a few seconds."""
    end = time.monotonic() + MOST_SECONDS
    keys = []
    for name in names:
        try:
            match = pattern.search(name, timeout=max(0.001, end - time.monotonic()))
        except TimeoutError:
            raise AppError(
                "The group pattern {pattern!r} takes too long on the names, as repeats of repeats do, "
                "such as (a+)+; give a simpler one, such as ^(P[0-9]+).",
                pattern=pattern.pattern,
            ) from None
        keys.append((match.group(1) or "") if match else "")
    return keys


def _pairs_by_key(keys: Sequence[Iterable[str]]) -> NDArray[np.int64]:
    first_of: dict[str, int] = {}
    pairs = [(first_of.setdefault(key, place), place) for place, own in enumerate(keys) for key in own]
    return np.array(pairs, np.int64).reshape(-1, 2).T


def _components(num_images: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    # Late: SciPy is a quarter of the time in which the page's process starts.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(pairs.shape[1], np.bool_), tuple(pairs)), shape=(num_images, num_images))
    _, labels = connected_components(graph, directed=False)
    _, places = np.unique(labels, return_index=True)
    return np.asarray(places[labels], np.int64)
