"""The search's memory: an Optuna study in a SQLite file, gone on with later (Akiba et al. 2019)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import AppError
from core.experiments.requests.plan import Recipe, TuneRequest
from core.training.presets import AUGMENT_PRESETS

if TYPE_CHECKING:
    import optuna

STUDY_NAME = "tune"
_STARTUP_TRIALS = 4
"""Trials that run to their end before any is judged by the median of the others."""


@contextmanager
def open_study(path: Path, request: TuneRequest) -> Iterator[optuna.Study]:
    """The study in a file, new or gone on with; trials that a killed process left are marked as failed.

    Raises:
        AppError: The file is damaged, or of another version of Optuna.
    """
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = None
    try:
        storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
        study = optuna.create_study(
            storage=storage,
            study_name=STUDY_NAME,
            direction="maximize",
            load_if_exists=True,
            pruner=pruner_of(request),
        )
        # The sampler's own state is not kept; with the same seed it would propose its first trials again.
        study.sampler = optuna.samplers.TPESampler(seed=request.recipe.settings.seed + len(study.trials))
        for trial in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
            study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    except RuntimeError as error:
        raise AppError(
            "The study {path} was written by another version of Optuna than {version}; begin a "
            "new search, or install the version that wrote it ({split}).",
            path=path,
            version=optuna.__version__,
            split=" ".join(str(error).split())[:120],
        ) from None
    except (SQLAlchemyError, KeyError, ValueError) as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())[:120]
        raise AppError(
            "The study {path} cannot be read ({reason}); begin a new search.", path=path, reason=reason
        ) from None
    try:
        yield study
    finally:
        storage.remove_session()
        storage.engine.dispose()


def suggest(trial: optuna.Trial, request: TuneRequest) -> Recipe:
    """The recipe that the study wants tried next."""
    recipe = request.recipe
    rate = trial.suggest_float("learning_rate", *request.learning_rate, log=True)
    filters = trial.suggest_categorical("base_filters", list(request.base_filters))
    batch = trial.suggest_categorical("batch_size", list(request.batch_size))
    dropout = trial.suggest_float("dropout", *request.dropout)
    preset = trial.suggest_categorical("augment", list(request.augment_presets))
    loss = trial.suggest_categorical("loss", list(request.losses))
    return replace(
        recipe,
        net=replace(recipe.net, base_filters=int(filters), dropout=round(dropout, 4)),
        # Seven digits, so that the command that is shown gives the very same rate.
        settings=replace(
            recipe.settings, learning_rate=float(f"{rate:.6e}"), batch_size=int(batch), loss=str(loss)
        ),
        augment=AUGMENT_PRESETS[str(preset)],
    )


def importance(study: optuna.Study) -> dict[str, float]:
    """How much of the differences between finished trials each setting explains; they add up to 1.

    PED-ANOVA (Watanabe et al. 2023, arXiv:2304.10255). Settings with a single choice are left out.

    Returns:
        Empty where fewer than four trials ran to their end, or all ended alike.
    """
    import optuna

    finished = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    values = [trial.value for trial in finished if trial.value is not None]
    if len(values) < 4 or max(values) - min(values) < 1e-9:
        return {}
    names = [name for name in finished[0].params if len({trial.params.get(name) for trial in finished}) > 1]
    if not names:
        return {}
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    found = optuna.importance.get_param_importances(study, evaluator=evaluator, params=names)
    return {name: float(value) for name, value in found.items() if math.isfinite(value)}


def check_space(request: TuneRequest) -> None:
    """Refuse an empty choice, a range upside down, a preset that is not there, and no trial."""
    for name in ("base_filters", "batch_size", "augment_presets", "losses"):
        if not getattr(request, name):
            raise AppError(
                "The search has no {replace} to choose from; give at least one.",
                replace=name.replace("_", " "),
            )
    for name in ("learning_rate", "dropout"):
        bounds: tuple[float, ...] = getattr(request, name)
        if len(bounds) != 2 or bounds[0] > bounds[1]:
            raise AppError(
                "The {replace} is searched from a lowest to a highest, got {bounds}.",
                replace=name.replace("_", " "),
                bounds=bounds,
            )
    if request.learning_rate[0] <= 0:
        raise AppError("The lowest learning rate must be above 0, since it is searched on a log scale.")
    if unknown := sorted(set(request.augment_presets) - set(AUGMENT_PRESETS)):
        raise AppError(
            "There is no augmentation {unknown!r}; known are {augment_presets}.",
            unknown=unknown[0],
            augment_presets=", ".join(AUGMENT_PRESETS),
        )
    if request.trials < 1:
        raise AppError("{trials} trials find nothing; take at least 1.", trials=request.trials)


def pruner_of(request: TuneRequest) -> Any:
    """What cuts weak trials short."""
    import optuna

    epochs = request.recipe.settings.epochs
    match request.pruner:
        case "median":
            return optuna.pruners.MedianPruner(_STARTUP_TRIALS, n_warmup_steps=max(1, epochs // 5))
        case "halving":
            # The default factor is 4; a third keeps more of the few trials that two cores can do.
            return optuna.pruners.SuccessiveHalvingPruner(
                min_resource=max(1, epochs // 9), reduction_factor=3
            )
        case _:
            return optuna.pruners.NopPruner()
