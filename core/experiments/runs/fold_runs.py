"""Folds trained and scored, here or on a cluster, and the table they make, of real sets and made-up ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.config import NetConfig
from core.datasets.pairs import Pair
from core.datasets.split import split_train_val
from core.errors import AppError
from core.experiments.reports.tables import fold_rows, mean_row, pooled_row
from core.experiments.requests.data import have_foreground
from core.experiments.requests.plan import Recipe
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.finished_run import FinishedRun
from core.experiments.runs.scoring import ImageScores
from core.experiments.runs.store import Cell
from core.experiments.runs.training_run import RunPlan, do_runs
from core.imaging.class_table import ClassTable
from core.language.sentence import Sentence


@dataclass(frozen=True)
class FoldPlan:
    """Which images are in which fold.

    Attributes:
        data_dir: Folder that the pairs lie in.
        folds: (N,) int64, the fold of each, from 0.
        groups: (N,) int64; images with one number are never parted, in folds and inside of them.
        tolerance: Of boundary F1 in pixels, None for a part of the diagonal.
        classes: Of the masks, None for one foreground.
    """

    data_dir: Path
    pairs: Sequence[Pair]
    folds: NDArray[np.int64]
    groups: NDArray[np.int64]
    tolerance: float | None
    classes: ClassTable | None = None

    @property
    def num_folds(self) -> int:
        """Number of folds."""
        return int(self.folds.max()) + 1

    def of_fold(self, fold: int, *, inside: bool) -> list[int]:
        """Positions of the images in a fold, or outside of it."""
        return np.flatnonzero((self.folds == fold) == inside).tolist()


def check_folds(plan: FoldPlan) -> None:
    """Refuse a fold without a foreground pixel."""
    positive = np.asarray(have_foreground(plan.pairs, plan.classes))
    for fold in range(plan.num_folds):
        if not positive[plan.folds == fold].any():
            raise AppError(
                "Fold {fold} of {num_folds} has no image with a foreground pixel, so no Dice can be "
                "measured on it; take fewer folds, or spread them with --stratify_column.",
                fold=fold + 1,
                num_folds=plan.num_folds,
            )


def run_folds(
    experiment: Experiment, plan: FoldPlan, nets: Mapping[str, NetConfig], recipe: Recipe
) -> dict[str, list[FinishedRun]]:
    """The finished folds of each network, in order up to the first that is not.

    Of each fold's training images the recipe's `val_part` chooses epoch and threshold; the fold itself is
    scored and chooses nothing.
    """
    check_folds(plan)
    plans: list[RunPlan] = []
    for fold in range(plan.num_folds):
        train, val = _inner_split(plan, fold, recipe)
        scored = [plan.pairs[index] for index in plan.of_fold(fold, inside=True)]
        for arm, net in nets.items():
            plans.append(
                RunPlan(
                    name=_run_name(arm, fold),
                    number=len(plans) + 1,
                    num_runs=plan.num_folds * len(nets),
                    recipe=replace(recipe, net=net),
                    data_dir=plan.data_dir,
                    train=train,
                    val=val,
                    scored=scored,
                    tolerance=plan.tolerance,
                )
            )
    finished = do_runs(experiment, plans)
    of_arm = {arm: [finished.get(_run_name(arm, fold)) for fold in range(plan.num_folds)] for arm in nets}
    return {arm: [run for run in takewhile(bool, runs) if run] for arm, runs in of_arm.items()}


def _run_name(arm: str, fold: int) -> str:
    return f"{arm}_fold{fold + 1}"


def summary_rows(runs: Sequence[FinishedRun]) -> list[dict[str, Cell]]:
    """A network's lines: each fold, mean and deviation over folds, all out-of-fold images, their pixels."""
    folds = [run.images for run in runs]
    means, spreads = fold_rows(folds)
    rows: list[dict[str, Cell]] = [
        {
            "fold": str(number),
            **mean_row(run.images),
            "threshold": run.threshold,
            "epochs": run.num_epochs,
            "seconds": run.seconds,
        }
        for number, run in enumerate(runs, start=1)
    ]
    everything = out_of_fold(runs)
    rows.append(
        {"fold": Sentence("mean of folds"), **means, "seconds": sum(run.seconds for run in runs) / len(runs)}
    )
    rows.append({"fold": Sentence("sd of folds"), **spreads})
    rows.append({"fold": Sentence("all images"), **mean_row(everything)})
    rows.append({"fold": Sentence("all pixels"), **pooled_row(everything)})
    return rows


def out_of_fold(runs: Sequence[FinishedRun]) -> list[ImageScores]:
    """Every image that was scored, each by a network that never saw it."""
    return [image for run in runs for image in run.images]


def index_rows(plan: FoldPlan, finished: Mapping[str, Sequence[FinishedRun]]) -> list[dict[str, Cell]]:
    """A line for each out-of-fold mask: where image and mask lie, and its scores."""
    path_of = {pair.stem: pair.image_path.relative_to(plan.data_dir).as_posix() for pair in plan.pairs}
    group_of = dict(zip((pair.stem for pair in plan.pairs), plan.groups.tolist(), strict=True))
    return [
        {
            "arm": arm,
            "fold": fold,
            "stem": image.stem,
            "group": group_of[image.stem],
            "image": path_of[image.stem],
            "mask": f"runs/{run.name}/masks/{image.stem}.png",
            "threshold": run.threshold,
            **image.scores,
        }
        for arm, runs in finished.items()
        for fold, run in enumerate(runs, start=1)
        for image in run.images
    ]


def _inner_split(plan: FoldPlan, fold: int, recipe: Recipe) -> tuple[list[Pair], list[Pair]]:
    outside = plan.of_fold(fold, inside=False)
    settings = recipe.settings
    try:
        return split_train_val(
            [plan.pairs[index] for index in outside],
            [int(plan.groups[index]) for index in outside],
            settings.val_part,
            settings.seed + fold,
        )
    except ValueError as error:
        raise AppError(
            "The training images of fold {fold} cannot be divided for validation ({error}); take "
            "more images or another part for validation.",
            fold=fold + 1,
            error=error,
        ) from None
