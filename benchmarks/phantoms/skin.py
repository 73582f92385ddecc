"""A made-up dermoscopy picture of a skin lesion with its mask; nobody's skin, free to be shown.

Skin, an irregular pigmented lesion, and what gets in the way in real pictures: hair, a vignette, a ruler, gel
bubbles. The mask is the lesion out to where its pigment has faded, as clinicians outline it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.phantoms.shapes import Floats, curve, ellipse, fill, noise, ribbon, soften, swell, wobbly

# RGB of bare skin under a dermatoscope, from pale to tanned, and of pigment from light brown to nearly black.
_SKINS = (
    (226, 192, 178),
    (236, 205, 168),
    (214, 168, 152),
    (196, 160, 146),
    (230, 178, 150),
    (182, 140, 118),
)
_PIGMENTS = ((150, 92, 58), (122, 72, 52), (96, 56, 44), (134, 70, 40), (74, 50, 46))


def skin_phantom(seed: int, side: int = 512) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A dermoscopy picture and its lesion mask, the same for the same seed.

    Args:
        seed: Chooses skin, lesion, light and what gets in the way; about half have hair, a third a vignette.
        side: Height and width in pixels.

    Returns:
        (side, side, 3) uint8 RGB image, and (side, side) uint8 mask of 0 and 1.
    """
    generator = np.random.default_rng([seed, 3])
    picture = _skin(generator, side)
    lesion = _lesion_shape(generator, side)
    picture = _pigment(generator, picture, lesion)
    outlined = soften(lesion, 0.014) >= 0.2  # a little outside, as clinicians draw it
    if generator.random() < 0.5:
        picture = _hair(generator, picture)
    if generator.random() < 0.4:
        picture = _ruler(generator, picture)
    picture = _bubbles(generator, picture)
    picture = _light(generator, picture)
    return np.rint(np.clip(picture, 0, 255)).astype(np.uint8), outlined.astype(np.uint8)


def _skin(generator: np.random.Generator, side: int) -> Floats:
    """(side, side, 3): tone, blotches, fine furrows."""
    tone = np.array(_SKINS[int(generator.integers(len(_SKINS)))], np.float32) + generator.normal(0, 5, 3)
    picture = np.ones((side, side, 3), np.float32) * tone.astype(np.float32)
    blotches = noise(generator, side, 0.25) + 0.5 * noise(generator, side, 0.08)
    picture += blotches[..., None] * np.array([3.0, 5.0, 5.0], np.float32)
    furrows = noise(generator, side, 0.012) + noise(generator, side, 0.025)
    picture += furrows[..., None] * np.array([1.6, 2.2, 2.4], np.float32)
    for _ in range(int(generator.integers(0, 14))):  # freckles and small vessels
        spot = wobbly(
            generator,
            (generator.random(), generator.random()),
            (generator.uniform(0.004, 0.014), generator.uniform(0.004, 0.014)),
            roughness=0.2,
        )
        shade = generator.uniform(0.08, 0.25) * soften(fill(spot, side), 0.004)
        picture *= 1 - shade[..., None] * np.array([0.35, 0.8, 1.0], np.float32)
    return picture


def _lesion_shape(generator: np.random.Generator, side: int) -> Floats:
    size = 0.1 + 0.22 * generator.random()
    outline = wobbly(
        generator,
        (0.5 + generator.normal(0, 0.05), 0.5 + generator.normal(0, 0.05)),
        (size * generator.uniform(0.65, 1.0), size * generator.uniform(0.9, 1.25)),
        roughness=generator.uniform(0.04, 0.13),
        num_waves=14,
        angle=generator.uniform(0, 180),
    )
    rough = fill(outline, side) + 0.1 * noise(generator, side, 0.03) + 0.07 * noise(generator, side, 0.012)
    shape = np.clip((soften(np.asarray(rough, np.float32), 0.01) - 0.5) * 8 + 0.5, 0, 1).astype(np.float32)
    near = soften(fill(outline * 1.12 - outline.mean(axis=0) * 0.12, side), 0.004)
    return np.asarray(shape * near, np.float32)


