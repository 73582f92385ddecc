"""One training run of an experiment: trained, and scored image by image.

A run folder holds what training writes (weights, card, history, curves, and `run.json`, from which
`train.py --rerun` does it again), `masks/` with the predicted masks of the scored images, and last of all
`scores.json`: a folder with it is finished and is never trained again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from core.cards import ModelCard
from core.datasets.pairs import Pair
from core.errors import AppError
from core.experiments.requests.plan import Recipe
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.finished_run import FinishedRun, read_run
from core.experiments.runs.scoring import ImageScores, score_images
from core.files import write_json
from core.jobs.chosen_engine import chosen_engine
from core.jobs.engine import is_given_up, tell
from core.language.sentence import Sentence
from core.training.progress_report import ProgressReport
from core.watching import untold
from core.workflows.learn.run_folder import CHECKPOINTS_DIR
from core.workflows.learn.train_model import TrainOutcome, Watchers, train_on
from core.workflows.learn.training_card import TrainRequest

NAME = "model"
SCORES = "scores.json"


@dataclass(frozen=True)
class RunPlan:
    """What one run does.

    Attributes:
        name: Of its folder under `runs/`.
        number: From 1.
        recipe: How it is trained, the arm's network in it.
        data_dir: Folder that the pairs lie in.
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


@dataclass(frozen=True)
class Shared:
    """What all runs of an experiment share, also on other machines.

    Attributes:
        folder: Of the experiment, which all machines see.
    """

    folder: Path
    command: str


def shared_of(experiment: Experiment) -> Shared:
    """What the runs of an experiment share."""
    return Shared(experiment.folder.absolute(), experiment.request.command)


def do_runs(
    experiment: Experiment,
    plans: Sequence[RunPlan],
    *,
    on_scored: Callable[[str, Sequence[ImageScores]], None] = untold,
) -> dict[str, FinishedRun]:
    """The scores of the runs that are through, by name, in the order of their plans.

    Those that were finished before are read, the others are trained and scored, here or on a cluster. Where
    it was asked to stop before all were through, the experiment is cut short.

    Args:
        on_scored: Told name and scores before they are written, so that no crash hides that they were seen.

    Raises:
        DivergedError: The loss stopped being finite.
        AppError: An image cannot be read, a setting fits no network.
    """
    runs = experiment.folder / "runs"
    done = [plan.name for plan in plans if (runs / plan.name / SCORES).is_file()]
    finished = {name: read_run(runs / name) for name in done}
    waiting = [plan for plan in plans if plan.name not in finished]
    with chosen_engine() as engine:
        for place, run in engine.run(
            train_and_score,
            map(elsewhere, waiting),
            shared=shared_of(experiment),
            should_stop=experiment.should_stop,
            on_told=partial(pass_on, experiment, waiting),
        ):
            if run is None:
                continue
            name = waiting[place].name
            on_scored(name, run.images)
            _write_scores(run)
            finished[name] = run
    experiment.cut_short = experiment.cut_short or len(finished) < len(plans)
    return {plan.name: finished[plan.name] for plan in plans if plan.name in finished}


def elsewhere(plan: RunPlan) -> RunPlan:
    """The same with paths that do not depend on where a process was started."""

    def absolute(pairs: Sequence[Pair]) -> list[Pair]:
        return [
            replace(pair, image_path=pair.image_path.absolute(), mask_path=pair.mask_path.absolute())
            for pair in pairs
        ]

    return replace(plan, train=absolute(plan.train), val=absolute(plan.val), scored=absolute(plan.scored))


def pass_on(experiment: Experiment, plans: Sequence[RunPlan], place: int, told: str | ProgressReport) -> None:
    """Let the watchers of an experiment know what a run tells."""
    plan = plans[place]
    if isinstance(told, str):
        experiment.say(told)
    else:
        experiment.report(plan.name, plan.number, plan.num_runs, told)


def train_and_score(shared: Shared, plan: RunPlan) -> FinishedRun | None:
    """A piece of work: the scores of a run, None where it was given up before it was through."""
    tell(
        Sentence(
            "Training {run} ({number} of {num_runs})",
            run=plan.name,
            number=plan.number,
            num_runs=plan.num_runs,
        )
    )
    started = time.monotonic()
    outcome = train_run(shared, plan)
    seconds = time.monotonic() - started
    if outcome.stopped:
        return None
    tell(Sentence("Scoring {run}", run=plan.name))
    return _score(shared.folder / "runs" / plan.name, plan, outcome, seconds)


def train_run(
    shared: Shared,
    plan: RunPlan,
    *,
    on_progress: Callable[[ProgressReport], None] = tell,
    should_end: Callable[[], bool] = is_given_up,
) -> TrainOutcome[ModelCard]:
    """Within a piece of work: train as planned into the run's folder, and write also what was ended early."""
    _check_shared(shared, plan)
    from core.training.quiet_start import forget_networks, start_keras

    start_keras()
    # A search would fill the memory.
    forget_networks()
    from core.training.checkpoint import CHECKPOINT

    folder = shared.folder / "runs" / plan.name
    request = TrainRequest(
        data_dir=plan.data_dir,
        output_dir=folder,
        name=NAME,
        **vars(plan.recipe),
        command=shared.command,
        # A run that was cut short goes on from its last whole epoch, if one was ever kept.
        resume=(folder / CHECKPOINTS_DIR / CHECKPOINT).is_file(),
    )
    return train_on(plan.train, plan.val, request, Watchers(on_progress=on_progress, should_stop=should_end))


def _check_shared(shared: Shared, plan: RunPlan) -> None:
    """Refuse to work where what whoever asked sees is not seen."""
    images = [pair.image_path for pair in (*plan.train, *plan.val, *plan.scored)]
    for path in (shared.folder / "experiment.json", *images):
        if not path.is_file():
            raise AppError(
                "{path} is not there for the process that trains; on a cluster, images and experiments must "
                "lie in folders that all machines have at the same path.",
                path=path,
            )


def _score(folder: Path, plan: RunPlan, outcome: TrainOutcome[ModelCard], seconds: float) -> FinishedRun:
    """Score a trained run and keep its masks."""
    from core.inference.load import load_network

    classes = plan.recipe.classes
    images = score_images(
        outcome.weights, plan.scored, tolerance=plan.tolerance, masks_dir=folder / "masks", classes=classes
    )
    learned = load_network(outcome.weights).trainable_weights
    return FinishedRun(
        name=plan.name,
        folder=folder,
        threshold=outcome.card.threshold if classes is None else None,
        num_epochs=outcome.num_epochs,
        best_epoch=outcome.best_epoch,
        seconds=round(seconds, 2),
        num_parameters=sum(math.prod(weight.shape) for weight in learned),
        images=tuple(images),
    )


def _write_scores(run: FinishedRun) -> None:
    """Write `scores.json`, which finishes a run."""
    values = asdict(run)
    del values["folder"]
    write_json(run.folder / SCORES, values, indent=None)
