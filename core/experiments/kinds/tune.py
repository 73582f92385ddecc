"""A search for settings: trials by validation Dice, weak ones cut short, the best as a ready command."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.datasets.pairs import Pair
from core.errors import DivergedError
from core.experiments.reports.tune_result import best_trial, search_result
from core.experiments.requests.data import train_and_val
from core.experiments.requests.plan import TuneRequest
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.store import ExperimentResult
from core.experiments.runs.study import open_study, pruner_of, suggest
from core.experiments.runs.training_run import NAME, RunPlan, Shared, elsewhere, pass_on, shared_of, train_run
from core.jobs.chosen_engine import chosen_engine
from core.jobs.engine import Engine, is_given_up, tell
from core.language.sentence import Sentence
from core.training.progress_report import ProgressReport
from core.workflows.learn.run_folder import CHECKPOINTS_DIR

if TYPE_CHECKING:
    import optuna

STUDY_FILE = "study.db"
BATCH = 2
"""Trials that are asked for together, however many workers there are."""


def tune(experiment: Experiment, request: TuneRequest) -> ExperimentResult:
    """Try settings until there are enough trials, the time is up or it is stopped."""
    _, train, val = train_and_val(experiment, request)
    ends = time.monotonic() + request.timeout_minutes * 60 if request.timeout_minutes else None
    with open_study(experiment.folder / STUDY_FILE, request) as study, chosen_engine() as engine:
        while num_judged(study) < request.trials and not experiment.should_stop():
            if ends is not None and time.monotonic() > ends:
                break
            _try_batch(experiment, request, study, (train, val), engine)
        experiment.cut_short = num_judged(study) < request.trials and experiment.should_stop()
        return search_result(experiment, request, study)


def num_judged(study: optuna.Study) -> int:
    """Trials that were done or cut short; failed ones are made up for, but a search of failures ends too."""
    states = [trial.state.name for trial in study.trials]
    failed = states.count("FAIL")
    return sum(state in ("COMPLETE", "PRUNED") for state in states) + max(0, failed - 10)


def _try_batch(
    experiment: Experiment,
    request: TuneRequest,
    study: optuna.Study,
    pairs: tuple[Sequence[Pair], Sequence[Pair]],
    engine: Engine,
) -> None:
    """Ask for a batch of trials, and tell what came of them in their order.

    Neither what is proposed nor what is cut short depends on how many workers there are, or on which of them
    was first: all trials of a batch know those before it, and nothing of each other.
    """
    known = _Known(shared_of(experiment), request, study.get_trials(states=_states("COMPLETE", "PRUNED")))
    size = min(BATCH, request.trials - num_judged(study))
    trials = [study.ask() for _ in range(size)]
    plans = [_plan(request, trial, pairs) for trial in trials]
    outcomes = dict(
        engine.run(
            try_settings,
            map(elsewhere, plans),
            shared=known,
            should_stop=experiment.should_stop,
            on_told=partial(pass_on, experiment, plans),
        )
    )
    for place, trial in enumerate(trials):
        _take(study, trial, outcomes.get(place, Tried()))
    _keep_best_weights(experiment.folder, study)


def _plan(request: TuneRequest, trial: optuna.Trial, pairs: tuple[Sequence[Pair], Sequence[Pair]]) -> RunPlan:
    train, val = pairs
    return RunPlan(
        name=f"trial_{trial.number:04d}",
        number=trial.number + 1,
        num_runs=max(request.trials, trial.number + 1),
        recipe=suggest(trial, request),
        data_dir=Path(request.data_dir),
        train=train,
        val=val,
        scored=val,
        tolerance=1.0,
    )


@dataclass(frozen=True)
class _Known:
    """What all trials of a batch share.

    Attributes:
        earlier: Trials of the batches before.
    """

    runs: Shared
    request: TuneRequest
    earlier: list[optuna.trial.FrozenTrial]


@dataclass
class Tried:
    """What came of a trial.

    Attributes:
        dice: Validation Dice of each epoch, by its number from 1.
        pruned: Whether it was cut short as a weak one.
        whole: Whether it ran to its end.
        reason: Why it failed, "" where it did not.
    """

    dice: dict[int, float] = field(default_factory=dict)
    pruned: bool = False
    whole: bool = False
    reason: str = ""
    seconds: float = 0.0


def try_settings(known: _Known, plan: RunPlan) -> Tried:
    """A piece of work: train one trial, and cut it short where those of earlier batches were better."""
    import optuna

    study = optuna.create_study(direction="maximize", pruner=pruner_of(known.request))
    study.add_trials(known.earlier)
    trial, tried = study.ask(), Tried()

    def watch(report: ProgressReport) -> None:
        tell(report)
        # A run asks whether to stop after a step only, so a part of one more epoch may follow the verdict.
        if tried.pruned or not report.epoch_done or report.val_dice is None:
            return
        tried.dice[report.epoch] = report.val_dice
        trial.report(report.val_dice, report.epoch)
        # After the last epoch there is nothing left to save.
        tried.pruned = report.epoch < report.num_epochs and trial.should_prune()

    tell(Sentence("Trial {number} of {num_runs}", number=plan.number, num_runs=plan.num_runs))
    started = time.monotonic()
    try:
        outcome = train_run(
            known.runs, plan, on_progress=watch, should_end=lambda: tried.pruned or is_given_up()
        )
        tried.whole = not outcome.stopped
    except DivergedError as error:
        tell(str(error))
        tried.reason = str(error)
    tried.seconds = time.monotonic() - started
    return tried


def _take(study: optuna.Study, trial: optuna.Trial, tried: Tried) -> None:
    for epoch, dice in tried.dice.items():
        trial.report(dice, epoch)
        # Its verdict was given already; a pruner that halves writes down here what others have to beat.
        trial.should_prune()
    if tried.reason:
        trial.set_user_attr("reason", tried.reason)
    trial.set_user_attr("epochs", max(tried.dice, default=0))
    trial.set_user_attr("seconds", round(tried.seconds, 2))
    if tried.pruned:
        study.tell(trial, state=_states("PRUNED")[0])
    elif not tried.whole or not tried.dice or tried.reason:
        study.tell(trial, state=_states("FAIL")[0])
    else:
        study.tell(trial, max(tried.dice.values()))


def _states(*names: str) -> tuple[optuna.trial.TrialState, ...]:
    import optuna

    return tuple(optuna.trial.TrialState[name] for name in names)


def _keep_best_weights(folder: Path, study: optuna.Study) -> None:
    """Weights of every trial would fill the disk; histories and plans are small and stay."""
    best = best_trial(study)
    for run in folder.glob("runs/trial_*"):
        if best is None or run.name != f"trial_{best.number:04d}":
            for weights in (run / f"{NAME}.keras", run / f"{NAME}.h5"):
                weights.unlink(missing_ok=True)
            shutil.rmtree(run / CHECKPOINTS_DIR, ignore_errors=True)
