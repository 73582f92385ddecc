"""A request as the command that does the same: what a page writes under its experiments.

The other way round from `core.experiments.requests.asked`; what the command has by default is left out.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.config import AugmentConfig
from core.experiments.requests.flags import PARSERS
from core.experiments.requests.plan import (
    Recipe,
    Request,
    SyntheticRequest,
    ThresholdRequest,
    TuneRequest,
    kind_of,
)
from core.image_size import format_size
from core.imaging.class_table import names_alone
from core.training.presets import AUGMENT_PRESETS, SCALINGS

_OWN = (
    *(
        "data_dir",
        "model_path",
        "split",
        "arms",
        "score_split",
        "test_log",
        "tolerance",
        "folds",
        "num_images",
    ),
    *("group_column", "stratify_column", "trials", "timeout_minutes", "pruner", "bits"),
)
_SEARCHED = ("learning_rate", "base_filters", "batch_size", "dropout")
_OF_TRAINING = ("epochs", "patience", "seed", "val_part", "precision", "weight_averaging")
_OF_RUN = ("batch_size", "learning_rate", "loss")


def command_of(request: Request) -> str:
    """The command line, quoted for a POSIX shell; settings that the command has no flag for are not in it."""
    kind = kind_of(request)
    parser = PARSERS[kind]()
    words = ["python", "-m", "core.experiments", kind]
    for name, value in _values(request).items():
        default = parser.get_default(name)
        if value == default or _listed(value) == _listed(default):
            continue
        words += [f"--{name}", *_listed(value)]
    return shlex.join(words)


def _values(request: Request) -> Mapping[str, Any]:
    """The value of each flag; None where it is left to the default."""
    values = {name: getattr(request, name) for name in _OWN if hasattr(request, name)}
    if isinstance(request, ThresholdRequest):
        return values
    if isinstance(request, TuneRequest):
        given = TuneRequest(request.data_dir)
        # The parser leaves these two open, so that a search that is gone on with may be longer.
        for name in ("trials", "timeout_minutes"):
            values[name] = None if values[name] == getattr(given, name) else values[name]
        values |= {name: getattr(request, name) for name in _SEARCHED}
        values |= {"augment": request.augment_presets, "loss": request.losses}
    values |= _recipe_values(request.recipe, searched=isinstance(request, TuneRequest))
    if isinstance(request, SyntheticRequest):
        values["image_size"] = format_size((request.side, request.side))
    return values


def _recipe_values(recipe: Recipe, *, searched: bool) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(recipe.settings, name) for name in _OF_TRAINING}
    values["image_size"] = format_size(recipe.settings.image_size)
    # Colours lie in a file, which no request remembers.
    values["classes"] = None if recipe.classes is None else names_alone(recipe.classes)
    values |= {"depth": recipe.net.depth, "test_flips": recipe.flips, "scaling": recipe.scaling.kind}
    usual = SCALINGS[recipe.scaling.kind]
    for end in ("low", "high"):
        value = getattr(recipe.scaling, end)
        values[f"scaling_{end}"] = None if value == getattr(usual, end) else value
    if not searched:
        values |= {name: getattr(recipe.settings, name) for name in _OF_RUN}
        values |= {"base_filters": recipe.net.base_filters, "dropout": recipe.net.dropout}
        values["augment"] = _augment_words(recipe.augment)
    return values


def _augment_words(augment: AugmentConfig) -> list[str]:
    """The preset, or the changes that make it out of none."""
    for name, preset in AUGMENT_PRESETS.items():
        if preset == augment:
            return [name]
    none = AUGMENT_PRESETS["none"]
    names = [each.name for each in fields(AugmentConfig)]
    changed = [name for name in names if getattr(augment, name) != getattr(none, name)]
    return ["none", *(f"{name}={getattr(augment, name):g}" for name in changed)]


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(each) for each in (value if isinstance(value, list | tuple) else [value])]
