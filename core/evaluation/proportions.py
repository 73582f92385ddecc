"""A part of a count with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True)
class Proportion:
    """So many of so many, with the 95 % interval of the part, in [0, 1]."""

    count: int
    total: int
    low: float
    high: float

    @property
    def part(self) -> float:
        """Count by total, in [0, 1]; 0 of none."""
        return self.count / self.total if self.total else 0.0


def proportion(count: int, total: int) -> Proportion:
    """A part with its 95 % interval (Wilson 1927, JASA 22); of none it reaches from 0 to 1."""
    if not 0 <= count <= total:
        raise ValueError(f"a part lies between none and all, got {count} of {total}")
    if total == 0:
        return Proportion(0, 0, 0.0, 1.0)
    part, square = count / total, _Z**2
    middle = (part + square / (2 * total)) / (1 + square / total)
    reach = _Z / (1 + square / total) * math.sqrt(part * (1 - part) / total + square / (4 * total**2))
    return Proportion(count, total, max(0.0, middle - reach), min(1.0, middle + reach))
