"""Requests and their command lines: the parsers, a request out of flags, and the command of a request.

A request's own settings say their flags where they are declared (`core.experiments.requests.plan.setting`);
here stands only which flag sets which part of a recipe.
"""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

from core.commands import Parser, number
from core.commands.shared_flags import add_shared, augment_words, channel_word, scaling_of
from core.config import TrainConfig
from core.experiments.requests import help_texts
from core.experiments.requests.plan import KINDS, Recipe, Request, SyntheticRequest, kind_of
from core.image_size import format_size
from core.imaging.class_table import class_table, names_alone
from core.language.sentence import Sentence
from core.training.presets import SCALINGS, augment_config

_OF_NET = ("depth", "base_filters", "dropout")
_OF_RUN = ("epochs", "patience", "seed", "val_part", "precision", "weight_averaging")
_CHOICES = ("batch_size", "loss", "base_filters", "augment")
_SEARCHED = ("learning_rate", "dropout", *_CHOICES)
"""What a search varies and therefore asks for in its own way."""


def parser_of(kind: str) -> Parser:
    """The parser of a kind of experiment."""
    parser = Parser(*help_texts.OF_KIND[kind])
    parser.prog = f"python -m core.experiments {kind}"
    searched = parser.add_argument_group("what is searched") if kind == "tune" else parser
    for flag, each in _own(KINDS[kind]).items():
        # Left open, so that it is known whether a search that is gone on with is to be longer.
        default = None if each.default is MISSING or each.metadata["open"] else each.default
        group = searched if flag in _SEARCHED else parser
        add_shared(group, flag, default=default, **each.metadata["options"])
    add = parser.add_argument
    add("--output_dir", type=Path, help=f"empty folder for all of it (default: experiments/{kind}-TIME)")
    resume = "go on in this folder by its own settings; finished runs stay"
    add("--resume", type=Path, metavar="DIR", help=resume)
    if kind != "threshold_sweep":
        _add_recipe(parser, kind)
    return parser


def _add_recipe(parser: Parser, kind: str) -> None:
    given = SyntheticRequest().recipe if kind == "synthetic" else Recipe(settings=TrainConfig(epochs=30))
    settings, net = given.settings, given.net
    if kind != "synthetic":
        add_shared(parser, "classes")
    group = parser.add_argument_group("every run")
    add_shared(group, "image_size", "epochs", "patience", of=settings)
    add_shared(group, "depth", of=net)
    add_shared(group, "seed", "precision", "weight_averaging", of=settings)
    add_shared(
        group,
        "val_part",
        type=number(0.01, 0.9),
        default=settings.val_part,
        help="part of train that choices are made on",
    )
    add_shared(group, "scaling", default="range")
    add_shared(group, "scaling_low", "scaling_high", "test_flips")
    if kind == "tune":
        return
    group = parser.add_argument_group("what a search would look for")
    add_shared(group, "learning_rate", "batch_size", "loss", of=settings)
    add_shared(group, "base_filters", "dropout", of=net)
    add_shared(group, "augment", default=augment_words(given.augment))


def request_of(parser: Parser, kind: str, options: Namespace, arguments: Sequence[str]) -> Request:
    """The request that the flags ask for; what cannot be leaves with one sentence."""
    request_type = KINDS[kind]
    own = _own(request_type)
    needed = [flag for flag, each in own.items() if each.default is MISSING]
    if missing := [f"--{flag}" for flag in needed if not getattr(options, flag)]:
        parser.error(Sentence("the following arguments are required: {flags}", flags=", ".join(missing)))
    values = {each.name: _tupled(flag, getattr(options, flag)) for flag, each in own.items()}
    values = {name: value for name, value in values.items() if value is not None}
    values["command"] = shlex.join(["python", "-m", "core.experiments", *arguments])
    if kind == "synthetic":
        values["side"], width = options.image_size
        if values["side"] != width:
            size = format_size(options.image_size)
            parser.error(
                Sentence("noise is square, so --image_size {size} cannot be; give one side", size=size)
            )
    if kind != "threshold_sweep":
        try:
            values["recipe"] = _recipe(options, searched=kind == "tune")
        except ValueError as error:
            parser.error(error)
    return request_type(**values)


def _recipe(options: Namespace, *, searched: bool) -> Recipe:
    """What the flags say of every run; a search's own ranges are not among it."""
    words = getattr(options, "classes", None)
    classes = None if words is None else class_table(words)
    usual = Recipe()

    def given(names: Sequence[str]) -> dict[str, Any]:
        return {name: getattr(options, name) for name in names if not (searched and name in _SEARCHED)}

    return Recipe(
        net=replace(
            usual.net, input_channels=0, num_classes=1 if classes is None else len(classes), **given(_OF_NET)
        ),
        settings=replace(
            usual.settings, **given(("image_size", *_OF_RUN, "batch_size", "learning_rate", "loss"))
        ),
        augment=augment_config(["none"] if searched else options.augment),
        scaling=scaling_of(options, SCALINGS[options.scaling]),
        flips=tuple(dict.fromkeys(options.test_flips)),
        classes=classes,
    )


def command_of(request: Request) -> str:
    """The command line that asks for a request, quoted for a POSIX shell.

    What the command has by default is left out, and so are settings that it has no flag for.
    """
    kind = kind_of(request)
    parser = parser_of(kind)
    words = ["python", "-m", "core.experiments", kind]
    for flag, value in _flag_values(request).items():
        if _listed(value) != _listed(parser.get_default(flag)):
            words += [f"--{flag}", *_listed(value)]
    return shlex.join(words)


def _flag_values(request: Request) -> Mapping[str, Any]:
    """The value of each flag; None where it is left to the default."""
    own = _own(type(request))
    values = {flag: getattr(request, each.name) for flag, each in own.items()}
    for flag, each in own.items():
        if each.metadata["open"] and values[flag] == each.default:
            values[flag] = None
    if "read_channel" in values:
        values["read_channel"] = channel_word(values["read_channel"])
    recipe = getattr(request, "recipe", None)
    if recipe is None:
        return values
    settings, net, scaling = recipe.settings, recipe.net, recipe.scaling
    of_recipe = {name: getattr(net, name) for name in _OF_NET}
    of_recipe |= {name: getattr(settings, name) for name in (*_OF_RUN, "batch_size", "learning_rate", "loss")}
    side = getattr(request, "side", None)
    of_recipe["image_size"] = format_size((side, side) if side else settings.image_size)
    # Colours lie in a file, which no request remembers.
    of_recipe["classes"] = None if recipe.classes is None else names_alone(recipe.classes)
    of_recipe |= {
        "test_flips": recipe.flips,
        "scaling": scaling.kind,
        "augment": augment_words(recipe.augment),
    }
    for end in ("low", "high"):
        value = getattr(scaling, end)
        of_recipe[f"scaling_{end}"] = None if value == getattr(SCALINGS[scaling.kind], end) else value
    return {**of_recipe, **values}


def _own(request_type: type[Request]) -> dict[str, Any]:
    """The fields that a kind has beside its recipe, by their flags."""
    declared = [each for each in fields(request_type) if each.metadata]
    return {each.metadata["flag"] or each.name: each for each in declared}


def _tupled(flag: str, value: Any) -> Any:
    """Lists as tuples; of choices to search among each once."""
    if not isinstance(value, list):
        return value
    return tuple(dict.fromkeys(value)) if flag in _CHOICES else tuple(value)


def _listed(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    return [str(each) for each in (value if isinstance(value, list | tuple) else [value])]
