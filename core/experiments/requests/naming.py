"""Names as people read them: of experiments, and of runs: "unet_fold2" is "U-Net, fold 2"."""

from __future__ import annotations

import re

from core.experiments.requests.plan import (
    ARM_WORDS,
    CompareRequest,
    CrossValidateRequest,
    Request,
    SyntheticRequest,
    ThresholdRequest,
    TuneRequest,
)
from core.language.sentence import Sentence

_PART = re.compile(r"(fold|trial)_?0*(\d+)$")


def run_title(run: str) -> str:
    """A run's name, from the name of its folder; one of another kind stays as it is."""
    found = _PART.search(run)
    if found is None:
        return Sentence(ARM_WORDS[run]) if run in ARM_WORDS else run
    arm = Sentence(ARM_WORDS.get(run[: found.start()].rstrip("_"), ""))
    # Folders of trials are numbered from 0, as Optuna does; tables and people count from 1.
    part = (
        Sentence("fold {number}", number=found[2])
        if found[1] == "fold"
        else Sentence("trial {number}", number=str(int(found[2]) + 1))
    )
    return Sentence("{network}, {part}", network=arm, part=part) if arm else part


def readable(message: str) -> str:
    """A sentence with the run that it names by its folder called as people read it."""
    if not isinstance(message, Sentence) or "run" not in message.facts:
        return message
    return Sentence(message.template, **{**message.facts, "run": run_title(message.facts["run"])})


def title_of(request: Request) -> str:
    """What people read in a list of experiments."""
    match request:
        case CompareRequest():
            return Sentence(
                "{networks} on {data}", networks=_named(request.arms), data=_name(request.data_dir)
            )
        case CrossValidateRequest():
            return Sentence(
                "{folds} folds of {name}: {named}",
                folds=request.folds,
                name=_name(request.data_dir),
                named=_named(request.arms),
            )
        case TuneRequest():
            return Sentence(
                "Search of settings on {name}, {trials} trials",
                name=_name(request.data_dir),
                trials=request.trials,
            )
        case SyntheticRequest():
            return Sentence(
                "{num_images} noise images, {folds} folds", num_images=request.num_images, folds=request.folds
            )
        case ThresholdRequest():
            return Sentence(
                "Thresholds of {name} on {name_2} {split}",
                name=_name(request.model_path),
                name_2=_name(request.data_dir),
                split=request.split,
            )


def _named(arms: tuple[str, ...]) -> str:
    named = [Sentence(ARM_WORDS.get(arm, arm)) for arm in arms]
    return (
        named[0]
        if len(named) == 1
        else Sentence("{first} against {others}", first=named[0], others=Sentence.joined(named[1:], ", "))
    )


def _name(path: str) -> str:
    return path.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
