"""What corrected labels bring a classifier of real images: a simulated person, the real store, run and guard.

A classifier is trained on a part of the training images. The others are put into a workspace, each with its
true label and mask, as if a person had corrected them; the app's own fine-tuning learns from those that it
does not lock, and the app's own rule decides on the locked ones. Base and candidate are then scored on images
that neither has seen: the validation split for each seed, or with --score folds every image of train and val
once a seed, which tells smaller differences. The test split is not opened, so this may be used to choose.

One line a run, then means with the bootstrap 95 % interval of the paired difference over images. That is of
the images alone: how much the drawn base part matters is seen between the lines.

    python -m benchmarks.label_fine_tune_gain --data_dir DATA/skin_lesion --merge SK=Other_SC --json OUT.json
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fine_tune_gain import print_row
from benchmarks.label_draws import Draw, draws
from benchmarks.label_scores import BASE, SCORES, Shares, means, summary
from benchmarks.label_trainings import TASK, Arm, classify, fine_tune, train
from core.classifier_cards import VIEWS
from core.datasets.labels import LabelledImage
from core.files import write_whole
from core.registry.shipped import CLASSIFIER_SUFFIX
from core.workflows.learn import label_trainer as recipe
from core.workflows.open_workspace import open_workspace

CEILING = "all at once"


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    arms = [Arm(*each) for each in product(options.rates, options.images_shown)]
    rows: list[dict[str, Any]] = []
    scored: list[LabelledImage] = []
    found: dict[str, list[Shares]] = {}
    labels: tuple[str, ...] = ()
    for draw in draws(options):
        with tempfile.TemporaryDirectory() as folder:
            labels, shares, runs = one_draw(draw, arms, Path(folder), options)
        scored += draw.scored
        for name, each in shares.items():
            found.setdefault(name, []).append(each)
        for row in runs:
            print_row(row)
        rows += runs
    table = summary(labels, scored, {name: np.concatenate(each) for name, each in found.items()})
    for row in table:
        print_row(row)
    if options.json is not None:
        settings = {name: value for name, value in vars(options).items() if name not in ("json", "data_dir")}
        content = {"settings": settings, "runs": rows, "summary": table}
        write_whole(options.json, (json.dumps(content, indent=2) + "\n").encode())
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data_dir", type=Path, required=True, help="labelled set with train/ and val/")
    add("--merge", type=str, nargs="+", default=[], help="labels that count as another, OLD=NEW")
    add("--score", choices=("val", "folds"), default="val", help="what is scored")
    add("--base_part", type=float, default=1 / 3, help="part of the images that the base is trained on")
    add("--seeds", type=int, nargs="+", default=[0, 1, 2], help="one base part each")
    add("--input", choices=VIEWS, default="masked", help="what the classifier sees")
    add("--image_size", type=int, default=96, help="side of the input in pixels")
    add("--base_epochs", type=int, default=40, help="epochs of the base classifier")
    add("--rates", type=float, nargs="+", default=[recipe.FINE_TUNE_RATE], help="learning rates to try")
    add(
        "--images_shown",
        type=int,
        nargs="+",
        default=[recipe.LabelTrainer.fine_tune_images],
        help="lengths to try",
    )
    add("--ceiling", action="store_true", help="also train on all labels at once, which the app cannot")
    add("--wrong_labels", action="store_true", help="the person is wrong on all images that are trained on")
    add("--json", type=Path, help="file to write the numbers to")
    return parser.parse_args(arguments)


def one_draw(
    draw: Draw, arms: Sequence[Arm], folder: Path, options: argparse.Namespace
) -> tuple[tuple[str, ...], dict[str, Shares], list[dict[str, Any]]]:
    """Train the base, let every arm learn from the corrections, score all of them.

    Returns:
        The labels in the order of the probabilities; probabilities by name; one row an arm.
    """
    models = folder / "models"
    base = models / f"{TASK}{CLASSIFIER_SUFFIX}"
    labels = train(draw.base, base, draw.seed, options)
    shares = {BASE: classify(base, draw.scored)}
    if options.ceiling:
        both = sorted([*draw.base, *draw.corrected], key=lambda image: image.stem)
        train(both, folder / "ceiling", draw.seed, options)
        shares[CEILING] = classify(folder / "ceiling", draw.scored)
    truth = [image.label for image in draw.scored]
    rows = []
    for number, arm in enumerate(arms):
        with open_workspace(folder / f"workspace{number}", models) as workspace:
            row, candidate, in_use = fine_tune(workspace, draw, arm, options)
        shares[arm.name] = classify(candidate, draw.scored)
        shares[f"{arm.name}, in use after the guard"] = classify(in_use, draw.scored)
        before, after = (means(labels, truth, shares[name]) for name in (BASE, arm.name))
        scores = {
            f"{name}_{when}": each[name]
            for name in SCORES
            for when, each in (("before", before), ("after", after))
        }
        rows.append({"seed": draw.seed, **asdict(arm), **row, **scores})
    return labels, shares, rows


if __name__ == "__main__":
    sys.exit(main())
