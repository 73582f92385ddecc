"""One training run of an experiment: trained, and scored image by image.

A run folder holds what training writes (weights, card, history, curves, and `run.json`, from which
`train.py --rerun` does it again), `masks/` with the predicted masks of the scored images, and last of all
`scores.json`: a folder with it is finished and is never trained again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.cards import ModelCard
from core.datasets.pairs import Pair
from core.experiments.requests.plan import Recipe
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.finished_run import FinishedRun, read_run
from core.experiments.runs.scoring import ImageScores, score_images
from core.files import write_json
from core.workflows.learn.run_folder import CHECKPOINTS_DIR
from core.workflows.learn.train_model import TrainOutcome, Watchers, train_on
from core.workflows.learn.training_card import TrainRequest

if TYPE_CHECKING:
    from core.training.callbacks import ProgressReport

NAME = "model"


@dataclass(frozen=True)
class RunPlan:
    """What one run does.

    Attributes:
        name: Of its folder under `runs/`.
        number: From 1.
        num_runs: Runs of the experiment.
        recipe: How it is trained, the arm's network in it.
        data_dir: Folder that the pairs lie in.
        train: To train on.
        val: To choose epoch and threshold on; empty for none.
        scored: Whose masks are kept and scored.
        tolerance: Of boundary F1 in pixels, None for a part of the diagonal.
    """

    name: str
    number: int
    num_runs: int
    recipe: Recipe
    data_dir: Path
    train: Sequence[Pair]
    val: Sequence[Pair]
    scored: Sequence[Pair]
    tolerance: float | None


def do_run(
    experiment: Experiment, plan: RunPlan, *, on_scored: Callable[[Sequence[ImageScores]], None] | None = None
) -> FinishedRun | None:
    """The run's scores: read where it is finished, else trained and scored now.

    Args:
        on_scored: Told the scores before they are written, so that no crash hides that they were seen.

    Returns:
        None where the experiment was asked to stop before the run was through.

    Raises:
        DivergedError: The loss stopped being finite.
        AppError: An image cannot be read, a setting fits no network.
    """
    folder = experiment.folder / "runs" / plan.name
    if (folder / "scores.json").is_file():
        return read_run(folder)
    if experiment.should_stop():
        experiment.cut_short = True
        return None
    experiment.say(f"Training {plan.name} ({plan.number} of {plan.num_runs})")
    started = time.monotonic()
    outcome = train_run(experiment, plan, folder)
    seconds = time.monotonic() - started
    if outcome.stopped:
        experiment.cut_short = True
        return None
    experiment.say(f"Scoring {plan.name}")
    return keep_scores(plan, folder, outcome, seconds, on_scored=on_scored)


def train_run(
    experiment: Experiment,
    plan: RunPlan,
    folder: Path,
    *,
    on_progress: Callable[[ProgressReport], None] | None = None,
    should_end: Callable[[], bool] | None = None,
) -> TrainOutcome[ModelCard]:
    """Train as planned into a folder, and write also what was stopped; `should_end` ends this run alone."""

    def tell(report: ProgressReport) -> None:
        experiment.report(plan.name, plan.number, plan.num_runs, report)
        if on_progress is not None:
            on_progress(report)

    def should_stop() -> bool:
        return experiment.should_stop() or (should_end is not None and should_end())

    from core.training.quiet_start import forget_networks, start_keras

    start_keras()
    # A search would fill the memory.
    forget_networks()
    from core.training.checkpoint import CHECKPOINT

    watchers = Watchers(on_progress=tell, should_stop=should_stop)
    request = TrainRequest(
        data_dir=plan.data_dir,
        output_dir=folder,
        name=NAME,
        **vars(plan.recipe),
        command=experiment.request.command,
        # A run that was cut short goes on from its last whole epoch, if one was ever kept.
        resume=(folder / CHECKPOINTS_DIR / CHECKPOINT).is_file(),
    )
    return train_on(plan.train, plan.val, request, watchers)


def keep_scores(
    plan: RunPlan,
    folder: Path,
    outcome: TrainOutcome[ModelCard],
    seconds: float,
    *,
    on_scored: Callable[[Sequence[ImageScores]], None] | None = None,
) -> FinishedRun:
    """Score a trained run, keep its masks, and write `scores.json`, which finishes it."""
    classes = plan.recipe.classes
    images = score_images(
        outcome.weights, plan.scored, tolerance=plan.tolerance, masks_dir=folder / "masks", classes=classes
    )
    if on_scored is not None:
        on_scored(images)
    run = FinishedRun(
        name=plan.name,
        folder=folder,
        threshold=outcome.card.threshold if classes is None else None,
        num_epochs=outcome.num_epochs,
        best_epoch=outcome.best_epoch,
        seconds=round(seconds, 2),
        num_parameters=count_parameters(outcome.weights),
        images=tuple(images),
    )
    values = asdict(run)
    del values["folder"]
    write_json(folder / "scores.json", values, indent=None)
    return run


def count_parameters(weights: Path) -> int:
    """Numbers that the network of a weights file learns."""
    from core.inference.load import load_network

    return sum(math.prod(weight.shape) for weight in load_network(weights).trainable_weights)
