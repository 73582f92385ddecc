"""A made-up axial chest CT slice with its lung mask; nobody's picture, so it may be shown to everybody.

Drawn in Hounsfield units and shown in the window -1000 to 400, as the lung CT set is. The mask is the lung
with its vessels, without the large ones at its root.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.phantoms.shapes import (
    Floats,
    Points,
    curve,
    ellipse,
    fill,
    noise,
    ribbon,
    soften,
    warp,
    wobbly,
)

AIR, FAT, MUSCLE, BONE = -978.0, -110.0, 45.0, 420.0
WINDOW = (-1000.0, 400.0)


@dataclass(frozen=True)
class Slice:
    """One slice of one person; lengths are parts of the picture's side.

    Attributes:
        centre: (row, col) of the chest.
        scale: Of the whole chest.
        flat: Depth of the chest against its width.
        level: Where the slice lies, 0 near the collar bones, 1 at the diaphragm.
        fat: Thickness of what lies outside the ribs.
        contrast: Hounsfield units of the blood.
        lung: Hounsfield units of the lung.
        small: (right, left) scale of each lung.
    """

    centre: tuple[float, float]
    scale: float
    flat: float
    level: float
    fat: float
    contrast: float
    lung: float
    small: tuple[float, float]

    def at(self, row: float, col: float) -> tuple[float, float]:
        """A place given from the centre of the chest, in parts of its half depth and half width."""
        depth, width = self.radii
        return self.centre[0] + row * depth, self.centre[1] + col * width

    @property
    def radii(self) -> tuple[float, float]:
        """(row, col) radii of the chest's inner wall."""
        return 0.36 * self.scale * self.flat, 0.36 * self.scale


