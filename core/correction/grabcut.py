"""One object cut out of its surroundings by GrabCut (Rother, Kolmogorov, Blake 2004), from coarse to fine.

The lower half of `core.correction.prompts`: takes areas and scribbled pixels, gives a mask. A small copy is
cut first, then only a band along its border on a finer one. That bounds the time whatever the picture's size:
a graph cut over a whole hard picture (a chest X-ray) takes seconds at 512x512, the band takes milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.image_size import within
from core.imaging.masks import fill_holes, remove_specks

Mask = NDArray[np.bool_]
Picture = NDArray[np.uint8]

COARSE_SIDE = 160
FINE_SIDE = 512
COARSE_ROUNDS = 2
"""More rounds shrink what they find: skin lesions lost 0.02 Dice between 2 and 4 rounds."""
FINE_ROUNDS = 1
BAND = 4
"""Half the width, in coarse pixels, of the band along the border that the fine cut decides anew."""
MARGIN = 0.25
"""Part of a box's side that is looked at around it, to learn the surroundings."""
SMALLEST_SIDE = 4
"""Boxes below this have too few pixels for two colour models."""
LEAST_REACH = 0.7
LEAST_AREA = 0.25
CLEAR_OVERLAP = 0.15
"""A result that spans less of its box's sides, or fills less of it, is not what a person would draw that box
around (Lempitsky et al. 2009, "Image segmentation with a bounding box prior"): it is cut again with the box's
centre as a hint. Not where a background scribble has cut something away, nor where the values inside and
beside the result overlap less than this (Bhattacharyya coefficient: 0 none, 1 all): it is clear, however
loose the box."""
CORE = 0.3
"""Radius of the surely foreground centre in that second cut, as a part of the box's inscribed ellipse."""
LEAST_PART = 0.1
"""Separate parts below this part of the largest one are dropped."""
LEAST_CONTRAST = 3
"""Grey levels; below, there is nothing to tell apart."""


@dataclass(frozen=True)
class _Scene:
    """What is cut.

    Attributes:
        picture: (h, w) or (h, w, 3) uint8.
        labels: (h, w) uint8, GrabCut's four.
        distance: (h, w) from where the object is thought to be, 1 at its border; None for no hint.
    """

    picture: Picture
    labels: Picture
    distance: NDArray[np.float32] | None = None


