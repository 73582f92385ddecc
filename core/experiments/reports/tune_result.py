"""What a search found: its trials as a table, what mattered, and the best settings as a command."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.experiments.reports.pictures import importance_picture, trials_picture
from core.experiments.requests.plan import Recipe, TuneRequest
from core.experiments.requests.several_classes import foreground
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.store import Cell, ExperimentResult, Picture
from core.experiments.runs.study import importance, suggest
from core.image_size import format_size
from core.imaging.class_table import class_table_json, names_alone
from core.language.sentence import Sentence

if TYPE_CHECKING:
    import optuna

COMMAND_FILE = "best_command.txt"
CLASSES_FILE = "classes.json"
COLUMNS = (
    *("trial", "state", "val_dice", "epochs", "learning_rate", "base_filters", "batch_size", "dropout"),
    *("augment", "loss", "seconds"),
)
_STATE_WORDS = {"COMPLETE": "done", "PRUNED": "cut short", "FAIL": "failed"}


def best_trial(study: optuna.Study) -> optuna.trial.FrozenTrial | None:
    """The trial with the highest validation Dice that ran to its end, the first of equals; None for none."""
    done = [trial for trial in study.trials if trial.state.name == "COMPLETE"]
    return max(done, key=lambda trial: (trial.value or 0.0, -trial.number)) if done else None


def search_result(experiment: Experiment, request: TuneRequest, study: optuna.Study) -> ExperimentResult:
    """The table, the pictures and the command of a search; they are written to its folder."""
    trials = [trial for trial in study.trials if trial.state.name in _STATE_WORDS]
    rows = sorted((_row(trial) for trial in trials), key=lambda row: -float(row["val_dice"] or 0))
    best = best_trial(study)
    if best is None:
        return ExperimentResult("tune", COLUMNS, tuple(rows), headline=Sentence("No trial ran to its end."))
    import optuna

    recipe = suggest(optuna.trial.FixedTrial(best.params), request)  # type: ignore[arg-type]
    command = train_command(
        request.data_dir, recipe, str(best.params["augment"]), _classes_words(experiment, recipe)
    )
    experiment.write_text(COMMAND_FILE, command + "\n")
    how = (
        Sentence("at the network's size and the threshold 0.5")
        if recipe.classes is None
        else Sentence("and {foreground} at the network's size", foreground=foreground(recipe.classes))
    )
    cut = sum(row["state"] == "cut short" for row in rows)
    return ExperimentResult(
        kind="tune",
        columns=COLUMNS,
        rows=tuple(rows),
        headline=Sentence(
            "The best of {num_rows} trials ({cut} of them cut short) is trial {number} with a "
            "validation Dice of {best_value:.4f}.",
            num_rows=len(rows),
            cut=cut,
            number=best.number + 1,
            best_value=best.value,
        ),
        number=best.value,
        number_name=Sentence("best validation Dice"),
        pictures=_draw(experiment, study, trials),
        notes=(
            Sentence(
                "Validation Dice is the mean over validation images {how}, the best epoch's; choosing "
                "the best of many trials makes it too good for a published number.",
                how=how,
            ),
            Sentence("Trained with these settings, the test split untouched: ") + f"`{command}`",
            Sentence(
                "The weights of trial {number} are kept under runs/trial_{number_2:04d}, those of the "
                "others are not; every trial can be trained again by train.py --rerun.",
                number=best.number + 1,
                number_2=best.number,
            ),
        ),
    )


def _row(trial: optuna.trial.FrozenTrial) -> dict[str, Cell]:
    validated = trial.intermediate_values.values()
    return {
        "trial": trial.number + 1,
        "state": _STATE_WORDS[trial.state.name],
        "val_dice": round(max(validated), 6) if validated else None,
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
    caption = Sentence("The best validation Dice of each trial, in the order they were tried.")
    drawn = experiment.write_picture("trials.png", trials_picture(values), caption)
    found = importance(study)
    if not found:
        return (drawn,)
    caption = Sentence(
        "How much of the differences in validation Dice each setting explains (PED-ANOVA over the trials "
        "that ran to their end)."
    )
    return drawn, experiment.write_picture("importance.png", importance_picture(found), caption)


def _classes_words(experiment: Experiment, recipe: Recipe) -> tuple[str, ...]:
    """What --classes is to be; colours are written to a file."""
    if recipe.classes is None:
        return ()
    names = names_alone(recipe.classes)
    if names is None:
        experiment.write_text(CLASSES_FILE, class_table_json(recipe.classes))
    return names or (str(experiment.folder / CLASSES_FILE),)


def train_command(data_dir: str, recipe: Recipe, preset: str, classes: Sequence[str] = ()) -> str:
    """The `train.py` command of a recipe, its augmentation by name, with the words of --classes."""
    settings, net = recipe.settings, recipe.net
    flags = {
        "data_dir": data_dir,
        "image_size": format_size(settings.image_size),
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
    if classes:
        words += ["--classes", *classes]
    if recipe.flips:
        words += ["--test_flips", *recipe.flips]
    return shlex.join(words)
