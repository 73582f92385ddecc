"""The time model: seconds that a hand, an eye and the page take.

Lengths are in pixels of the screen, on which a picture's longer side has 800; where objects are small the
person works zoomed in. Pointing follows Fitts' law (Shannon form, MacKenzie 1992), following an outline the
steering law (Accot and Zhai 1997) in a tunnel of twice the precision.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SHOWN_SIDE = 800.0
"""Screen pixels of a picture's longer side in the editor at 1440x900."""
WORKED_AT = 200.0
MOST_ZOOM = 4.0
"""Whoever works on objects that are smaller than so many screen pixels zooms in, up to four times."""


@dataclass(frozen=True)
class Page:
    """What the page takes, in seconds.

    Attributes:
        next_image: "Save and next", 0.23 to 0.33 by hand on a nearly quiet machine.
        preview: Click to preview; `benchmarks.editor_latency` measures it.
        next_grid: Of Review, by `benchmarks.review_pages` at 10,000 images.
    """

    next_image: float = 0.28
    preview: float = 0.25
    next_grid: float = 0.343


@dataclass(frozen=True)
class Hand:
    """How quick a person is.

    Attributes:
        look: Seconds to see what is wrong with a mask.
        glance: Seconds to judge a tile of the grid, or whether a preview is better.
        key: Seconds to press a key.
        fitts: Seconds before and for each bit of a movement.
        steer: Seconds for each width of the tunnel that an outline is followed.
        fast: Screen pixels a second where nothing is to be met: inside an object, or far from any border.
        precision: Screen pixels that an outline is kept to, either way.
        slack: Screen pixels of error along a border that are let stand, about what two readers differ by.
    """

    look: float = 1.5
    glance: float = 0.7
    key: float = 0.3
    fitts: tuple[float, float] = (0.1, 0.15)
    steer: float = 0.08
    fast: float = 600.0
    precision: float = 5.0
    slack: float = 10.0

    def move(self, distance: float, size: float) -> float:
        """Seconds to a target of that size, and to press there."""
        before, a_bit = self.fitts
        return before + a_bit * math.log2(distance / max(size, 1.0) + 1) + self.key / 3

    def outline(self, along_border: float, elsewhere: float) -> float:
        """Seconds to go around something, carefully along a border and fast where nothing is to be met."""
        return self.steer * along_border / (2 * self.precision) + elsewhere / self.fast


HANDS = {"usual": Hand(), "careful": Hand(look=2.5, glance=1.2, steer=0.16, fast=300.0)}