def cut_box(picture: Picture, rows: slice, cols: slice, foreground: Mask, background: Mask) -> Mask:
    """The object inside a box, cut out of the box and a margin around it.

    Args:
        picture: (H, W) or (H, W, 3) uint8.
        rows: The box's rows, inside the picture, at least one.
        cols: The box's columns, inside the picture, at least one.
        foreground: (H, W) bool, surely object where also inside the box.
        background: (H, W) bool, surely not object.

    Returns:
        (H, W) bool, nowhere True outside the box. The whole box where it is too small or too uniform to cut.
    """
    mask = np.zeros_like(foreground)
    height, width = rows.stop - rows.start, cols.stop - cols.start
    around = _widened(rows, picture.shape[0]), _widened(cols, picture.shape[1])
    crop = picture[around]
    if min(height, width) < SMALLEST_SIDE or _is_uniform(crop):
        mask[rows, cols] = True
        return mask
    box = (
        slice(rows.start - around[0].start, rows.stop - around[0].start),
        slice(cols.start - around[1].start, cols.stop - around[1].start),
    )
    distance = _ellipse_distance((crop.shape[0], crop.shape[1]), box)
    labels = np.full((crop.shape[0], crop.shape[1]), cv2.GC_BGD, np.uint8)
    labels[box] = np.where(distance[box] <= 1, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    labels[box][foreground[rows, cols]] = cv2.GC_FGD
    labels[background[around]] = cv2.GC_BGD
    _lean_to_scribbles(labels, foreground[around], background[around])
    found = _cut(_Scene(crop, labels))
    is_steered = bool(background[rows, cols].any())
    if not (is_steered or _fills(found[box]) or _is_clear(crop[box], found[box])):
        labels[(distance <= CORE) & (labels == cv2.GC_PR_FGD)] = cv2.GC_FGD
        found = _cut(_Scene(crop, labels, distance))
    mask[rows, cols] = found[box]
    return _without_struck_out(mask, foreground, background)


def cut_scribbles(picture: Picture, foreground: Mask, background: Mask) -> Mask:
    """The parts of the picture that belong to the foreground scribbles and touch them.

    Args:
        picture: (H, W) or (H, W, 3) uint8.
        foreground: (H, W) bool, surely object, at least one pixel.
        background: (H, W) bool, surely not object; may be empty.

    Returns:
        (H, W) bool. The scribbles themselves where the picture is too uniform to be cut.
    """
    if _is_uniform(picture):
        return foreground.copy()
    labels = np.full(foreground.shape, cv2.GC_PR_BGD, np.uint8)
    labels[background] = cv2.GC_BGD
    labels[foreground] = cv2.GC_FGD
    _lean_to_scribbles(labels, foreground, background)
    found = _cut(_Scene(picture, labels)) | foreground
    _, parts = cv2.connectedComponents(found.astype(np.uint8))
    touched: Mask = np.isin(parts, np.unique(parts[foreground]))
    return touched & found


def _lean_to_scribbles(labels: Picture, foreground: Mask, background: Mask) -> None:
    """Where both kinds are drawn, guess open pixels by the nearer one.

    Without this guess a few scribbled pixels drown in all the open ones and change little.
    """
    if not (foreground.any() and background.any()):
        return
    is_open = (labels == cv2.GC_PR_FGD) | (labels == cv2.GC_PR_BGD)
    nearer = np.where(_distance_to(foreground) < _distance_to(background), cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    labels[is_open] = nearer[is_open]


def _without_struck_out(mask: Mask, foreground: Mask, background: Mask) -> Mask:
    """Without the parts that a background scribble touches and no foreground one, if another part remains."""
    _, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    beside = cv2.dilate(background.astype(np.uint8), np.ones((3, 3), np.uint8)) != 0
    struck = np.setdiff1d(np.unique(parts[beside]), np.unique(parts[foreground]))
    remaining: Mask = mask & ~np.isin(parts, struck)
    return remaining if remaining.any() else mask


def _cut(scene: _Scene) -> Mask:
    """(H, W) bool: coarse cut, fine cut along its border, back to full size."""
    height, width = scene.labels.shape
    small = _shrunk(scene, COARSE_SIDE)
    found = _tidy(_grabcut(small, COARSE_ROUNDS))
    if small is not scene and found.any() and not found.all():
        fine = _shrunk(scene, FINE_SIDE)
        found = _tidy(
            _grabcut(_Scene(fine.picture, _band_labels(fine.labels, found), fine.distance), FINE_ROUNDS)
        )
    if found.shape == (height, width):
        return found
    return (
        np.asarray(cv2.resize(found.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR))
        >= 0.5
    )


def _grabcut(scene: _Scene, rounds: int) -> Mask:
    labels = scene.labels.copy()
    foreground = _is_foreground(labels)
    if foreground.all() or not foreground.any():
        return foreground
    # The colour models start from random cluster centres.
    cv2.setRNGSeed(0)
    no_box, models = (0, 0, 0, 0), (np.zeros((1, 65)), np.zeros((1, 65)))
    cv2.grabCut(_features(scene), labels, no_box, *models, rounds, cv2.GC_INIT_WITH_MASK)
    return _is_foreground(labels)


def _features(scene: _Scene) -> Picture:
    """(h, w, 3) uint8: what GrabCut tells pixels apart by.

    A median takes noise and hairs away and keeps edges. With a distance, it takes the third channel; of the
    colours the two main components stay.
    """
    grey = scene.picture.ndim == 2
    smooth = np.asarray(cv2.medianBlur(scene.picture, 5), np.uint8)
    if scene.distance is None:
        return np.dstack([smooth] * 3) if grey else smooth
    place = np.clip(scene.distance * 30, 0, 255).astype(np.uint8)
    if grey:
        return np.dstack([smooth, smooth, place])
    colours = cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB).astype(np.float64)
    flat = colours.reshape(-1, 3) - colours.mean(axis=(0, 1))
    _, axes = np.linalg.eigh(flat.T @ flat)
    main = (flat @ axes[:, :0:-1]).reshape(*smooth.shape[:2], 2) + 128
    return np.dstack([np.clip(main, 0, 255).astype(np.uint8), place])


def _shrunk(scene: _Scene, side: int) -> _Scene:
    """The scene with its longer side at most `side`, itself where it fits; thin foreground lines survive."""
    if max(scene.labels.shape) <= side:
        return scene
    height, width = within(scene.labels.shape, side)
    size = (width, height)
    sure = (scene.labels == cv2.GC_FGD).astype(np.float32)
    labels = np.asarray(cv2.resize(scene.labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    some_sure = np.asarray(cv2.resize(sure, size, interpolation=cv2.INTER_AREA)) > 0
    labels[some_sure & (labels != cv2.GC_BGD)] = cv2.GC_FGD
    picture = np.asarray(cv2.resize(scene.picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    if scene.distance is None:
        return _Scene(picture, labels)
    distance = np.asarray(cv2.resize(scene.distance, size, interpolation=cv2.INTER_AREA), np.float32)
    return _Scene(picture, labels, distance)


def _band_labels(labels: Picture, coarse: Mask) -> Picture:
    """Labels for the fine cut: open only near the coarse border, and where scribbles say nothing."""
    size = labels.shape[1], labels.shape[0]
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * BAND + 1, 2 * BAND + 1))
    inside = coarse.astype(np.uint8)
    grown, inner, inside = (
        np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_NEAREST)) != 0
        for each in (cv2.dilate(inside, disc), cv2.erode(inside, disc), inside)
    )
    near = np.where(inside, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    near[inner] = cv2.GC_FGD
    near[~grown] = cv2.GC_BGD
    is_open = (labels == cv2.GC_PR_FGD) | (labels == cv2.GC_PR_BGD)
    return np.where(is_open, near, labels)


def _tidy(mask: Mask) -> Mask:
    """Without small separate parts and without holes."""
    if not mask.any():
        return mask
    stats = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)[2]
    largest = int(stats[1:, cv2.CC_STAT_AREA].max())
    return fill_holes(remove_specks(mask, max(1, round(LEAST_PART * largest))))


def _is_foreground(labels: Picture) -> Mask:
    return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))


