"""The flags of `python -m core.experiments`: one parser for each command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.commands import Parser, number, whole_number
from core.commands.shared_flags import add_shared
from core.config import TrainConfig
from core.experiments.requests import help_texts as texts
from core.experiments.requests.plan import (
    ARM_WORDS,
    CompareRequest,
    CrossValidateRequest,
    Recipe,
    SyntheticRequest,
    TuneRequest,
)
from core.training.presets import AUGMENT_PRESETS


def _parser(description: str, examples: str, kind: str, *, with_data: bool = True) -> Parser:
    parser = Parser(description, examples)
    parser.prog = f"python -m core.experiments {kind}"
    add = parser.add_argument
    if with_data:
        add(
            "--data_dir",
            type=Path,
            help="folder with train/, perhaps val/ and test/ (needed unless --resume)",
        )
    add("--output_dir", type=Path, help=f"empty folder for all of it (default: experiments/{kind}-TIME)")
    add(
        "--resume",
        type=Path,
        metavar="DIR",
        help="go on in this folder by its own settings; finished runs stay",
    )
    return parser


def _add_arms(parser: Parser, default: tuple[str, ...]) -> None:
    add = parser.add_argument
    add("--arms", nargs="+", choices=tuple(ARM_WORDS), default=default, help="networks that are trained")
    add("--tolerance", type=number(0, 1000), help="pixels for boundary F1 (default: 0.75 %% of the diagonal)")


def _add_test_log(parser: Parser) -> None:
    parser.add_argument(
        "--test_log", default="", metavar="FILE", help="CSV that gets a line if test is scored"
    )


def _compare() -> Parser:
    parser = _parser(texts.COMPARE, texts.COMPARE_EXAMPLES, "compare")
    _add_arms(parser, CompareRequest.arms)
    parser.add_argument("--score_split", choices=("val", "test"), default="val", help="which split is scored")
    _add_test_log(parser)
    add_shared(parser, "classes")
    _add_run_flags(parser)
    _add_recipe_flags(parser)
    return parser


def _cross_validate() -> Parser:
    parser = _parser(texts.CROSS_VALIDATE, texts.CROSS_VALIDATE_EXAMPLES, "cross_validate")
    add = parser.add_argument
    add("--folds", type=whole_number(2), default=CrossValidateRequest.folds, help="number of folds")
    _add_arms(parser, CrossValidateRequest.arms)
    add(
        "--group_column",
        default="",
        help="column of the set's CSV whose images stay together, or none (default: a patient's, if any)",
    )
    add("--stratify_column", default="", help="column whose values are spread evenly over the folds")
    add_shared(parser, "classes")
    _add_run_flags(parser)
    _add_recipe_flags(parser)
    return parser


def _tune() -> Parser:
    parser = _parser(texts.TUNE, texts.TUNE_EXAMPLES, "tune")
    given = TuneRequest("")
    add = parser.add_argument
    add("--trials", type=whole_number(1), help=f"trials in all, resumed ones too (default: {given.trials})")
    add("--timeout_minutes", type=number(0, 1e6), help="no trial is begun after that long; 0 for never")
    add(
        "--pruner",
        choices=("median", "halving", "none"),
        default=given.pruner,
        help="how weak trials end early",
    )
    add_shared(parser, "classes")
    searched = parser.add_argument_group("what is searched")
    for name in ("learning_rate", "dropout"):
        add_shared(searched, name, of=given, nargs=2, metavar=("LOW", "HIGH"), help="range")
    add_shared(searched, "base_filters", "batch_size", of=given, nargs="+", help="choices")
    presets = tuple(AUGMENT_PRESETS)
    searched.add_argument(
        "--augment", nargs="+", choices=presets, default=given.augment_presets, help="choices"
    )
    add_shared(searched, "loss", default=given.losses, nargs="+", help="choices")
    _add_run_flags(parser)
    return parser


def _synthetic() -> Parser:
    parser = _parser(texts.SYNTHETIC, texts.SYNTHETIC_EXAMPLES, "synthetic", with_data=False)
    given = SyntheticRequest()
    add = parser.add_argument
    add("--num_images", type=whole_number(2), default=given.num_images, help="noise images that are made")
    add("--bits", type=int, choices=(8, 16), default=given.bits, help="bits of a pixel")
    add("--folds", type=whole_number(2), default=given.folds, help="number of folds")
    _add_run_flags(parser, given.recipe)
    _add_recipe_flags(parser, given.recipe, augment="none")
    return parser


def _threshold_sweep() -> Parser:
    parser = _parser(texts.THRESHOLD_SWEEP, texts.THRESHOLD_SWEEP_EXAMPLES, "threshold_sweep")
    add = parser.add_argument
    add("--model_path", type=Path, help="weights file or model folder (needed unless --resume)")
    add("--split", choices=("train", "val", "test"), default="val", help="which split is scored")
    _add_test_log(parser)
    return parser


def _add_run_flags(parser: Parser, recipe: Recipe | None = None) -> None:
    group = parser.add_argument_group("every run")
    given = recipe or Recipe(settings=TrainConfig(epochs=30))
    train = given.settings
    add_shared(group, "image_size", "epochs", "patience", of=train)
    add_shared(group, "depth", of=given.net)
    add_shared(group, "seed", "precision", "weight_averaging", of=train)
    group.add_argument(
        "--val_part",
        type=number(0.01, 0.9),
        default=train.val_part,
        help="part of train that choices are made on",
    )
    add_shared(group, "scaling", default="range")
    add_shared(group, "scaling_low", "scaling_high", "test_flips")


def _add_recipe_flags(parser: Parser, recipe: Recipe | None = None, *, augment: str = "standard") -> None:
    group = parser.add_argument_group("what a search would look for")
    given = recipe or Recipe()
    add_shared(group, "learning_rate", "batch_size", "loss", of=given.settings)
    add_shared(group, "base_filters", "dropout", of=given.net)
    add_shared(group, "augment", default=[augment])


PARSERS: dict[str, Callable[[], Parser]] = {
    "compare": _compare,
    "cross_validate": _cross_validate,
    "tune": _tune,
    "synthetic": _synthetic,
    "threshold_sweep": _threshold_sweep,
}
"""The parser of each command."""
