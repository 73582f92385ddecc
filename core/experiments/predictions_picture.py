"""Predictions side by side: image, reference and each network, on telling images and on ordinary ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets.pairs import Pair, load_pair
from core.experiments.pictures import new_figure, png
from core.imaging.decode import decode_mask
from core.imaging.intensity import to_display
from core.imaging.overlay import overlay

BLUE = (86, 180, 233)
"""The reference's colour; predictions are orange."""


def telling_images(
    dice: Mapping[str, Sequence[float]], num_apart: int, num_typical: int
) -> tuple[list[int], list[int]]:
    """Which images to show.

    Args:
        dice: Dice of each image, by network; all networks in one order of images.
        num_apart: How many of those where the networks are furthest apart.
        num_typical: How many of the others whose mean Dice over networks is nearest to the median.

    Returns:
        Positions of the images: those apart, the furthest first; the typical ones, the nearest first. Ties
        keep the order of the images.
    """
    table = np.asarray(list(dice.values()), np.float64)
    spread, mean = np.ptp(table, axis=0), table.mean(axis=0)
    apart = np.argsort(-spread, kind="stable")[:num_apart].tolist() if len(table) > 1 else []
    nearest = np.argsort(np.abs(mean - np.median(mean)), kind="stable").tolist()
    return apart, [index for index in nearest if index not in apart][:num_typical]


def predictions_picture(
    pairs: Sequence[Pair],
    arms: Mapping[str, tuple[Path, Mapping[str, float | None]]],
    rows: Mapping[str, Sequence[int]],
) -> bytes:
    """A row for each image: the image, its reference, and each network's mask over it with its Dice.

    Args:
        pairs: The scored pairs.
        arms: For each network the folder of its masks, and the Dice of each stem.
        rows: Positions of the pairs to show, by what they are shown for.
    """
    shown = [(reason, index) for reason, indices in rows.items() for index in indices]
    figure = new_figure(2.4 * (2 + len(arms)), 2.6 * len(shown))
    grid = figure.subplots(len(shown), 2 + len(arms), squeeze=False)
    for axes_row, (reason, index) in zip(grid, shown, strict=True):
        pair = pairs[index]
        image, reference = load_pair(pair)
        display = to_display(image)
        cells: list[tuple[str, NDArray[np.uint8]]] = [
            (f"{reason}\n{_label(pair.stem, index + 1)}", display),
            ("reference", overlay(display, reference, colour=BLUE)),
        ]
        for arm, (masks_dir, dice_of) in arms.items():
            content = (masks_dir / f"{pair.stem}.png").read_bytes()
            mask = decode_mask(content, f"mask {pair.stem}.png", reference.shape)
            cells.append((f"{arm}\nDice {dice_of[pair.stem]:.3f}", overlay(display, mask)))
        for axes, (title, picture) in zip(axes_row, cells, strict=True):
            axes.imshow(picture, cmap="gray" if picture.ndim == 2 else None, vmin=0, vmax=255)
            axes.set_title(title, fontsize=8, parse_math=False)
            axes.set_axis_off()
    return png(figure)


def _label(name: str, number: int) -> str:
    # Matplotlib's own font has no letters beyond Europe's, and warns at each.
    if not name.isascii():
        return f"image {number}"
    return name if len(name) <= 26 else f"{name[:12]}...{name[-12:]}"
