"""From the flags of train.py to the configs of a run."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import fields, replace

from core.cards import ModelCard
from core.commands.shared_flags import scaling_of
from core.config import NetConfig, ScalingConfig, TrainConfig
from core.imaging.class_table import ClassTable, class_table, table_of_card, table_of_names
from core.language.sentence import Sentence
from core.training.presets import SCALINGS


def classes_of(options: Namespace, base: ModelCard | None) -> ClassTable | None:
    """The classes of the flags, or those of the model to go on from; None for one foreground.

    Raises:
        AppError: They make no table.
        ValueError: Another number of classes than the model to go on from tells.
    """
    number = options.num_classes
    if options.classes is None and base is not None:
        return table_of_card(base)
    if options.classes is None:
        names = ["background", *(f"class {index}" for index in range(1, number or 1))]
        return table_of_names(names) if number is not None and number > 1 else None
    classes = class_table(options.classes)
    if number is not None and number != len(classes):
        raise ValueError(
            Sentence(
                "--num_classes is {number}, but --classes names {count}", number=number, count=len(classes)
            )
        )
    if base is not None and len(classes) != base.net.num_classes:
        raise ValueError(
            Sentence(
                "--classes names {count}, but the model to go on from tells {of_model}",
                count=len(classes),
                of_model=base.net.num_classes,
            )
        )
    return classes


def net_config(options: Namespace, base: ModelCard | None, classes: ClassTable | None) -> NetConfig:
    """The network of the flags, or that of the model to go on from."""
    if base is not None:
        return replace(base.net, dropout=options.dropout)
    return NetConfig(
        architecture=options.architecture,
        padding=options.padding,
        num_classes=1 if classes is None else len(classes),
        depth=options.depth,
        base_filters=options.base_filters,
        input_channels=0 if options.channels == "auto" else int(options.channels),
        batch_norm=not options.no_batch_norm,
        dropout=options.dropout,
        upsampling=options.upsampling,
    )


def scaling_config(options: Namespace, base: ModelCard | None) -> ScalingConfig:
    """The scaling of the flags, or that of the model to go on from.

    Raises:
        ValueError: A low that is not below its high.
    """
    scaling = SCALINGS[options.scaling or "range"]
    if base is not None and options.scaling is None:
        scaling = base.scaling
    return scaling_of(options, scaling)


def settings_of(options: Namespace, image_size: tuple[int, int]) -> TrainConfig:
    """The settings of the run: every flag that is called like one."""
    named = {field.name for field in fields(TrainConfig)} & vars(options).keys() - {"image_size"}
    return TrainConfig(image_size=image_size, **{name: getattr(options, name) for name in named})
