"""The flags of `python -m core.experiments`: one parser for each command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.commands import Parser, number, whole_number
from core.config import TrainConfig
from core.experiments import help_texts as texts
from core.experiments.plan import (
    ARM_WORDS,
    CompareRequest,
    CrossValidateRequest,
    Recipe,
    SyntheticRequest,
    TuneRequest,
)
from core.image_size import format_size, parse_size
from core.training.presets import AUGMENT_PRESETS, SCALINGS


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


def _add_classes(parser: Parser) -> None:
    parser.add_argument(
        "--classes",
        nargs="+",
        metavar="FILE.json|NAME",
        help="the classes of the masks, background first, as in train.py (default: one foreground)",
    )


def _add_test_log(parser: Parser) -> None:
    parser.add_argument(
        "--test_log", default="", metavar="FILE", help="CSV that gets a line if test is scored"
    )


def _compare() -> Parser:
    parser = _parser(texts.COMPARE, texts.COMPARE_EXAMPLES, "compare")
    _add_arms(parser, CompareRequest.arms)
    parser.add_argument("--score_split", choices=("val", "test"), default="val", help="which split is scored")
    _add_test_log(parser)
    _add_classes(parser)
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
    _add_classes(parser)
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
    _add_classes(parser)
    add = parser.add_argument_group("what is searched").add_argument
    pair = ("LOW", "HIGH")
    add(
        "--learning_rate",
        type=number(1e-9, 10),
        nargs=2,
        metavar=pair,
        default=given.learning_rate,
        help="range",
    )
    add("--dropout", type=number(0, 0.9), nargs=2, metavar=pair, default=given.dropout, help="range")
    add("--base_filters", type=whole_number(1, 512), nargs="+", default=given.base_filters, help="choices")
    add("--batch_size", type=whole_number(1), nargs="+", default=given.batch_size, help="choices")
    presets = tuple(AUGMENT_PRESETS)
    add("--augment", nargs="+", choices=presets, default=given.augment_presets, help="choices")
    add("--loss", nargs="+", default=given.losses, help="choices")
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
    add = parser.add_argument_group("every run").add_argument
    given = recipe or Recipe(settings=TrainConfig(epochs=30))
    train = given.settings
    add(
        "--image_size",
        type=parse_size,
        metavar="SIDE|HEIGHTxWIDTH",
        default=format_size(train.image_size),
        help="pixels that images are stretched to",
    )
    add("--epochs", type=whole_number(1), default=train.epochs, help="most epochs of a run")
    add(
        "--patience",
        type=whole_number(0),
        default=train.patience,
        help="epochs without a better one; 0: never ends",
    )
    add("--depth", type=whole_number(1, 8), default=given.net.depth, help="number of halvings")
    add("--seed", type=whole_number(0), default=train.seed, help="of splits, weights, order and augmentation")
    add(
        "--val_part",
        type=number(0.01, 0.9),
        default=train.val_part,
        help="part of train that choices are made on",
    )
    add(
        "--precision",
        choices=("auto", "float32", "bfloat16"),
        default=train.precision,
        help="of the arithmetic",
    )
    add(
        "--weight_averaging",
        type=number(0, 0.9999),
        default=train.weight_averaging,
        help="momentum; 0 for none",
    )
    add("--scaling", choices=tuple(SCALINGS), default="range", help="stored values to [0, 1], as in train.py")
    add("--scaling_low", type=number(-1e9, 1e9), help="value that becomes 0")
    add("--scaling_high", type=number(-1e9, 1e9), help="value that becomes 1")
    flips = ("horizontal", "vertical")
    add(
        "--test_flips",
        nargs="*",
        choices=flips,
        default=(),
        help="mirrorings that predictions are averaged over",
    )


def _add_recipe_flags(parser: Parser, recipe: Recipe | None = None, *, augment: str = "standard") -> None:
    given = recipe or Recipe()
    add = parser.add_argument_group("what a search would look for").add_argument
    train, net = given.settings, given.net
    add("--learning_rate", type=number(1e-9, 10), default=train.learning_rate, help="peak of the cosine")
    add("--base_filters", type=whole_number(1, 512), default=net.base_filters, help="filters at full size")
    add("--batch_size", type=whole_number(1), default=train.batch_size, help="images in a step")
    add("--dropout", type=number(0, 0.9), default=net.dropout, help="rate of the two deepest blocks")
    add("--loss", default=train.loss, help="as in train.py")
    add("--augment", nargs="+", default=[augment], metavar=("PRESET", "NAME=VALUE"), help="as in train.py")


PARSERS: dict[str, Callable[[], Parser]] = {
    "compare": _compare,
    "cross_validate": _cross_validate,
    "tune": _tune,
    "synthetic": _synthetic,
    "threshold_sweep": _threshold_sweep,
}
"""The parser of each command."""