def _pigment(generator: np.random.Generator, picture: Floats, lesion: Floats) -> Floats:
    """The picture with a lesion whose pigment is patchy, netted, darker inside, and fades at the border."""
    side = lesion.shape[0]
    fade = soften(lesion, generator.uniform(0.006, 0.016))
    patches = noise(generator, side, 0.13) * 0.16 + noise(generator, side, 0.045) * 0.13
    net = noise(generator, side, 0.014) * generator.uniform(0.03, 0.1)
    grain = noise(generator, side, 0.006) * 0.03
    strength = generator.uniform(0.55, 0.95)
    depth = 0.62 + 0.38 * swell(lesion, generator.uniform(0.06, 0.16))
    amount = np.clip(strength * depth + (patches + net + grain) * strength, 0.32, 1.0) * fade
    first, second = generator.choice(len(_PIGMENTS), 2, replace=False)
    share = np.clip(0.5 + 0.45 * noise(generator, side, 0.16), 0, 1)[..., None]
    colour = np.array(_PIGMENTS[first], np.float32) * share + np.array(_PIGMENTS[second], np.float32) * (
        1 - share
    )
    shaded = picture * (1 - amount[..., None]) + colour * amount[..., None]
    halo = np.clip(soften(lesion, 0.05) - lesion, 0, 1)[..., None] * generator.uniform(0, 22)
    return np.asarray(shaded - halo * np.array([0.2, 1.0, 0.9], np.float32), np.float32)


def _hair(generator: np.random.Generator, picture: Floats) -> Floats:
    side = picture.shape[0]
    cover = np.zeros((side, side), np.float32)
    direction = generator.uniform(0, np.pi)
    for _ in range(int(generator.integers(4, 24))):
        angle = direction + generator.normal(0, 0.45)
        length, bend = generator.uniform(0.3, 1.1), generator.normal(0, 0.12)
        start = generator.uniform(-0.1, 1.1, 2)
        path = [
            (
                start[0] + length * part * np.sin(angle) + bend * part**2 * np.cos(angle),
                start[1] + length * part * np.cos(angle) - bend * part**2 * np.sin(angle),
            )
            for part in (0.0, 0.35, 0.7, 1.0)
        ]
        width = generator.uniform(0.0018, 0.004)
        strand = fill(ribbon(curve(path), (width, width, 0.0008)), side)
        cover = np.maximum(cover, strand * generator.uniform(0.45, 0.9))
    cover = soften(cover, 0.0006)[..., None]
    colour = np.array([58, 42, 34], np.float32) * generator.uniform(0.6, 1.6)
    return np.asarray(picture * (1 - cover) + colour.astype(np.float32) * cover, np.float32)


def _ruler(generator: np.random.Generator, picture: Floats) -> Floats:
    """A millimetre scale along an edge, as contact plates have it."""
    side = picture.shape[0]
    tilt, row = generator.normal(0, 0.06), generator.uniform(0.9, 0.95)
    marks: Floats = np.zeros((side, side), np.float32)
    for number in range(41):
        col = 0.12 + 0.6 * number / 40
        place = row + tilt * (col - 0.4)
        height = 0.022 if number % 10 == 0 else 0.013 if number % 5 == 0 else 0.008
        tick = np.array([(place, col), (place - height, col + tilt * 0.02)])
        marks = np.maximum(marks, fill(ribbon(tick, (0.002, 0.002)), side))
    base = np.array([(row + tilt * (0.12 - 0.4), 0.12), (row + tilt * (0.72 - 0.4), 0.72)])
    marks = np.maximum(marks, fill(ribbon(base, (0.002, 0.002)), side))
    ink = marks[..., None] * 0.8
    return np.asarray(picture * (1 - ink) + 40 * ink, np.float32)


def _bubbles(generator: np.random.Generator, picture: Floats) -> Floats:
    side = picture.shape[0]
    for _ in range(int(generator.integers(0, 6))):
        place, size = (generator.random(), generator.random()), generator.uniform(0.006, 0.02)
        ring = fill(ellipse(place, (size, size)), side) - fill(ellipse(place, (size * 0.8, size * 0.8)), side)
        picture = picture + soften(ring, 0.001)[..., None] * 28
    return picture


def _light(generator: np.random.Generator, picture: Floats) -> Floats:
    """Uneven light, now and then the black rim of a round lens, sensor noise."""
    side = picture.shape[0]
    rows, cols = np.mgrid[0:side, 0:side].astype(np.float32) / side - 0.5
    distance = np.sqrt((rows - generator.normal(0, 0.03)) ** 2 + (cols - generator.normal(0, 0.03)) ** 2)
    lit = 1 - generator.uniform(0.05, 0.4) * distance**2
    if generator.random() < 0.33:
        lens = generator.uniform(0.56, 0.64)
        lit *= np.clip((lens - distance) / generator.uniform(0.01, 0.05), 0.03, 1)
    grain = noise(generator, side, 0.004)[..., None] * 1.5
    return np.asarray(picture * lit[..., None] + grain, np.float32)
