"""The set whose answer is known, in folds: what is lost here, training or scaling has lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.config import ScalingConfig
from core.datasets.folds import assign_folds
from core.datasets.noise import write_noise_set
from core.datasets.pairs import Pair, load_pair
from core.experiments.reports.pictures import new_figure, png
from core.experiments.reports.predictions_picture import draw_curves
from core.experiments.requests.plan import Recipe, SyntheticRequest
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.finished_run import FinishedRun
from core.experiments.runs.fold_runs import FoldPlan, index_rows, run_folds, summary_rows
from core.experiments.runs.store import Cell, ExperimentResult, Picture
from core.language.sentence import Sentence
from core.workflows.learn.run_folder import hash_pairs

ARM = "noise"
COLUMNS = ("fold", "images", "accuracy", "precision", "recall", "f1", "iou", "threshold", "epochs", "seconds")
FOUR = ("accuracy", "precision", "recall", "f1")


def synthetic(experiment: Experiment, request: SyntheticRequest) -> ExperimentResult:
    """Make the images, train and score every fold; where it is stopped, the folds that are finished."""
    recipe = noise_recipe(request)
    seed = recipe.settings.seed
    data_dir = experiment.folder / "data"
    experiment.say(Sentence("Making {count} noise images", count=request.num_images))
    pairs = write_noise_set(data_dir, request.num_images, side=request.side, bits=request.bits, seed=seed)
    experiment.keep_hashes(hash_pairs({"train": pairs}))
    groups = np.arange(len(pairs), dtype=np.int64)
    folds = assign_folds(groups, request.folds, seed=seed)
    plan = FoldPlan(data_dir, pairs, folds, groups, tolerance=1.0)
    runs = run_folds(experiment, plan, {ARM: recipe.net}, recipe)[ARM]
    if not runs:
        return ExperimentResult("synthetic", COLUMNS)
    experiment.write_csv("out_of_fold.csv", index_rows(plan, {ARM: runs}))
    rows = [_with_f1(row) for row in summary_rows(runs)]
    whole = next(row for row in rows if row["fold"] == "all images")
    lowest = min(float(whole[name] or 0) for name in FOUR)
    return ExperimentResult(
        kind="synthetic",
        columns=COLUMNS,
        rows=tuple(rows),
        headline=Sentence("Over {whole} images that were not trained on: ", whole=whole["images"])
        + ", ".join(f"{name.replace('f1', 'F1')} {whole[name]:.4f}" for name in FOUR)
        + ".",
        number=lowest,
        number_name=Sentence("lowest of accuracy, precision, recall and F1"),
        pictures=_draw(experiment, runs, pairs, recipe),
        notes=_notes(request, recipe),
    )


def noise_recipe(request: SyntheticRequest) -> Recipe:
    """The request's recipe at the images' own size and fixed range: per-image scaling moves the half."""
    scaling = ScalingConfig("range", 0.0, float(2**request.bits - 1))
    recipe = request.recipe
    return replace(
        recipe,
        net=replace(recipe.net, input_channels=1),
        settings=replace(recipe.settings, image_size=(request.side, request.side)),
        scaling=scaling,
    )


def _with_f1(row: dict[str, Cell]) -> dict[str, Cell]:
    """F1 is the Dice of one foreground; the row of pixels has it already."""
    ends = ("", "_low", "_high")
    return {**{f"f1{end}": row[f"dice{end}"] for end in ends if f"dice{end}" in row}, **row}


def _notes(request: SyntheticRequest, recipe: Recipe) -> tuple[str, ...]:
    settings, net = recipe.settings, recipe.net
    return (
        Sentence(
            "{num_images} images of {side}x{side} pixels, each pixel a uniform {bits}-bit number; "
            "the mask is value / {what} > 0.5 of the stored value.",
            num_images=request.num_images,
            side=request.side,
            bits=request.bits,
            what=2**request.bits - 1,
        ),
        Sentence(
            "{folds} folds; of each fold's training images {val_part:.0%} choose epoch and "
            "threshold, the fold itself chooses nothing.",
            folds=request.folds,
            val_part=settings.val_part,
        ),
        Sentence(
            "The network is a U-Net of depth {depth} with {base_filters} filters, input scaled by "
            "the fixed range 0 to {high:g}, {precision} arithmetic, loss {loss}, at most {epochs} "
            "epochs of batches of {batch_size}.",
            depth=net.depth,
            base_filters=net.base_filters,
            high=recipe.scaling.high,
            precision=settings.precision,
            loss=settings.loss,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
        ),
        Sentence(
            "A fold's line is the mean over its images with the bootstrap 95 % interval; sd is "
            "the standard deviation between folds (n - 1); all pixels takes all images together. "
            "F1 is the Dice."
        ),
    )


def _draw(
    experiment: Experiment, runs: Sequence[FinishedRun], pairs: Sequence[Pair], recipe: Recipe
) -> tuple[Picture, ...]:
    named = {f"fold {number}": run for number, run in enumerate(runs, start=1)}
    caption = Sentence("A corner of one image, its mask, and the mask that was predicted.")
    return (
        draw_curves(experiment, named, recipe, Sentence("Loss and Dice of every fold, epoch by epoch.")),
        experiment.write_picture("example.png", _example(runs[0], pairs), caption),
    )


def _example(run: FinishedRun, pairs: Sequence[Pair]) -> bytes:
    """A corner of a fold's first image, large enough that single pixels are seen."""
    stem = run.images[0].stem
    pair = next(each for each in pairs if each.stem == stem)
    image, mask = load_pair(pair)
    predicted, _ = load_pair(Pair(stem, run.folder / "masks" / f"{stem}.png", pair.mask_path))
    figure = new_figure(9, 3.3)
    shown = (("image", image.values), ("pixel > 0.5", mask), ("predicted", predicted.values))
    for axes, (title, values) in zip(figure.subplots(1, 3), shown, strict=True):
        axes.imshow(values[:32, :32], cmap="gray", interpolation="nearest")
        axes.set_title(title)
        axes.set_axis_off()
    return png(figure)
