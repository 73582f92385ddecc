"""How many minutes of a person bring how good a model: table and picture, from `benchmarks.human_minutes`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.order_gain import over_seeds
from core.experiments.reports.pictures import COLOURS, DASHES, MARKS, new_figure, png
from core.workflows.learn.fine_tune_recipe import FINE_TUNE_IMAGES, SCRATCH_IMAGES

BY_HAND = "by hand"
PICTURE = "human_minutes.png"
_ARMS = (BY_HAND, "brush", "clicks", "grid", "part", "grid, brush")


@dataclass
class _Arm:
    """One way of making masks on one set, a value or a row of values for each seed.

    Attributes:
        dice: (seeds, stages), on the test images before and after each ten.
        minutes: (seeds, stages), until then.
        ends: (seeds, 2), seconds an image of the first and the last ten.
        to_hand: Minutes in all by those of the same images by hand; empty where nobody went by hand.
    """

    dice: list[list[float]] = field(default_factory=list)
    minutes: list[list[float]] = field(default_factory=list)
    ends: list[tuple[float, float]] = field(default_factory=list)
    to_hand: list[float] = field(default_factory=list)


def minutes_part(content: dict[str, Any]) -> str:
    """The part of the results page, from the JSON of `benchmarks.human_minutes`."""
    first = content["runs"][0]
    lines = [
        "## A person's minutes",
        "",
        "`python -m benchmarks.human_minutes --side SIDE --shown BRIEF SCRATCH`: a simulated "
        f"person with the usual hand corrects {first['images']} images and fine-tunes after every ten; "
        "mean Dice on the test images before and after each ten, and the minutes until then. The networks "
        "see so many pixels a side, and a training shows so many images, from a base model and from "
        f"scratch; the app's are {FINE_TUNE_IMAGES} and {SCRATCH_IMAGES}. A candidate that is worse on the "
        "locked images is not used. In the grid of Review a proposal with a Dice of 0.95 or more is taken as "
        "it is, and any other is opened and corrected by clicks, or by brush. Means over seeds, in brackets "
        "95 % t intervals; one seed has none. "
        "Rows of 400 and 1200 images are older than long runs and batches of four (decision 013), those "
        "of one seed there also older than the smart click that finds borders; all rows of lesions begin "
        "from the model before decision 062, and those of clicks at 128 pixels have the network before the "
        "sixth training of decision 055.",
        "",
        f"![Dice against minutes](results/{PICTURE})",
        "",
        "| set | pixels; images shown | masks by | seeds | Dice before and after each ten | Dice at the end "
        "| minutes | minutes by those by hand | seconds an image, first and last ten | times quicker |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for (name, how, arm), found in _arms(content["runs"]):
        dice = ", ".join(f"{value:.3f}" for value in np.mean(found.dice, axis=0))
        early, late = np.mean(found.ends, axis=0)
        lines.append(
            f"| {name} | {how} | {arm} | {len(found.dice)} | {dice} | "
            f"{_told([row[-1] for row in found.dice], 3)} | "
            f"{_told([row[-1] for row in found.minutes], 1)} | {_told(found.to_hand, 2)} | "
            f"{early:.0f}, {late:.0f} | {_told([one / other for one, other in found.ends], 1)} |"
        )
    return "\n".join([*lines, ""])


def minutes_picture(content: dict[str, Any]) -> bytes:
    """Dice on the test images against a person's minutes, a panel for each set, as PNG."""
    arms = list(_arms(content["runs"]))
    names = list(dict.fromkeys(name for (name, _, _), _ in arms))
    figure = new_figure(4.6 * len(names), 3.6)
    for panel, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        several = len({how for (of, how, _), _ in arms if of == name}) > 1
        for (of, how, arm), found in arms:
            if of == name:
                minutes, dice = np.mean(found.minutes, axis=0), np.mean(found.dice, axis=0)
                at = _ARMS.index(arm)
                label = f"{arm} ({how})" if several else arm
                dash = DASHES[at % len(DASHES)]
                panel.plot(minutes, dice, dash, marker=MARKS[at], color=COLOURS[at], label=label)
        panel.set(title=name, xlabel="minutes of a person", ylabel="mean Dice on test images")
        panel.legend(loc="lower right")
    return png(figure)


def _arms(runs: Sequence[dict[str, Any]]) -> Iterator[tuple[tuple[str, str, str], _Arm]]:
    """Each set, size and way with what was found over its seeds, in the order of the file."""
    arms: dict[tuple[str, str, str], _Arm] = {}
    # A seed draws the same images for every way; those that are drawn by hand come first in the file.
    by_hand: dict[tuple[str, str, int], float] = {}
    for run in runs:
        how = f"{run['side']}; {run['shown'][0]}, {run['shown'][1]}"
        same = (run["name"], how, run["seed"])
        for arm in run["seconds"][0]["usual"]:
            seconds = [image["usual"][arm] for image in run["seconds"]]
            ends = range(10, len(seconds) + 1, 10)
            found = arms.setdefault((run["name"], how, arm), _Arm())
            found.dice.append(run["dice"])
            found.minutes.append([0.0, *(sum(seconds[:end]) / 60 for end in ends)])
            found.ends.append((sum(seconds[:10]) / 10, sum(seconds[-10:]) / 10))
            if arm == BY_HAND:
                by_hand[same] = sum(seconds)
            if same in by_hand:
                found.to_hand.append(sum(seconds) / by_hand[same])
    names = list(dict.fromkeys(run["name"] for run in runs))
    yield from sorted(arms.items(), key=lambda each: names.index(each[0][0]))


def _told(values: Sequence[float], digits: int) -> str:
    if not values:
        return ""
    mean, low, high = over_seeds(values)
    interval = f" ({low:.{digits}f} to {high:.{digits}f})" if len(values) > 1 else ""
    return f"{mean:.{digits}f}{interval}"
