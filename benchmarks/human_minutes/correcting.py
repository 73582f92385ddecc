"""What a simulated person does to one mask, by brush alone or by clicks first, and how long it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.human_minutes.hand import MOST_ZOOM, SHOWN_SIDE, WORKED_AT, Hand, Page
from core.correction.click_crop import Click, Mask, Picture
from core.correction.click_windows import Answer
from core.correction.follow_clicks import follow_clicks
from core.correction.simulated_person import next_place

MOST_CLICKS = 20
MOST_MISSES = 2


@dataclass(frozen=True)
class Scene:
    """A picture with what is wanted of it.

    Attributes:
        picture: (H, W) or (H, W, 3) uint8.
        truth: (H, W) bool.
    """

    picture: Picture
    truth: Mask

    @cached_property
    def scale(self) -> float:
        """Screen pixels of an image pixel, at the zoom that suits the objects."""
        whole = SHOWN_SIDE / max(self.truth.shape)
        areas = cv2.connectedComponentsWithStats(self.truth.view(np.uint8))[2][1:, cv2.CC_STAT_AREA]
        if len(areas) == 0:
            return whole
        side = float(np.sqrt(np.median(areas))) * whole
        return whole * float(np.clip(WORKED_AT / side, 1, MOST_ZOOM))


@dataclass(frozen=True)
class Region:
    """A connected error that is worth a movement; lengths in screen pixels.

    Attributes:
        where: (H, W) bool.
        along_border: Of the true border that it ends at.
        elsewhere: Of the rest of its outline.
        size: Its shorter extent.
        centre: (row, col) on the screen.
    """

    where: Mask
    along_border: float
    elsewhere: float
    size: float
    centre: tuple[float, float]


def regions(scene: Scene, mask: Mask, hand: Hand) -> list[Region]:
    """The errors that a person would see, the largest first; those thinner than the slack stand."""
    width = max(1, round(hand.slack / scene.scale))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width - 1, 2 * width - 1))
    # Opening takes thin parts away and rounds corners; what belongs to a part that stays comes back with it.
    error = (mask ^ scene.truth).view(np.uint8)
    core = cv2.morphologyEx(error, cv2.MORPH_OPEN, disc)
    near = cv2.dilate(core, disc) & error
    truth = np.pad(scene.truth, 1, mode="edge").view(np.uint8)
    border = (cv2.morphologyEx(truth, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) != 0)[1:-1, 1:-1]
    count, parts, stats, centres = cv2.connectedComponentsWithStats(near, connectivity=8)
    found = []
    for part in sorted(range(1, count), key=lambda each: -int(stats[each, cv2.CC_STAT_AREA])):
        where = parts == part
        left, top, wide, high = (int(value) for value in stats[part, :4])
        crop = np.s_[top : top + high, left : left + wide]
        own = np.pad(where[crop], 1).view(np.uint8)
        edge = (own - cv2.erode(own, np.ones((3, 3), np.uint8)))[1:-1, 1:-1] != 0
        followed = int((edge & border[crop]).sum())
        found.append(
            Region(
                np.asarray(where),
                followed * scene.scale,
                (int(edge.sum()) - followed) * scene.scale,
                min(wide, high) * scene.scale,
                (float(centres[part][1]) * scene.scale, float(centres[part][0]) * scene.scale),
            )
        )
    return found


def by_brush(scene: Scene, mask: Mask, hand: Hand) -> tuple[Mask, float]:
    """The mask with every error that is seen mended, going around each, and the seconds of it."""
    mended, seconds, at = mask.copy(), 0.0, (SHOWN_SIDE / 2, SHOWN_SIDE / 2)
    for region in regions(scene, mask, hand):
        away = float(np.hypot(region.centre[0] - at[0], region.centre[1] - at[1]))
        seconds += hand.move(away, region.size) + hand.outline(region.along_border, region.elsewhere)
        mended[region.where] = scene.truth[region.where]
        at = region.centre
    return mended, seconds


def by_clicks(
    scene: Scene, mask: Mask, hand: Hand, page: Page, answer: Answer, generator: np.random.Generator
) -> tuple[Mask, float]:
    """The mask after clicks for as long as they pay, and then the brush; the seconds of both.

    A click that saves less painting than it costs is taken back, and after two of them nothing is clicked any
    more: the person finds out by trying, and the time of that counts.
    """
    left, seconds, misses = by_brush(scene, mask, hand)[1], 0.0, 0
    clicks: list[Click] = []
    for _ in range(MOST_CLICKS):
        found = regions(scene, mask, hand)
        if misses == MOST_MISSES or len(found) <= misses:
            break
        # What a click did not mend is left to the brush.
        worst = found[misses]
        row, col = next_place(worst.where, scene.truth, generator)
        cost = hand.move(SHOWN_SIDE / 4, worst.size) + page.preview + hand.glance
        click = Click(row, col, bool(scene.truth[row, col]))
        tried = follow_clicks(scene.picture, mask, [*clicks, click], answer)
        then = by_brush(scene, tried, hand)[1]
        seconds += cost
        if then + cost > left:
            seconds += hand.key
            misses += 1
        else:
            clicks.append(click)
            mask, left = tried, then
    mended, painting = by_brush(scene, mask, hand)
    return mended, seconds + painting + hand.key


def quarter(shape: Sequence[int], generator: np.random.Generator) -> tuple[slice, slice]:
    """A frame of half the height and half the width, at one of nine places."""
    starts = [int(generator.integers(3)) * length // 4 for length in shape]
    rows, cols = (slice(start, start + length // 2) for start, length in zip(starts, shape, strict=True))
    return rows, cols


def in_frame(mask: NDArray[np.bool_], frame: tuple[slice, slice], layer: NDArray[np.uint8]) -> None:
    """Write a mask into a layer where a frame says that it was checked."""
    layer[frame] = mask[frame].astype(np.uint8) + 1
