"""The measures of a made-up chest, and the outline of its lungs as X-ray masks draw it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.phantoms.shapes import Points, curve


@dataclass(frozen=True)
class Thorax:
    """One person; lengths are parts of the picture's side, `lean` and the like are signed.

    Attributes:
        middle: Column of the spine.
        top: Row of the lungs' tips.
        height: From the tips to the corners beside the diaphragm.
        width: Scale of the rib cage.
        heart: Scale of the heart's left bulge.
        air: How much darker than soft tissue the lungs are, in attenuation.
        lost: Part of the height that each lung (right, left) lacks at its base.
    """

    middle: float
    top: float
    height: float
    width: float
    heart: float
    air: float
    lost: tuple[float, float]

    def row(self, part: float) -> float:
        """The row at a part of the lungs' height."""
        return self.top + part * self.height

    def wall(self, part: float) -> float:
        """Half the rib cage's inner width at a part of the lungs' height."""
        parts = (0.0, 0.06, 0.18, 0.35, 0.6, 0.85, 1.1)
        widths = (0.12, 0.18, 0.24, 0.285, 0.32, 0.34, 0.345)
        return self.width * float(np.interp(part, parts, widths))


def draw_person(generator: np.random.Generator) -> Thorax:
    """Somebody; one in three has lost a part of one lung's base."""
    lost = [generator.uniform(0.0, 0.05), generator.uniform(0.0, 0.05)]
    if generator.random() < 0.35:
        lost[int(generator.integers(2))] = generator.uniform(0.18, 0.32)
    return Thorax(
        middle=0.5 + generator.uniform(-0.015, 0.015),
        top=generator.uniform(0.09, 0.15),
        height=generator.uniform(0.54, 0.64),
        width=generator.uniform(0.93, 1.1),
        heart=generator.uniform(0.8, 1.35),
        air=generator.uniform(0.65, 1.0),
        lost=(lost[0], lost[1]),
    )


def lung_outline(thorax: Thorax, which: int) -> Points:
    """The right lung (0, on the picture's left) or the left one (1): wall, diaphragm, inner border, tip."""
    sign = -1 if which == 0 else 1
    base = 1.0 - thorax.lost[which]

    def at(part: float, from_middle: float) -> tuple[float, float]:
        return thorax.row(part), thorax.middle + sign * from_middle

    wall = [at(part, thorax.wall(part)) for part in (0.06, 0.18, 0.35, 0.55, 0.75, base * 0.93, base)]
    if which == 0:
        inner = {0.0: 0.072, 0.2: 0.052, 0.4: 0.058, 0.6: 0.062, 0.8: 0.085 * thorax.heart**0.4}
        foot, dome = 0.08 * thorax.heart**0.4, 0.12
    else:
        inner = {0.0: 0.072, 0.15: 0.054, 0.26: 0.078, 0.36: 0.064, 0.5: 0.085 * thorax.heart}
        inner[0.66], foot, dome = 0.125 * thorax.heart, 0.155 * thorax.heart, 0.09
    middle = (foot + thorax.wall(base)) / 2
    diaphragm = [
        at(base, thorax.wall(base)),
        at(base - dome * 0.75, middle + 0.55 * (thorax.wall(base) - middle)),
        at(base - dome, middle - 0.01),
        at(base - dome * 0.75, foot),
    ]
    border = [at(base - dome * 0.75, foot)]
    border += [at(part, inner[part]) for part in sorted(inner, reverse=True) if part < base - dome]
    tip = [at(0.0, inner[0.0]), at(-0.035, inner[0.0] + 0.035), at(0.0, thorax.wall(0.02)), wall[0]]
    return np.vstack([curve(wall), curve(diaphragm), curve(border), curve(tip)])
