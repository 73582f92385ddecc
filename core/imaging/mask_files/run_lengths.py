"""COCO's run lengths -> a mask. Written out here, since pycocotools trusts what it is given."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def from_run_lengths(counts: Any, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Runs of background and foreground in turn, down the columns."""
    lengths = _unpacked(counts) if isinstance(counts, str) else [int(each) for each in counts]
    if min(lengths, default=0) < 0 or sum(lengths) != shape[0] * shape[1]:
        raise ValueError("run lengths that do not fill the image")
    values = np.arange(len(lengths)) % 2 == 1
    return np.repeat(values, lengths).reshape(shape[::-1]).T


def _unpacked(text: str) -> list[int]:
    """COCO's compressed run lengths: six bits a letter, from the third on as differences (maskApi.c)."""
    lengths: list[int] = []
    value = shift = 0
    for letter in text.encode():
        bits = letter - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
        value = shift = 0
    return lengths
