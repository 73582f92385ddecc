"""What the flags of `python -m core.experiments` ask for, as a request."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace

from core.commands import Parser
from core.config import NetConfig, ScalingConfig, TrainConfig
from core.experiments.requests.plan import (
    CompareRequest,
    CrossValidateRequest,
    Recipe,
    Request,
    SyntheticRequest,
    ThresholdRequest,
    TuneRequest,
)
from core.imaging.class_table import class_table
from core.training.presets import SCALINGS, augment_config


def request_of(parser: Parser, kind: str, options: Namespace, arguments: Sequence[str]) -> Request:
    """The request that the flags ask for; what cannot be leaves with one sentence."""
    command = shlex.join(["python", "-m", "core.experiments", *arguments])
    needed = {"synthetic": (), "threshold_sweep": ("data_dir", "model_path")}.get(kind, ("data_dir",))
    if missing := [f"--{name}" for name in needed if getattr(options, name) is None]:
        parser.error(f"the following arguments are required: {', '.join(missing)}")
    data_dir = str(getattr(options, "data_dir", ""))
    try:
        recipe = Recipe() if kind == "threshold_sweep" else _recipe(kind, options)
    except ValueError as error:
        parser.error(str(error))
    match kind:
        case "compare":
            return CompareRequest(
                data_dir=data_dir,
                arms=tuple(options.arms),
                recipe=recipe,
                score_split=options.score_split,
                tolerance=options.tolerance,
                test_log=options.test_log,
                command=command,
            )
        case "cross_validate":
            return CrossValidateRequest(
                data_dir=data_dir,
                folds=options.folds,
                arms=tuple(options.arms),
                recipe=recipe,
                group_column=options.group_column,
                stratify_column=options.stratify_column,
                tolerance=options.tolerance,
                command=command,
            )
        case "tune":
            return _tune_request(data_dir, options, recipe, command)
        case "synthetic":
            side, width = options.image_size
            if side != width:
                parser.error(f"noise is square, so --image_size {side}x{width} cannot be; give one side")
            return SyntheticRequest(
                num_images=options.num_images,
                side=side,
                bits=options.bits,
                folds=options.folds,
                recipe=recipe,
                command=command,
            )
        case _:
            return ThresholdRequest(
                data_dir=data_dir,
                model_path=str(options.model_path),
                split=options.split,
                test_log=options.test_log,
                command=command,
            )


def _tune_request(data_dir: str, options: Namespace, recipe: Recipe, command: str) -> TuneRequest:
    given = TuneRequest(data_dir)
    return TuneRequest(
        data_dir=data_dir,
        trials=given.trials if options.trials is None else options.trials,
        timeout_minutes=given.timeout_minutes if options.timeout_minutes is None else options.timeout_minutes,
        recipe=recipe,
        learning_rate=tuple(options.learning_rate),
        base_filters=tuple(dict.fromkeys(options.base_filters)),
        batch_size=tuple(dict.fromkeys(options.batch_size)),
        dropout=tuple(options.dropout),
        augment_presets=tuple(dict.fromkeys(options.augment)),
        losses=tuple(dict.fromkeys(options.loss)),
        pruner=options.pruner,
        command=command,
    )


def _recipe(kind: str, options: Namespace) -> Recipe:
    """What the flags say of every run; a search's own ranges are not among it.

    Raises:
        AppError: Classes that make no table.
        ValueError: An augmentation or scaling that is none.
    """
    searched = kind == "tune"
    words = getattr(options, "classes", None)
    classes = None if words is None else class_table(words)
    net = NetConfig(
        num_classes=1 if classes is None else len(classes),
        depth=options.depth,
        base_filters=NetConfig.base_filters if searched else options.base_filters,
        input_channels=0,
        dropout=0.0 if searched else options.dropout,
    )
    settings = TrainConfig(
        image_size=options.image_size,
        epochs=options.epochs,
        patience=options.patience,
        seed=options.seed,
        val_part=options.val_part,
        precision=options.precision,
        weight_averaging=options.weight_averaging,
    )
    if not searched:
        settings = replace(
            settings,
            batch_size=options.batch_size,
            learning_rate=options.learning_rate,
            loss=options.loss,
        )
    return Recipe(
        net=net,
        settings=settings,
        augment=augment_config(["none"] if searched else options.augment),
        scaling=_scaling(options),
        flips=tuple(dict.fromkeys(options.test_flips)),
        classes=classes,
    )


def _scaling(options: Namespace) -> ScalingConfig:
    scaling = SCALINGS[options.scaling]
    low = scaling.low if options.scaling_low is None else options.scaling_low
    high = scaling.high if options.scaling_high is None else options.scaling_high
    if not low < high:
        raise ValueError(f"the scaling's low ({low:g}) must be below its high ({high:g})")
    return replace(scaling, low=low, high=high)
