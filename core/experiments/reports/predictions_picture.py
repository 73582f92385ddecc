"""Predictions side by side: image, reference and each network, on telling images and on ordinary ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.datasets.pairs import Pair, load_pair
from core.experiments.reports.pictures import curves_picture, new_figure, png
from core.experiments.requests.plan import Recipe
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.finished_run import FinishedRun, read_curves
from core.experiments.runs.store import Picture
from core.imaging.class_table import ClassTable
from core.imaging.decode import decode_mask
from core.imaging.intensity import to_display
from core.imaging.overlay import overlay, overlay_classes
from core.language.sentence import Sentence

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE = (86, 180, 233)
"""The reference's colour; predictions are orange."""
NUM_APART = 3
NUM_TYPICAL = 2

Masks = Mapping[str, tuple[Path, float]]
"""A network's mask of each image, by the image's stem, with its Dice."""


def draw_curves(
    experiment: Experiment, runs: Mapping[str, FinishedRun], recipe: Recipe, caption: str
) -> Picture:
    """Write `curves.png` of runs."""
    curves = {name: read_curves(run.folder) for name, run in runs.items()}
    return experiment.write_picture("curves.png", curves_picture(curves, recipe.settings.loss), caption)


def draw_predictions(
    experiment: Experiment,
    pairs: Sequence[Pair],
    runs: Mapping[str, Sequence[FinishedRun]],
    classes: ClassTable | None,
) -> Picture:
    """Write `predictions.png`: where networks are furthest apart, and typical ones, of pairs all have scored.

    Args:
        runs: Of each network, an image in one of them.
    """
    arms: dict[str, Masks] = {
        arm: {
            image.stem: (run.folder / "masks" / f"{image.stem}.png", float(image.scores["dice"] or 0))
            for run in of_arm
            for image in run.images
        }
        for arm, of_arm in runs.items()
    }
    scored = [pair for pair in pairs if all(pair.stem in masks for masks in arms.values())]
    dice = {arm: [masks[pair.stem][1] for pair in scored] for arm, masks in arms.items()}
    apart, typical = telling_images(dice, NUM_APART, NUM_TYPICAL)
    rows = {"furthest apart": apart, "typical": typical}
    shown = (
        Sentence("Image, reference (blue) and each network's mask (orange):")
        if classes is None
        else Sentence("Image, reference and each network's mask, each class in its colour:")
    )
    chosen = (
        Sentence("where the networks are furthest apart, and where their Dice is nearest to the median.")
        if len(arms) > 1
        else Sentence("where their Dice is nearest to the median.")
    )
    picture = predictions_picture(scored, arms, rows, classes)
    return experiment.write_picture("predictions.png", picture, Sentence.joined([shown, chosen]))


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
    arms: Mapping[str, Masks],
    rows: Mapping[str, Sequence[int]],
    classes: ClassTable | None = None,
) -> bytes:
    """A row for each position, by why it is shown: image, reference, and each network's mask and Dice."""
    shown = [(reason, index) for reason, indices in rows.items() for index in indices]
    figure = new_figure(2.4 * (2 + len(arms)), 2.6 * len(shown) + (0.3 if classes else 0))
    grid = figure.subplots(len(shown), 2 + len(arms), squeeze=False)
    for axes_row, (reason, index) in zip(grid, shown, strict=True):
        pair = pairs[index]
        image, reference = load_pair(pair, classes=classes)
        display = to_display(image)
        cells = [
            (f"{reason}\n{_label(pair.stem, f'image {index + 1}')}", display),
            ("reference", _over(display, reference if classes else reference == 1, classes, BLUE)),
        ]
        for arm, masks in arms.items():
            path, dice = masks[pair.stem]
            mask = _read_mask(path, reference.shape, classes)
            cells.append((f"{arm}\nDice {dice:.3f}", _over(display, mask, classes)))
        for axes, (title, picture) in zip(axes_row, cells, strict=True):
            axes.imshow(picture, cmap="gray" if picture.ndim == 2 else None, vmin=0, vmax=255)
            axes.set_title(title, fontsize=8, parse_math=False)
            axes.set_axis_off()
    if classes is not None:
        _name_colours(figure, classes)
    return png(figure)


def _over(
    display: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    classes: ClassTable | None,
    colour: tuple[int, int, int] | None = None,
) -> NDArray[np.uint8]:
    if classes is not None:
        return overlay_classes(display, mask, classes.colours)
    return overlay(display, mask) if colour is None else overlay(display, mask, colour=colour)


def _read_mask(path: Path, shape: tuple[int, ...], classes: ClassTable | None) -> NDArray[np.uint8]:
    # What was predicted holds indices, whatever colours the references have.
    by_index = None if classes is None else replace(classes, by_colour=False)
    height, width = shape
    return decode_mask(path.read_bytes(), f"mask {path.name}", (height, width), classes=by_index)


def _name_colours(figure: Figure, classes: ClassTable) -> None:
    from matplotlib.patches import Patch

    patches = [
        Patch(color=(red / 255, green / 255, blue / 255), label=_label(each.name, f"class {index}"))
        for index, each in enumerate(classes.classes[1:], start=1)
        for red, green, blue in [each.colour]
    ]
    legend = figure.legend(
        handles=patches, loc="outside lower center", ncols=min(len(patches), 6), fontsize=8
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _label(name: str, otherwise: str) -> str:
    # Matplotlib's own font has no letters beyond Europe's, and warns at each.
    if not name.isascii():
        return otherwise
    return name if len(name) <= 26 else f"{name[:12]}...{name[-12:]}"