def ct_phantom(seed: int, side: int = 512) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A windowed chest CT slice and its lung mask, the same for the same seed.

    Args:
        seed: Chooses the anatomy, the level and the noise; about one in four has a smaller lung.
        side: Height and width in pixels.

    Returns:
        (side, side) uint8 image, -1000 to 400 HU as 0 to 255, and (side, side) uint8 mask of 0 and 1.
    """
    units, mask = ct_phantom_units(seed, side)
    low, high = WINDOW
    shown = np.clip((units - low) / (high - low), 0, 1) * 255
    return np.rint(shown).astype(np.uint8), mask


def ct_phantom_units(seed: int, side: int = 512) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """As `ct_phantom`, in Hounsfield units: (side, side) int16, and the mask."""
    generator = np.random.default_rng([seed, 2])
    return _slice(generator, _draw_person(generator), side)


def ct_volume_phantom(
    seed: int, side: int = 256, num_slices: int = 41
) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """A chest from near the collar bones to the diaphragm, in Hounsfield units.

    Args:
        seed: Chooses the anatomy and the noise.
        side: Height and width in pixels.
        num_slices: Slices, the topmost first.

    Returns:
        (slices, side, side) int16, and the lungs' masks, uint8 of 0 and 1.
    """
    person = _draw_person(np.random.default_rng([seed, 3]))
    units, masks = [], []
    for part in np.linspace(0, 1, num_slices):
        grown = 0.45 + 0.55 * min(1.0, float(part) / 0.5) ** 0.5
        small = (person.small[0] * grown, person.small[1] * grown)
        # The same turns of chance for every slice, so that anatomy goes on from one to the next.
        chest = replace(person, level=0.05 + 0.75 * float(part), small=small)
        values, mask = _slice(np.random.default_rng([seed, 4]), chest, side)
        units.append(values)
        masks.append(mask)
    return np.stack(units), np.stack(masks)


def _slice(
    generator: np.random.Generator, chest: Slice, side: int
) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    lung = _lungs(generator, chest, side)
    root = np.zeros((side, side), np.float32)
    units = _chest_wall(generator, chest, side)
    units = _mix(units, chest.lung + 35 * noise(generator, side, 0.15), lung)
    units = _organs(generator, chest, units, lung)
    for sign in (-1, 1):
        drawn, at_root = _vessels(generator, chest, sign, side)
        units = _mix(units, chest.contrast - 20, drawn * lung)
        root = np.maximum(root, at_root)
    units = _bones(generator, chest, units)
    lung = lung * (1 - root)
    units, lung = warp(generator, [units, lung], turn=4.0, bend=0.008)
    return _scan(generator, chest, units), (lung >= 0.5).astype(np.uint8)


def _draw_person(generator: np.random.Generator) -> Slice:
    small = [generator.uniform(0.94, 1.0), generator.uniform(0.94, 1.0)]
    if generator.random() < 0.25:
        small[int(generator.integers(2))] = generator.uniform(0.72, 0.85)
    return Slice(
        centre=(generator.uniform(0.46, 0.52), 0.5 + generator.uniform(-0.015, 0.015)),
        scale=generator.uniform(0.92, 1.16),
        flat=generator.uniform(0.68, 0.8),
        level=generator.uniform(0.15, 0.95),
        fat=generator.uniform(0.035, 0.085),
        contrast=float(generator.choice([45.0, 60.0, 160.0, 220.0])),
        lung=generator.uniform(-760, -670),
        small=(small[0], small[1]),
    )


def _lungs(generator: np.random.Generator, chest: Slice, side: int) -> Floats:
    """Coverage of both lungs: the chest's inside less heart, vessels and spine, with rounded corners."""
    lungs = np.zeros((side, side), np.float32)
    for which, sign in ((0, -1), (1, 1)):
        size = chest.small[which]
        outer = [(-0.97, 0.12), (-0.93, 0.42), (-0.66, 0.78), (-0.15, 0.98), (0.35, 0.97)]
        outer += [(0.75, 0.75), (0.98, 0.45), (0.93, 0.24), (0.62, 0.17)]
        heart = (0.16 + 0.14 * chest.level) if which == 0 else (0.2 + 0.42 * chest.level)
        inner = [(0.35, 0.2), (0.1, heart * 0.95), (-0.3, heart), (-0.7, heart * 0.6)]
        points = [chest.at(row * size, sign * col * (0.5 + size / 2)) for row, col in outer + inner]
        jitter = generator.normal(0, 0.004, (len(points), 2))
        lungs = np.maximum(lungs, fill(curve(np.asarray(points) + jitter, closed=True), side))
    if chest.level > 0.8:  # the liver's dome begins to show inside the right lung
        size = generator.uniform(0.03, 0.08)
        dome = wobbly(generator, chest.at(0.1, -0.5), (size, size * 1.3), roughness=0.05, num_waves=4)
        lungs *= 1 - fill(dome, side)
    return lungs


def _chest_wall(generator: np.random.Generator, chest: Slice, side: int) -> Floats:
    """Air, skin, fat and muscle in Hounsfield units."""
    depth, width = chest.radii
    skin = (depth + chest.fat + 0.03, width + chest.fat * 1.25 + 0.03)
    body = fill(wobbly(generator, chest.at(0.03, 0), skin, roughness=0.02, num_waves=3), side)
    for sign in (-1, 1):  # breasts
        size = generator.uniform(0.05, 0.11)
        body = np.maximum(body, fill(ellipse(chest.at(-0.75, 0.5 * sign), (size, size * 1.7)), side))
    inside = soften(body, 0.003)
    units = _mix(np.full((side, side), AIR, np.float32), FAT + 14 * noise(generator, side, 0.03), inside)
    rim = inside * np.clip(1 - soften(body, 0.004) * 1.05, 0, 1)
    units += rim * 250
    muscle = fill(
        wobbly(generator, chest.at(0.02, 0), (depth + 0.035, width + 0.035), roughness=0.015, num_waves=5),
        side,
    )
    for sign in (-1, 1):  # beside the spine, and the shoulder blade's
        muscle = np.maximum(muscle, fill(ellipse(chest.at(1.1, 0.2 * sign), (0.045, 0.08), 10 * sign), side))
        muscle = np.maximum(
            muscle, fill(ellipse(chest.at(0.62, 0.96 * sign), (0.09, 0.035), -35 * sign), side)
        )
    streaks = np.clip(noise(generator, side, 0.025), -1.5, 1.5)
    return _mix(units, MUSCLE + 25 * streaks, soften(muscle * (body > 0.5), 0.002))


