"""A search for settings: trials by validation Dice, weak ones cut short, the best as a ready command."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.datasets.pairs import Pair
from core.errors import DivergedError
from core.experiments.reports.tune_result import best_trial, search_result
from core.experiments.requests.data import train_and_val
from core.experiments.requests.plan import TuneRequest
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.store import ExperimentResult
from core.experiments.runs.study import check_space, open_study, suggest
from core.experiments.runs.training_run import NAME, RunPlan, train_run
from core.workflows.learn.run_folder import CHECKPOINTS_DIR

if TYPE_CHECKING:
    import optuna

    from core.training.callbacks import ProgressReport

STUDY_FILE = "study.db"


def tune(experiment: Experiment, request: TuneRequest) -> ExperimentResult:
    """Try settings until there are enough trials, the time is up or it is stopped."""
    check_space(request)
    _, train, val = train_and_val(experiment, request)
    ends = time.monotonic() + request.timeout_minutes * 60 if request.timeout_minutes else None
    with open_study(experiment.folder / STUDY_FILE, request) as study:
        while num_judged(study) < request.trials and not experiment.should_stop():
            if ends is not None and time.monotonic() > ends:
                break
            _try_settings(experiment, request, study, (train, val))
        experiment.cut_short = num_judged(study) < request.trials and experiment.should_stop()
        return search_result(experiment, request, study)


def num_judged(study: optuna.Study) -> int:
    """Trials that were done or cut short; failed ones are made up for, but a search of failures ends too."""
    states = [trial.state.name for trial in study.trials]
    failed = states.count("FAIL")
    return sum(state in ("COMPLETE", "PRUNED") for state in states) + max(0, failed - 10)


@dataclass
class _Judge:
    """Watches each epoch of a trial and says whether it is to be cut short."""

    trial: optuna.Trial
    best: float = -1.0
    epochs: int = 0
    pruned: bool = False

    def watch(self, report: ProgressReport) -> None:
        # A run asks whether to stop after a step only, so a part of one more epoch may follow the verdict.
        if self.pruned or not report.epoch_done or report.val_dice is None:
            return
        self.best = max(self.best, report.val_dice)
        self.epochs = report.epoch
        self.trial.report(report.val_dice, report.epoch)
        # After the last epoch there is nothing left to save.
        self.pruned = report.epoch < report.num_epochs and self.trial.should_prune()


def _try_settings(
    experiment: Experiment,
    request: TuneRequest,
    study: optuna.Study,
    pairs: tuple[Sequence[Pair], Sequence[Pair]],
) -> None:
    trial = study.ask()
    recipe = suggest(trial, request)
    train, val = pairs
    plan = RunPlan(
        name=f"trial_{trial.number:04d}",
        number=trial.number + 1,
        num_runs=max(request.trials, trial.number + 1),
        recipe=recipe,
        data_dir=Path(request.data_dir),
        train=train,
        val=val,
        scored=val,
        tolerance=1.0,
    )
    folder = experiment.folder / "runs" / plan.name
    experiment.say(f"Trial {plan.number} of {plan.num_runs}")
    judge = _Judge(trial)
    started = time.monotonic()
    ended_early = False
    try:
        outcome = train_run(
            experiment, plan, folder, on_progress=judge.watch, should_end=lambda: judge.pruned
        )
        ended_early = outcome.stopped
    except DivergedError as error:
        experiment.say(str(error))
        trial.set_user_attr("reason", str(error))
    trial.set_user_attr("epochs", judge.epochs)
    trial.set_user_attr("seconds", round(time.monotonic() - started, 2))
    if judge.pruned:
        study.tell(trial, state=_state("PRUNED"))
    elif ended_early or judge.best < 0 or trial.user_attrs.get("reason"):
        study.tell(trial, state=_state("FAIL"))
    else:
        study.tell(trial, judge.best)
    _keep_best_weights(experiment.folder, study)


def _state(name: str) -> optuna.trial.TrialState:
    import optuna

    return optuna.trial.TrialState[name]


def _keep_best_weights(folder: Path, study: optuna.Study) -> None:
    """Weights of every trial would fill the disk; histories and plans are small and stay."""
    best = best_trial(study)
    for run in (folder / "runs").iterdir():
        if best is None or run.name != f"trial_{best.number:04d}":
            for weights in (run / f"{NAME}.keras", run / f"{NAME}.h5"):
                weights.unlink(missing_ok=True)
            shutil.rmtree(run / CHECKPOINTS_DIR, ignore_errors=True)
