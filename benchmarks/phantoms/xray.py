"""A made-up frontal chest X-ray with its lung mask; nobody's picture, so it may be shown to everybody.

Attenuation is added up organ by organ and turned into grey as film does it, 1 - exp(-attenuation). The mask
is the aerated lung without the heart's shadow, as the masks of the Montgomery and Shenzhen sets are drawn.
"""

from __future__ import annotations

import cv2
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
    swell,
    warp,
    wobbly,
)
from benchmarks.phantoms.thorax import Thorax, draw_person, lung_outline


def xray_phantom(seed: int, side: int = 512) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A chest X-ray and its lung mask, the same for the same seed.

    Args:
        seed: Chooses the anatomy, the exposure and the noise; about one in three has a smaller lung.
        side: Height and width in pixels.

    Returns:
        (side, side) uint8 image, and (side, side) uint8 mask of 0 and 1.
    """
    generator = np.random.default_rng([seed, 1])
    thorax = draw_person(generator)
    lungs = [fill(lung_outline(thorax, which), side) for which in (0, 1)]
    lung = np.maximum(lungs[0], lungs[1])
    body, abdomen = _body(generator, thorax, side), _abdomen(thorax, side)
    attenuation = _soft_tissue(generator, thorax, body, abdomen)
    uneven = 1 + 0.07 * noise(generator, side, 0.3)
    attenuation -= thorax.air * lung * (0.5 + 0.5 * swell(lung, 0.06)) * uneven
    attenuation += _mediastinum(thorax, np.maximum(lung, 0.8 * abdomen))
    attenuation += body * _bones(generator, thorax, side) * (1 - 0.3 * abdomen)
    attenuation += lung * _vessels(generator, thorax, side)
    attenuation, lung = warp(generator, [attenuation, lung], turn=3.0, bend=0.006)
    grey = np.rint(np.clip(_develop(generator, attenuation), 0, 255)).astype(np.uint8)
    return _write_label(generator, grey), (lung >= 0.5).astype(np.uint8)


def _body(generator: np.random.Generator, thorax: Thorax, side: int) -> Floats:
    """Coverage of neck, shoulders and trunk."""
    waist = thorax.wall(1.0) + generator.uniform(0.035, 0.06)
    armpit = thorax.row(0.5) + generator.uniform(-0.04, 0.04)
    half = [
        (-0.1, 0.1),
        (0.02, 0.105),
        (0.07, 0.15),
        (0.1, 0.3),
        (0.14, 0.44),
        (0.22, 0.6),
        (armpit, 0.6),
        (armpit - 0.02, waist + 0.035),
        (armpit + 0.03, waist + 0.015),
        (0.75, waist + 0.012),
        (1.1, waist),
    ]
    left = [(row, thorax.middle + offset) for row, offset in half]
    right = [(row, thorax.middle - offset) for row, offset in reversed(half)]
    return fill(np.vstack([curve(left), curve(right)]), side)


def _abdomen(thorax: Thorax, side: int) -> Floats:
    """Coverage of what lies under the two domes of the diaphragm."""
    abdomen = np.zeros((side, side), np.float32)
    for which, sign in ((0, -1), (1, 1)):
        base = 1.0 - thorax.lost[which]
        edge = [
            (thorax.row(base + 0.3), thorax.middle + sign * (thorax.wall(base) + 0.14)),
            (thorax.row(base), thorax.middle + sign * (thorax.wall(base) + 0.01)),
            (thorax.row(base - 0.09), thorax.middle + sign * thorax.wall(base) * 0.75),
            (thorax.row(base - 0.11), thorax.middle + sign * 0.18),
            (thorax.row(base - 0.07), thorax.middle - sign * 0.02),
        ]
        corner = [(1.2, thorax.middle - sign * 0.02), (1.2, thorax.middle + sign * 0.5)]
        abdomen = np.maximum(abdomen, fill(np.vstack([curve(edge), corner]), side))
    return abdomen


def _soft_tissue(generator: np.random.Generator, thorax: Thorax, body: Floats, abdomen: Floats) -> Floats:
    """Attenuation of the body without what lies inside the chest."""
    side = body.shape[0]
    thickness = swell(soften(body, 0.006), 0.13)
    tissue = 0.05 + soften(body, 0.002) * (0.55 + 0.8 * thickness)
    tissue += soften(abdomen, 0.004) * body * (0.4 + 0.25 * thickness)
    for sign in (-1, 1):  # fat and muscle in front of the lower lungs
        breast = ellipse((thorax.row(0.8), thorax.middle + sign * 0.2), (0.14, 0.15))
        tissue += generator.uniform(0.02, 0.16) * soften(swell(fill(breast, side), 0.1), 0.01)
    stomach = ellipse((thorax.row(1.04), thorax.middle + 0.17), (0.03, generator.uniform(0.03, 0.07)), 12)
    tissue -= generator.uniform(0.1, 0.7) * soften(fill(stomach, side), 0.006)
    for _ in range(int(generator.integers(0, 9))):  # gas in the bowel
        place = (generator.uniform(thorax.row(1.12), 1.0), generator.uniform(0.2, 0.8))
        size = generator.uniform(0.008, 0.025)
        gas = wobbly(generator, place, (size, size * 1.5), roughness=0.2, num_waves=4)
        tissue -= generator.uniform(0.05, 0.4) * soften(fill(gas, side), 0.004)
    return tissue * (1 + 0.025 * noise(generator, side, 0.12))


def _mediastinum(thorax: Thorax, elsewhere: Floats) -> Floats:
    """Heart (but for what is `elsewhere`), great vessels, spine and windpipe."""
    side, middle = elsewhere.shape[0], thorax.middle
    heart = curve(
        [
            (thorax.row(0.3), middle - 0.005),
            (thorax.row(0.42), middle + 0.06),
            (thorax.row(0.62), middle + 0.125 * thorax.heart),
            (thorax.row(0.86), middle + 0.17 * thorax.heart),
            (thorax.row(0.97), middle + 0.06),
            (thorax.row(0.95), middle - 0.07 * thorax.heart**0.4),
            (thorax.row(0.72), middle - 0.085 * thorax.heart**0.4),
        ],
        closed=True,
    )
    body = fill(heart, side) * (1 - elsewhere)
    added = 0.3 * soften(body, 0.006) + 0.2 * soften(swell(body, 0.09) * body, 0.004)
    column = curve([(-0.1, middle), (0.5, middle + 0.004), (1.1, middle)])
    added += 0.34 * soften(fill(ribbon(column, (0.105, 0.13)), side), 0.012)
    spine = fill(ribbon(column, (0.075, 0.1)), side)
    rows = np.arange(side, dtype=np.float32)[:, None] / side
    discs = 0.5 + 0.5 * np.cos(2 * np.pi * rows / 0.052)
    added += soften(spine, 0.003) * (0.2 + 0.16 * discs**2)
    knob = ellipse((thorax.row(0.26), middle + 0.045), (0.035, 0.034))
    added += 0.2 * soften(swell(fill(knob, side), 0.03), 0.002)
    windpipe = curve([(-0.1, middle), (thorax.row(0.2), middle - 0.006), (thorax.row(0.3), middle - 0.01)])
    added -= 0.5 * soften(fill(ribbon(windpipe, (0.036, 0.026)), side), 0.008)
    return np.asarray(added, np.float32)


def _bones(generator: np.random.Generator, thorax: Thorax, side: int) -> Floats:
    """Ribs from the back and the front, collar bones, shoulders and upper arms."""
    added = np.zeros((side, side), np.float32)
    middle, strength = thorax.middle, generator.uniform(0.17, 0.27)
    for sign in (-1, 1):
        for number in range(11):
            start = -0.05 + 0.1 * number
            wall = thorax.wall(start + 0.1) + 0.012
            drop = 0.05 + 0.012 * number
            back = [(start, 0.045), (start - 0.025, 0.11), (start - 0.01, wall * 0.62)]
            back += [(start + drop, wall * 0.9), (start + drop + 0.06, wall)]
            points = [(thorax.row(part), middle + sign * offset) for part, offset in back]
            added += strength * _bone(curve(points), (0.022, 0.02), side)
            front_wall = thorax.wall(start + 0.25) + 0.012
            front = [(start + drop + 0.06, wall), (start + drop + 0.14, front_wall * 0.9)]
            front += [(start + drop + 0.24, front_wall * 0.62), (start + drop + 0.28, front_wall * 0.45)]
            if number < 7:
                points = [(thorax.row(part), middle + sign * offset) for part, offset in front]
                added += 0.55 * strength * _bone(curve(points), (0.018, 0.024), side)
        tilt = generator.uniform(-0.02, 0.025)
        collar = [(thorax.row(0.14), 0.035), (thorax.row(0.11) + tilt, 0.12)]
        collar += [(thorax.row(0.03) + tilt, 0.24), (thorax.row(-0.04) + tilt, 0.36)]
        path = curve([(row, middle + sign * offset) for row, offset in collar])
        added += 0.3 * _bone(path, (0.032, 0.022), side)
        added += _shoulder(thorax, sign, tilt, side)
    return added


def _shoulder(thorax: Thorax, sign: int, tilt: float, side: int) -> Floats:
    middle, row = thorax.middle, thorax.row(0.06) + tilt
    edge = [(row, 0.4), (row + 0.1, 0.385), (row + 0.2, 0.375), (row + 0.27, 0.36)]
    inner = [(row + 0.27, 0.36), (row + 0.14, 0.325), (row + 0.02, 0.29)]
    blade = np.vstack([curve(edge), curve(inner)])
    blade[:, 1] = middle + sign * blade[:, 1]
    head = ellipse((row + 0.02, middle + sign * 0.43), (0.05, 0.045))
    arm = curve([(row + 0.03, middle + sign * 0.44), (row + 0.3, middle + sign * 0.52)])
    shape = fill(blade, side)
    added = 0.07 * soften(shape, 0.006) + 0.22 * soften(np.maximum(shape - soften(shape, 0.012), 0), 0.003)
    added += 0.2 * soften(fill(head, side), 0.006) + 0.2 * soften(_bone(arm, (0.05, 0.045), side), 0.004)
    return np.asarray(added, np.float32)


def _bone(path: Points, widths: tuple[float, float], side: int) -> Floats:
    """A long bone: its shaft, brighter along both edges."""
    shaft = fill(ribbon(path, widths), side)
    edges = np.maximum(shaft - soften(shaft, widths[0] * 0.3), 0)
    return soften(np.asarray(0.7 * shaft + 1.1 * edges, np.float32), 0.0012)


def _vessels(generator: np.random.Generator, thorax: Thorax, side: int) -> Floats:
    """The vessels that spread from the root of each lung, wide and bright there, fine outside."""
    added = np.zeros((side, side), np.float32)
    for sign in (-1, 1):
        root = (thorax.row(0.44), thorax.middle + sign * 0.08)
        added += 0.22 * soften(fill(ellipse(root, (0.06, 0.022), 12 * sign), side), 0.018)
        for angle in np.linspace(-1.3, 1.4, 9) + generator.normal(0, 0.12, 9):
            start = (root[0] + 0.06 * np.sin(angle), root[1] + sign * generator.uniform(-0.01, 0.015))
            length = generator.uniform(0.12, 0.28) * (1.2 if angle > 0.6 else 1.0)
            added += generator.uniform(0.08, 0.17) * _branch(generator, start, (angle, sign), length, side)
    added += 0.03 * noise(generator, side, 0.02) + 0.02 * noise(generator, side, 0.008)
    return added


def _branch(
    generator: np.random.Generator,
    start: tuple[float, float],
    direction: tuple[float, int],
    length: float,
    side: int,
) -> Floats:
    angle, sign = direction
    turn = generator.normal(0, 0.25)
    steps = np.array([0.0, 0.5, 1.0])
    angles = angle + turn * steps
    path = curve(
        [
            (start[0] + length * step * np.sin(each), start[1] + sign * length * step * np.cos(each))
            for step, each in zip(steps, angles, strict=True)
        ]
    )
    drawn = fill(ribbon(path, (0.011 * length / 0.2, 0.002)), side)
    for _ in range(2):
        fork = path[int(generator.integers(len(path) // 4, len(path) - 4))]
        bent = angle + generator.choice([-1, 1]) * generator.uniform(0.35, 0.8)
        reach = length * generator.uniform(0.3, 0.55)
        end = (fork[0] + reach * np.sin(bent), fork[1] + sign * reach * np.cos(bent))
        drawn = np.maximum(drawn, fill(ribbon(curve([tuple(fork), end]), (0.006, 0.0015)), side))
    return soften(drawn, 0.0022)


def _develop(generator: np.random.Generator, attenuation: Floats) -> Floats:
    """Attenuation to grey, 0 to 255: scatter, film curve, grain."""
    side = attenuation.shape[0]
    scattered = 0.88 * attenuation + 0.12 * soften(attenuation, 0.05)
    grey = 1 - np.exp(-np.maximum(scattered, 0.01) * generator.uniform(0.72, 1.0))
    low, high = float(np.percentile(grey, 0.5)), float(np.percentile(grey, 99.7))
    level = np.clip((grey - low) / (high - low), 0, 1) ** generator.uniform(0.95, 1.25)
    level += noise(generator, side, 0) * generator.uniform(0.005, 0.014)
    return np.asarray(8 + level * generator.uniform(225, 243), np.float32)


def _write_label(generator: np.random.Generator, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image with the letter that marks a side, as it is burnt into films."""
    side = image.shape[0]
    letter, col = ("L", 0.87) if generator.random() < 0.6 else ("R", 0.07)
    place = (round(col * side), round(generator.uniform(0.06, 0.12) * side))
    scale = side / 512 * generator.uniform(0.6, 1.0)
    thickness = max(1, round(2 * scale))
    labelled = image.copy()
    cv2.putText(labelled, letter, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 250, thickness, cv2.LINE_AA)
    return labelled