def _is_uniform(picture: Picture) -> bool:
    return (
        int(np.ptp(picture.reshape(-1, picture.shape[2] if picture.ndim == 3 else 1), axis=0).max())
        < LEAST_CONTRAST
    )


def _widened(span: slice, size: int) -> slice:
    by = round((span.stop - span.start) * MARGIN) + 2
    return slice(max(0, span.start - by), min(size, span.stop + by))


def _distance_to(mask: Mask) -> NDArray[np.float32]:
    return np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _ellipse_distance(shape: tuple[int, int], box: tuple[slice, slice]) -> NDArray[np.float32]:
    """(h, w): 0 in the box's centre, 1 on the ellipse that touches its sides."""
    axes = []
    for span, size in zip(box, shape, strict=True):
        half = (span.stop - span.start) / 2
        axes.append((np.arange(size, dtype=np.float32) + 0.5 - span.start - half) / half)
    return np.asarray(np.hypot(axes[0][:, None], axes[1][None, :]), np.float32)


def _fills(found: Mask) -> bool:
    """Whether a mask spans its box as an object spans the box drawn around it."""
    if found.mean() < LEAST_AREA:
        return False
    rows, cols = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    spans = (np.ptp(rows) + 1) / found.shape[0], (np.ptp(cols) + 1) / found.shape[1]
    return bool(min(spans) >= LEAST_REACH)


def _is_clear(picture: Picture, found: Mask) -> bool:
    """Whether the values inside a mask hardly occur outside it."""
    if not found.any() or found.all():
        return False
    values = picture if picture.ndim == 3 else picture[..., None]
    bins = 8 if picture.ndim == 3 else 32
    parts = [
        np.histogramdd(values[part], bins=bins, range=[(0, 256)] * values.shape[2])[0] / part.sum()
        for part in (found, ~found)
    ]
    return float(np.sqrt(parts[0] * parts[1]).sum()) < CLEAR_OVERLAP