def _organs(generator: np.random.Generator, chest: Slice, units: Floats, lung: Floats) -> Floats:
    """Heart, great vessels, windpipe or bronchi, gullet."""
    side = units.shape[0]
    outside = 1 - lung
    between = fill(ellipse(chest.at(-0.1, 0.02), (chest.radii[0] * 0.8, chest.radii[1] * 0.5)), side)
    units = _mix(units, FAT + 60 + 20 * noise(generator, side, 0.02), between * outside)
    blood = chest.contrast
    if chest.level > 0.4:
        heart = wobbly(
            generator,
            chest.at(-0.25, 0.12 + 0.1 * chest.level),
            (chest.radii[0] * 0.52, chest.radii[1] * (0.22 + 0.24 * chest.level)),
            roughness=0.05,
            num_waves=4,
            angle=18,
        )
        muscle = fill(heart, side) * outside
        units = _mix(units, MUSCLE + 10, muscle)
        for row, col in ((-0.4, -0.02), (-0.15, 0.1), (-0.32, 0.28)):
            chamber = wobbly(generator, chest.at(row, col), (0.045, 0.04), roughness=0.12, num_waves=3)
            units = _mix(units, blood, soften(fill(chamber, side), 0.006) * muscle)
    else:
        for row, col, size in ((-0.45, 0.02, 0.034), (-0.3, -0.12, 0.022), (-0.25, 0.13, 0.026)):
            units = _mix(units, blood, fill(ellipse(chest.at(row, col), (size, size)), side) * outside)
    units = _mix(units, blood, fill(ellipse(chest.at(0.42, 0.13), (0.027, 0.027)), side) * outside)
    units = _mix(units, MUSCLE, fill(ellipse(chest.at(0.32, -0.02), (0.013, 0.02)), side) * outside)
    gap = 0.0 if chest.level < 0.4 else 0.1
    for sign in (-1, 1):
        pipe = fill(ellipse(chest.at(0.12, sign * gap), (0.017, 0.016)), side)
        units = _mix(units, AIR + 30, soften(pipe, 0.002) * outside)
    return units


