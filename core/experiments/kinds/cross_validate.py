"""k folds of train and val: every image predicted once by a network that never saw it or its patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets.folds import assign_folds
from core.datasets.grouped_data import GroupedData
from core.datasets.groups import GroupRule
from core.datasets.pairs import Pair
from core.datasets.set_table import SetTable
from core.errors import AppError
from core.experiments.reports.differences import difference_rows, difference_sentence
from core.experiments.reports.pictures import folds_picture
from core.experiments.reports.predictions_picture import draw_curves, draw_predictions
from core.experiments.reports.tables import defined
from core.experiments.requests.data import read_data
from core.experiments.requests.naming import run_title
from core.experiments.requests.plan import ARM_WORDS, CrossValidateRequest, Recipe, arm_net
from core.experiments.requests.several_classes import class_notes, foreground, shown_columns
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.finished_run import FinishedRun
from core.experiments.runs.fold_runs import FoldPlan, index_rows, out_of_fold, run_folds, summary_rows
from core.experiments.runs.store import Cell, ExperimentResult, Picture
from core.image_size import format_size
from core.language.sentence import Sentence

COLUMNS = (
    *("arm", "fold", "images", "dice", "iou", "accuracy", "precision", "recall", "hd95", "boundary_f1"),
    *("threshold", "epochs", "seconds"),
)


def cross_validate(experiment: Experiment, request: CrossValidateRequest) -> ExperimentResult:
    """Train and score every fold; where it is stopped, the folds that are finished."""
    nets = {arm: arm_net(request.recipe.net, arm) for arm in request.arms}
    classes = request.recipe.classes
    columns = shown_columns(COLUMNS, classes)
    plan, notes = plan_folds(experiment, request)
    finished = run_folds(experiment, plan, nets, request.recipe)
    finished = {arm: runs for arm, runs in finished.items() if runs}
    if not finished:
        return ExperimentResult("cross_validate", columns)
    experiment.write_csv("out_of_fold.csv", index_rows(plan, finished))
    rows: list[dict[str, Cell]] = []
    for arm, runs in finished.items():
        rows += [{"arm": ARM_WORDS[arm], **row} for row in summary_rows(runs)]
    num_folds = min(len(runs) for runs in finished.values())
    differences = difference_rows({arm: out_of_fold(runs[:num_folds]) for arm, runs in finished.items()})
    best = max((row for row in rows if row["fold"] == "all images"), key=lambda row: float(row["dice"] or 0))
    return ExperimentResult(
        kind="cross_validate",
        columns=columns,
        rows=tuple(rows),
        headline=_headline(rows, differences, request),
        number=float(best["dice"] or 0),
        number_name=Sentence("{best}: out-of-fold Dice", best=best["arm"]),
        pictures=_draw(experiment, plan, finished, request.recipe),
        notes=(
            *notes,
            *class_notes(classes),
            *(difference_sentence(row) for row in differences if row["score"] != "dice"),
        ),
    )


def plan_folds(experiment: Experiment, request: CrossValidateRequest) -> tuple[FoldPlan, list[str]]:
    """Which image is in which fold, and the sentences that say how that was found."""
    data_dir = Path(request.data_dir)
    classes = request.recipe.classes
    rule = GroupRule(request.group_column, request.group_pattern)
    data = read_data(experiment, request, rule, classes)
    pairs, groups = _train_and_val(data)
    stems = [pair.stem for pair in pairs]
    if twice := sorted({stem for stem in stems if stems.count(stem) > 1}):
        raise AppError(
            "{twice} stands in train and in val; rename one, so that its mask can be told apart.",
            twice=twice[0],
        )
    strata = _strata(data.table, request, [pair.file_stem for pair in pairs], data_dir)
    folds = assign_folds(groups, request.folds, seed=request.recipe.settings.seed, strata=strata)
    notes = _fold_notes(request, groups, data)
    return FoldPlan(data_dir, pairs, folds, groups, request.tolerance, classes), notes


def _train_and_val(data: GroupedData) -> tuple[list[Pair], NDArray[np.int64]]:
    """The pairs of both in the order of their stems, with their groups."""
    splits = [split for split in ("train", "val") if split in data.pairs_of]
    both = [each for split in splits for each in zip(data.pairs_of[split], data.group_of[split], strict=True)]
    both.sort(key=lambda each: each[0].stem)
    return [pair for pair, _ in both], np.array([group for _, group in both], np.int64)


def _draw(
    experiment: Experiment, plan: FoldPlan, finished: Mapping[str, Sequence[FinishedRun]], recipe: Recipe
) -> tuple[Picture, ...]:
    arms = {ARM_WORDS[arm]: runs for arm, runs in finished.items()}
    named = {run_title(run.name): run for runs in finished.values() for run in runs}
    curves = draw_curves(experiment, named, recipe, Sentence("Loss and Dice of every fold, epoch by epoch."))
    predictions = draw_predictions(experiment, plan.pairs, arms, recipe.classes)
    caption = Sentence("{telling_caption} Every mask is out of fold.", telling_caption=predictions.caption)
    means = {
        name: [sum(dice) / len(dice) for run in runs if (dice := defined(run.images, "dice"))]
        for name, runs in arms.items()
    }
    beside = Sentence("Mean Dice of each fold, beside it their mean and one standard deviation.")
    folds = experiment.write_picture("folds.png", folds_picture(means), beside)
    return folds, curves, replace(predictions, caption=caption)


def _strata(
    table: SetTable | None, request: CrossValidateRequest, stems: Sequence[str], data_dir: Path
) -> list[str] | None:
    if not request.stratify_column:
        return None
    if table is None:
        raise AppError(
            "No CSV in {data_dir} names its images, so there is no column to spread over folds.",
            data_dir=data_dir,
        )
    return table.values(request.stratify_column, stems)


def _fold_notes(request: CrossValidateRequest, groups: NDArray[np.int64], data: GroupedData) -> list[str]:
    settings = request.recipe.settings
    chosen = Sentence("epoch and threshold") if request.recipe.classes is None else Sentence("the epoch")
    named = [Sentence("the same {column}", column=data.column)] if data.column else []
    named += [Sentence("names that the pattern takes together")] if request.group_pattern else []
    together = Sentence("Images with {named} stay in one fold", named=" or ".join(named))
    return [
        Sentence(
            "{folds} folds over {num_groups} images of train and val in {num_unique} groups; no "
            "test image is scored.",
            folds=request.folds,
            num_groups=len(groups),
            num_unique=len(np.unique(groups)),
        ),
        (together if named else Sentence("Images that have no patient's number count each by itself"))
        + (
            Sentence(", and nearly equal ones stay together.")
            if data.alike
            else Sentence("; likeness was left out, as most images look alike.")
        ),
        Sentence(
            "Of each fold's training images {val_part:.0%} choose {chosen}, at most {epochs} "
            "epochs of batches of {batch_size} at {format_size} pixels; the fold itself chooses "
            "nothing.",
            val_part=settings.val_part,
            chosen=chosen,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            format_size=format_size(settings.image_size),
        ),
        Sentence(
            "A fold's line is the mean over its images with the bootstrap 95 % interval; sd is "
            "the standard deviation between folds (n - 1); all images is the mean over every "
            "out-of-fold image, all pixels takes their pixels together."
        ),
        Sentence("Each out-of-fold mask is kept, out_of_fold.csv says where."),
    ]


def _headline(
    rows: Sequence[dict[str, Cell]], differences: Sequence[dict[str, Cell]], request: CrossValidateRequest
) -> str:
    classes = request.recipe.classes
    over = "" if classes is None else Sentence(" and {classes}", classes=foreground(classes))
    spreads = {row["arm"]: row["dice"] for row in rows if row["fold"] == "sd of folds"}
    sentences: list[str] = [
        Sentence(
            "{row}: Dice {row_2:.4f}{sd} over folds{over}.",
            row=row["arm"],
            row_2=row["dice"],
            sd=f" ± {spread:.4f}" if isinstance(spread := spreads[row["arm"]], float) else "",
            over=over,
        )
        for row in rows
        if row["fold"] == "mean of folds"
    ]
    sentences += [difference_sentence(row) for row in differences if row["score"] == "dice"]
    return Sentence.joined(sentences)
