"""A search for settings: trials by validation Dice, weak ones cut short, the best as a ready command."""

from __future__ import annotations

import shlex
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.datasets.pairs import Pair
from core.errors import DivergedError
from core.experiments.compare import with_validation
from core.experiments.data import read_data, require_foreground
from core.experiments.experiment import Experiment
from core.experiments.pictures import importance_picture, trials_picture
from core.experiments.plan import Recipe, TuneRequest
from core.experiments.runs import NAME, RunPlan, train_run
from core.experiments.store import Cell, ExperimentResult, Picture
from core.experiments.study import check_space, importance, open_study, suggest
from core.workflows.run_folder import CHECKPOINTS_DIR

if TYPE_CHECKING:
    import optuna

    from core.training.callbacks import ProgressReport

STUDY_FILE = "study.db"
COMMAND_FILE = "best_command.txt"
COLUMNS = (
    *("trial", "state", "val_dice", "epochs", "learning_rate", "base_filters", "batch_size", "dropout"),
    *("augment", "loss", "seconds"),
)
_STATE_WORDS = {"COMPLETE": "done", "PRUNED": "cut short", "FAIL": "failed"}


def tune(experiment: Experiment, request: TuneRequest) -> ExperimentResult:
    """Try settings until there are enough trials, the time is up or it is stopped.

    Raises:
        AppError: A search space that holds nothing, a study that cannot be read, data without foreground.
    """
    check_space(request)
    data_dir = Path(request.data_dir)
    train, val = with_validation(read_data(experiment, data_dir), request.recipe.settings)
    require_foreground("training split", train)
    require_foreground("validation split", val)
    ends = time.monotonic() + request.timeout_minutes * 60 if request.timeout_minutes else None
    with open_study(experiment.folder / STUDY_FILE, request) as study:
        while num_judged(study) < request.trials and not experiment.should_stop():
            if ends is not None and time.monotonic() > ends:
                break
            _try_settings(experiment, request, study, (train, val))
        experiment.cut_short = num_judged(study) < request.trials and experiment.should_stop()
        return _result(experiment, request, study)


def num_judged(study: optuna.Study) -> int:
    """Trials that were done or cut short; failed ones are made up for, but a search of failures ends too."""
    states = [trial.state.name for trial in study.trials]
    failed = states.count("FAIL")
    return sum(state in ("COMPLETE", "PRUNED") for state in states) + max(0, failed - 10)


@dataclass
class _Judge:
    """Hears of each epoch of a trial and says whether it is to be cut short."""

    trial: optuna.Trial
    best: float = -1.0
    epochs: int = 0
    pruned: bool = False

    def hear(self, report: ProgressReport) -> None:
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
        outcome = train_run(experiment, plan, folder, hear=judge.hear, enough=lambda: judge.pruned)
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
    best = _best(study)
    for run in (folder / "runs").iterdir():
        if best is None or run.name != f"trial_{best.number:04d}":
            for weights in (run / f"{NAME}.keras", run / f"{NAME}.h5"):
                weights.unlink(missing_ok=True)
            shutil.rmtree(run / CHECKPOINTS_DIR, ignore_errors=True)


def _best(study: optuna.Study) -> optuna.trial.FrozenTrial | None:
    done = [trial for trial in study.trials if trial.state.name == "COMPLETE"]
    return max(done, key=lambda trial: (trial.value or 0.0, -trial.number)) if done else None


def _result(experiment: Experiment, request: TuneRequest, study: optuna.Study) -> ExperimentResult:
    trials = [trial for trial in study.trials if trial.state.name in _STATE_WORDS]
    rows = sorted((_row(trial) for trial in trials), key=lambda row: -float(row["val_dice"] or 0))
    best = _best(study)
    if best is None:
        return ExperimentResult("tune", COLUMNS, tuple(rows), headline="No trial ran to its end.")
    import optuna

    recipe = suggest(optuna.trial.FixedTrial(best.params), request)  # type: ignore[arg-type]
    command = train_command(request.data_dir, recipe, str(best.params["augment"]))
    experiment.write_text(COMMAND_FILE, command + "\n")
    cut = sum(row["state"] == "cut short" for row in rows)
    return ExperimentResult(
        kind="tune",
        columns=COLUMNS,
        rows=tuple(rows),
        headline=f"The best of {len(rows)} trials ({cut} of them cut short) is trial {best.number + 1} with "
        f"a validation Dice of {best.value:.4f}.",
        number=best.value,
        number_name="best validation Dice",
        pictures=_draw(experiment, study, trials),
        notes=(
            "Validation Dice is the mean over validation images at the network's size and the threshold 0.5, "
            "the best epoch's; choosing the best of many trials makes it too good for a published number.",
            "Trained with these settings, the test split untouched: " + f"`{command}`",
            f"The weights of trial {best.number + 1} are kept under runs/trial_{best.number:04d}, those of "
            "the others are not; every trial can be trained again by train.py --rerun.",
        ),
    )


def _row(trial: optuna.trial.FrozenTrial) -> dict[str, Cell]:
    heard = trial.intermediate_values.values()
    return {
        "trial": trial.number + 1,
        "state": _STATE_WORDS[trial.state.name],
        "val_dice": round(max(heard), 6) if heard else None,
        "epochs": trial.user_attrs.get("epochs"),
        **{name: value for name, value in trial.params.items() if name in COLUMNS},
        "seconds": trial.user_attrs.get("seconds"),
    }


def _draw(
    experiment: Experiment, study: optuna.Study, trials: Sequence[optuna.trial.FrozenTrial]
) -> tuple[Picture, ...]:
    values = [
        (trial.number + 1, max(trial.intermediate_values.values()), trial.state.name == "COMPLETE")
        for trial in trials
        if trial.intermediate_values
    ]
    experiment.write_picture("trials.png", trials_picture(values))
    pictures = [
        Picture("trials.png", "The best validation Dice of each trial, in the order they were tried.")
    ]
    if found := importance(study):
        experiment.write_picture("importance.png", importance_picture(found))
        pictures.append(
            Picture(
                "importance.png",
                "How much of the differences in validation Dice each setting explains (PED-ANOVA over the "
                "trials that ran to their end).",
            )
        )
    return tuple(pictures)


def train_command(data_dir: str, recipe: Recipe, preset: str) -> str:
    """The `train.py` command that trains by a recipe.

    Args:
        data_dir: Folder in the training layout.
        recipe: How.
        preset: Name of the recipe's augmentation.
    """
    settings, net = recipe.settings, recipe.net
    flags = {
        "data_dir": data_dir,
        "image_size": settings.image_size,
        "depth": net.depth,
        "base_filters": net.base_filters,
        "dropout": f"{net.dropout:g}",
        "epochs": settings.epochs,
        "batch_size": settings.batch_size,
        "learning_rate": f"{settings.learning_rate:.7g}",
        "loss": settings.loss,
        "augment": preset,
        "scaling": recipe.scaling.kind,
        "scaling_low": f"{recipe.scaling.low:g}",
        "scaling_high": f"{recipe.scaling.high:g}",
        "patience": settings.patience,
        "seed": settings.seed,
    }
    words = ["python", "train.py"]
    for name, value in flags.items():
        words += [f"--{name}", str(value)]
    if recipe.flips:
        words += ["--test_flips", *recipe.flips]
    return shlex.join(words)