def _vessels(generator: np.random.Generator, chest: Slice, sign: int, side: int) -> tuple[Floats, Floats]:
    """Coverage of one lung's vessels, and of the large ones at its root alone."""
    drawn, root = np.zeros((side, side), np.float32), np.zeros((side, side), np.float32)
    row, col = 0.12, sign * (0.3 if sign < 0 else 0.3 + 0.12 * chest.level)
    for _ in range(4):
        place = chest.at(row + generator.normal(0, 0.1), col + generator.normal(0, 0.03))
        size = generator.uniform(0.008, 0.018)
        root = np.maximum(root, fill(ellipse(place, (size, size * 1.4), generator.uniform(0, 90)), side))
    for angle in generator.uniform(-1.3, 1.3, 6):
        length = generator.uniform(0.25, 0.6)
        bend = generator.normal(0, 0.12)
        path = [
            chest.at(row + part * length * np.sin(angle) + bend * part**2, col + sign * part * length * 0.8)
            for part in (0.0, 0.4, 0.7, 1.0)
        ]
        trunk = curve(path)
        drawn = np.maximum(drawn, fill(ribbon(trunk, (generator.uniform(0.008, 0.015), 0.005, 0.002)), side))
        fork = trunk[len(trunk) // 2]
        end = (fork[0] + generator.normal(0, 0.05), fork[1] + sign * generator.uniform(0.02, 0.07))
        drawn = np.maximum(drawn, 0.7 * fill(ribbon(curve([tuple(fork), end]), (0.005, 0.0012)), side))
    drawn = soften(drawn, 0.0012)
    for _ in range(60):  # vessels cut across
        place = chest.at(generator.uniform(-0.85, 0.9), sign * generator.uniform(0.25, 0.92))
        size = 0.0012 + 0.005 * generator.random() ** 3
        spot = ellipse(place, (size, size * generator.uniform(1, 2.5)), generator.uniform(0, 180))
        drawn = np.maximum(drawn, generator.uniform(0.5, 1.0) * fill(spot, side))
    return np.maximum(drawn, root), root


def _bones(generator: np.random.Generator, chest: Slice, units: Floats) -> Floats:
    """Spine, ribs and breastbone, each hard outside and softer inside."""
    shapes: list[Points] = []
    for sign in (-1, 1):
        for angle in np.linspace(-52, 62, 6) + generator.normal(0, 5, 6):
            turn = np.radians(angle)
            path = [
                chest.at(1.07 * np.sin(turn + step), sign * 1.07 * np.cos(turn + step))
                for step in np.linspace(0, generator.uniform(0.12, 0.34), 5)
            ]
            shapes.append(ribbon(curve(path), (0.004, 0.018, 0.02, 0.019, 0.016, 0.003)))
        shapes.append(
            ribbon(
                curve([chest.at(0.98, 0.08 * sign), chest.at(1.12, 0.26 * sign)]), (0.03, 0.024, 0.02, 0.006)
            )
        )
        blade = [chest.at(0.62, 1.1 * sign), chest.at(0.85, 0.93 * sign), chest.at(1.04, 0.75 * sign)]
        if chest.level < 0.7:
            shapes.append(ribbon(curve(blade), (0.004, 0.02, 0.014, 0.012, 0.003)))
    shapes.append(ellipse(chest.at(-1.06, 0.0), (0.012, 0.05)))
    shapes.append(wobbly(generator, chest.at(0.72, 0.0), (0.048, 0.055), roughness=0.03, num_waves=4))
    shapes.append(ribbon(curve([chest.at(0.98, 0.0), chest.at(1.22, 0.0)]), (0.03, 0.012)))
    side = units.shape[0]
    for outline in shapes:
        bone = fill(outline, side)
        marrow = np.clip(soften(bone, 0.005) * 2 - 1, 0, 1)
        hardness = BONE + 120 - 330 * marrow + 40 * noise(generator, side, 0.012)
        units = _mix(units, hardness, bone)
    canal = fill(ellipse(chest.at(0.95, 0.0), (0.017, 0.02)), side)
    return _mix(units, MUSCLE, canal)


def _scan(generator: np.random.Generator, chest: Slice, units: Floats) -> NDArray[np.int16]:
    """What the scanner adds: the couch, blur, noise, and the round field of view."""
    side = units.shape[0]
    bottom = chest.centre[0] + chest.radii[0] + chest.fat + 0.05 + generator.uniform(0.0, 0.02)
    sag = generator.uniform(0.03, 0.09)
    for offset, strength in ((0.0, 0.9), (generator.uniform(0.03, 0.06), 0.8)):
        line = curve([(bottom + offset - sag, -0.05), (bottom + offset, 0.5), (bottom + offset - sag, 1.05)])
        couch = soften(fill(ribbon(line, (0.005, 0.005)), side), 0.001) * (units < -600)
        units = _mix(units, -250.0, np.asarray(couch, np.float32) * strength)
    units = soften(units, 0.0014)
    grain = 0.75 * noise(generator, side, 0) + 0.5 * soften(noise(generator, side, 0), 0.002) * 4
    units = np.maximum(units + grain * generator.uniform(28, 55), -1024)
    if generator.random() < 0.7:
        units = np.where(fill(ellipse((0.5, 0.5), (0.5, 0.5)), side) > 0.5, units, np.float32(-2000))
    return np.rint(units).astype(np.int16)


def _mix(below: Floats, above: Floats | float, coverage: Floats) -> Floats:
    return np.asarray(below * (1 - coverage) + above * coverage, np.float32)
