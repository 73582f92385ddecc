"""The pictures of a report: curves, folds and thresholds, as PNG by Matplotlib without pyplot.

Told apart by the colours of Okabe and Ito and by dashes or marks besides.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.experiments.reports.tables import column_word

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":")
MARKS = ("o", "s", "^", "D", "v", "P", "X")

Curves = Mapping[str, Sequence[Mapping[str, float | None]]]
"""The epochs of each run, by the run's name: rows with "epoch", "loss", "dice", "val_loss", "val_dice"."""


def new_figure(width: float, height: float) -> Figure:
    """A figure of its own: pyplot is process-wide state and unsafe off the main thread."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def png(figure: Figure) -> bytes:
    """The figure as a PNG."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def curves_picture(curves: Curves, loss: str) -> bytes:
    """Loss and Dice of every run against the epoch: validation in full colour, training faint."""
    figure = new_figure(10, 4)
    for axes, name, label in zip(
        figure.subplots(1, 2), ("loss", "dice"), (f"loss ({loss})", "Dice"), strict=True
    ):
        for number, (run, rows) in enumerate(curves.items()):
            style = {"color": COLOURS[number % len(COLOURS)], "linestyle": DASHES[number % len(DASHES)]}
            _line(axes, rows, name, alpha=0.35, linewidth=1.0, **style)
            drawn = _line(axes, rows, f"val_{name}", label=run, linewidth=1.8, **style)
            if not drawn:
                axes.plot([], [], label=f"{run} (training)", **style)
        _name_axes(axes, "epoch", label)
        axes.legend(fontsize="small")
    figure.suptitle("validation in full colour, training faint", fontsize="small", color="0.35")
    return png(figure)


def folds_picture(scores: Mapping[str, Sequence[float]]) -> bytes:
    """The mean Dice of each fold, one mark a fold, with their mean and one standard deviation either way."""
    import numpy as np

    figure = new_figure(1.8 + 1.6 * len(scores), 4)
    axes = figure.subplots()
    for place, values in enumerate(scores.values()):
        mark: dict[str, Any] = {"color": COLOURS[place % len(COLOURS)], "marker": MARKS[place % len(MARKS)]}
        across = place + np.linspace(-0.12, 0.12, len(values)) if len(values) > 1 else [place]
        axes.plot(across, values, linestyle="none", **mark)
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        axes.errorbar(place + 0.3, float(np.mean(values)), yerr=spread, capsize=4, **mark)
    axes.set_xticks(range(len(scores)), list(scores))
    axes.set_xlim(-0.5, len(scores) - 0.2)
    _name_axes(axes, "", "mean Dice of a fold", whole_x=False)
    return png(figure)


def threshold_picture(curve: Mapping[str, NDArray[np.float64]], best: int, card: int) -> bytes:
    """Dice, IoU, precision and recall against the threshold, the best one and the card's marked.

    Args:
        curve: "threshold" and the four scores, all (T,).
        best: Position of the threshold with the highest Dice.
        card: Position of the threshold of the model's card.
    """
    figure = new_figure(7, 4.2)
    axes = figure.subplots()
    thresholds = curve["threshold"]
    for number, name in enumerate(("dice", "iou", "precision", "recall")):
        style: dict[str, Any] = {"color": COLOURS[number], "linestyle": DASHES[number]}
        axes.plot(thresholds, curve[name], label=column_word(name), **style)
    axes.plot(thresholds[best], curve["dice"][best], "o", color="0.2", label=f"best: {thresholds[best]:.2f}")
    if card != best:
        axes.axvline(thresholds[card], color="0.6", linestyle=":", label=f"card: {thresholds[card]:.2f}")
    _name_axes(axes, "threshold", "mean over images", whole_x=False)
    axes.legend(fontsize="small")
    return png(figure)


def trials_picture(values: Sequence[tuple[int, float, bool]]) -> bytes:
    """Each trial's (number, best validation Dice, whether it ran to its end), and the best so far."""
    figure = new_figure(7, 4)
    axes = figure.subplots()
    for whole, mark, label in ((True, "o", "ran to its end"), (False, "x", "cut short")):
        some = [(number, value) for number, value, ended in values if ended is whole]
        if some:
            axes.plot(
                *zip(*some, strict=True), linestyle="none", marker=mark, color=COLOURS[not whole], label=label
            )
    best, so_far = 0.0, []
    for number, value, ended in values:
        best = max(best, value) if ended else best
        so_far.append((number, best))
    reached = [(number, value) for number, value in so_far if value > 0]
    if reached:
        axes.step(*zip(*reached, strict=True), where="post", color="0.4", linewidth=1, label="best so far")
    _name_axes(axes, "trial", "best validation Dice")
    axes.legend(fontsize="small")
    return png(figure)


def importance_picture(importance: Mapping[str, float]) -> bytes:
    """How much of the differences between trials each setting explains, the greatest on top."""
    figure = new_figure(6.5, 0.8 + 0.45 * len(importance))
    axes = figure.subplots()
    names = sorted(importance, key=lambda name: importance[name])
    bars = axes.barh(
        [column_word(name) for name in names], [importance[name] for name in names], color=COLOURS[0]
    )
    axes.bar_label(bars, fmt="%.2f", padding=3)
    axes.set_xlim(0, max(1e-9, *importance.values()) * 1.15)
    _name_axes(axes, "share of the differences in validation Dice", "", whole_x=False)
    return png(figure)


def _line(axes: Axes, rows: Sequence[Mapping[str, float | None]], name: str, **style: Any) -> bool:
    points = [(row["epoch"], row[name]) for row in rows if row.get(name) is not None]
    if points:
        marker = MARKS[0] if len(points) == 1 else None
        axes.plot(*zip(*points, strict=True), marker=marker, **style)
    return bool(points)


def _name_axes(axes: Axes, across: str, up: str, *, whole_x: bool = True) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(alpha=0.25)
    if whole_x:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
