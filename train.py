"""Train a network on a folder of images with masks: the command around `core.workflows.train_model`."""

from __future__ import annotations

import shlex
from argparse import Namespace
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.cards import ModelCard
from core.commands import Parser, number, run, whole_number
from core.commands.progress import TrainingDisplay
from core.commands.segment_presets import PRESET_HELP, SEGMENT_PRESETS, preset_defaults
from core.commands.task import add_task_flag, labels_asked
from core.config import AugmentConfig, NetConfig, ScalingConfig, TrainConfig
from core.imaging.class_table import ClassTable, class_table, table_of_card
from core.training.presets import AUGMENT_PRESETS, SCALINGS, augment_config

if TYPE_CHECKING:
    from core.workflows.training_card import TrainRequest

DESCRIPTION = """\
Train a U-Net on images with masks.

The data lie in DATA_DIR/{train,val,test}/{images,masks}; an image and its mask have the
same name without the ending. Without a val folder a part of train is taken, the same part
for the same --seed. The data are checked first, and everything that is wrong is listed.
The test folder is never used for training or for choices.

Written to OUTPUT_DIR: NAME.keras and NAME.h5 (the same float32 weights; plain Keras opens
both), the card that evaluate.py, predict.py and the app read, history.csv and curves.png.
What an earlier run left there is moved to OUTPUT_DIR/previous. Ctrl-C ends the run and
keeps the best weights so far."""

EXAMPLES = """\
  python train.py --data_dir dataset --epochs 50 --batch_size 16
  python train.py --data_dir dataset --scaling hu_window --image_size 256
  python train.py --data_dir dataset --augment turns colour=0.15 --image_size 192
  python train.py --data_dir dataset --init_from models/lung_xray --learning_rate 0.0003"""


def build_parser() -> Parser:
    """The flags; their defaults are those of the configs."""
    parser = Parser(DESCRIPTION, EXAMPLES)
    add_task_flag(parser)
    parser.add_argument("--preset", choices=tuple(SEGMENT_PRESETS), help=PRESET_HELP)
    parser.add_argument(
        "--data_dir", type=Path, required=True, help="folder with train/, perhaps val/ and test/"
    )
    parser.add_argument("--output_dir", type=Path, default=Path("saved_model"), help="where all is written")
    parser.add_argument("--name", default="unet_model", help="name of the weights files, without ending")
    parser.add_argument("--about", type=Path, help="JSON for the card: title, data, licence, limits_of_use")
    parser.add_argument(
        "--init_from", type=Path, help="model folder or weights file to go on from: its network and scaling"
    )
    _add_run_flags(parser)
    _add_net_flags(parser)
    _add_input_flags(parser)
    return parser


def _add_run_flags(parser: Parser) -> None:
    add = parser.add_argument_group("the run").add_argument
    train = TrainConfig()
    add("--epochs", type=whole_number(1), default=train.epochs, help="most epochs")
    add("--batch_size", type=whole_number(1), default=train.batch_size, help="images in a step")
    add("--learning_rate", type=number(1e-9, 10), default=train.learning_rate, help="peak of the cosine")
    add("--warmup", type=number(0, 0.9), default=train.warmup, help="part of all steps in which it rises")
    add(
        "--patience",
        type=whole_number(0),
        default=train.patience,
        help="epochs without a better validation Dice before the run ends; 0 for never",
    )
    add(
        "--weight_averaging",
        type=number(0, 0.9999),
        default=train.weight_averaging,
        help="momentum of the moving average of the weights that is kept; 0 for none",
    )
    add("--seed", type=whole_number(0), default=train.seed, help="of weights, order, augmentation and split")
    add(
        "--val_part",
        type=number(0, 0.9),
        default=train.val_part,
        help="part of train for validation where there is no val folder; 0 for none",
    )
    add(
        "--precision",
        choices=("auto", "float32", "bfloat16"),
        default=train.precision,
        help="auto computes in bfloat16 where the processor has it; saved weights are float32",
    )


def _add_net_flags(parser: Parser) -> None:
    add = parser.add_argument_group("the network").add_argument
    net = NetConfig()
    add(
        "--image_size",
        type=whole_number(8, 4096),
        help="side in pixels of the square that images are stretched to, a multiple of 2**depth "
        f"(default: {TrainConfig.image_size}, or that of --init_from)",
    )
    add("--depth", type=whole_number(1, 8), default=net.depth, help="number of halvings")
    add(
        "--base_filters",
        type=whole_number(1, 512),
        default=net.base_filters,
        help="filters at full size; doubled at each halving",
    )
    add("--channels", choices=("auto", "1", "3"), default="auto", help="grey, RGB, or what most images are")
    add("--dropout", type=number(0, 0.9), default=net.dropout, help="dropout rate of the two deepest blocks")
    add("--upsampling", choices=("transpose", "resize"), default=net.upsampling, help="how sides are doubled")
    add("--no_batch_norm", action="store_true", help="leave out batch normalisation")


def _add_input_flags(parser: Parser) -> None:
    add = parser.add_argument_group("input and augmentation").add_argument
    add(
        "--classes",
        nargs="+",
        metavar="FILE.json|NAME",
        help="the classes of the masks, background first: names for masks of indices, or a JSON list of "
        '{"name": ..., "colour": [red, green, blue]}; one called undefined (255) weighs nothing '
        "(default: one foreground)",
    )
    add(
        "--scaling",
        choices=tuple(SCALINGS),
        help="stored values to [0, 1]: a fixed range (8 bit: 0 to 255), each image's own, or a window of "
        "Hounsfield units, -1000 to 400 (default: range, or that of --init_from)",
    )
    add(
        "--test_flips",
        nargs="*",
        choices=("horizontal", "vertical"),
        default=(),
        help="predictions are averaged over these mirrorings of the image; each doubles their time",
    )
    add("--scaling_low", type=number(-1e9, 1e9), help="value that becomes 0, instead of the scaling's own")
    add("--scaling_high", type=number(-1e9, 1e9), help="value that becomes 1, instead of the scaling's own")
    add(
        "--augment",
        nargs="+",
        default=["standard"],
        metavar=("PRESET", "NAME=VALUE"),
        help=f"one of {', '.join(AUGMENT_PRESETS)}, and changes to it, such as rotation=30; names: "
        + ", ".join(field.name for field in fields(AugmentConfig)),
    )
    add(
        "--preview_augmentation",
        type=Path,
        metavar="FILE.png",
        help="write a sheet of a few training images, as they are and changed, and train nothing",
    )


def classes_of(options: Namespace, base: ModelCard | None) -> ClassTable | None:
    """The classes of the flags, or those of the model to go on from; None for one foreground.

    Raises:
        AppError: They make no table.
        ValueError: Another number of classes than the model to go on from tells.
    """
    if options.classes is None:
        return None if base is None else table_of_card(base)
    classes = class_table(options.classes)
    if base is not None and len(classes) != base.net.num_classes:
        raise ValueError(
            f"--classes names {len(classes)}, but the model to go on from tells {base.net.num_classes}"
        )
    return classes


def net_config(options: Namespace, base: ModelCard | None, classes: ClassTable | None) -> NetConfig:
    """The network of the flags, or that of the model to go on from."""
    if base is not None:
        return replace(base.net, dropout=options.dropout)
    return NetConfig(
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
    low = scaling.low if options.scaling_low is None else options.scaling_low
    high = scaling.high if options.scaling_high is None else options.scaling_high
    if not low < high:
        raise ValueError(f"the scaling's low ({low:g}) must be below its high ({high:g})")
    return replace(scaling, low=low, high=high)


def main(arguments: list[str]) -> int:
    """Train as the arguments say; the exit code."""
    if labels_asked(arguments):
        from core.commands import classify

        return classify.train(arguments)
    parser = build_parser()
    parser.set_defaults(**preset_defaults(arguments, SEGMENT_PRESETS))
    options = parser.parse_args(arguments)

    from core.workflows.train_model import Watchers, train_model
    from core.workflows.training_card import TrainRequest, read_base_card

    base = None if options.init_from is None else read_base_card(options.init_from)
    try:
        classes = classes_of(options, base)
        net = net_config(options, base, classes)
        scaling = scaling_config(options, base)
        augment = augment_config(options.augment)
    except ValueError as error:
        parser.error(str(error))
    size = options.image_size or (base.image_size if base else TrainConfig.image_size)
    if size % 2**net.depth:
        parser.error(f"--image_size {size} is not a multiple of 2**depth = {2**net.depth}")
    named = [
        field.name
        for field in fields(TrainConfig)
        if field.name in vars(options) and field.name != "image_size"
    ]
    settings = TrainConfig(image_size=size, **{name: getattr(options, name) for name in named})
    request = TrainRequest(
        data_dir=options.data_dir,
        output_dir=options.output_dir,
        name=options.name,
        net=net,
        classes=classes,
        settings=settings,
        augment=augment,
        scaling=scaling,
        flips=tuple(dict.fromkeys(options.test_flips)),
        start_from=options.init_from,
        about=options.about,
        command=shlex.join(["python", "train.py", *arguments]),
    )
    if options.preview_augmentation is not None:
        return _preview(request, options.preview_augmentation)
    with TrainingDisplay() as display:
        outcome = train_model(
            request,
            Watchers(
                on_check=display.check, on_progress=display.step, should_stop=lambda: display.interrupted
            ),
        )
    if outcome.previous is not None:
        print(f"The files of an earlier run are now in {outcome.previous}.")
    print(f"Epoch {outcome.best_epoch} of {outcome.num_epochs} was kept.")
    for name, score in outcome.card.validation.items():
        print(f"  validation {name:<10} {score.mean:.4f}  ({score.low:.4f} to {score.high:.4f})")
    print(f"  threshold             {outcome.card.threshold:.2f}")
    print(f"Wrote {outcome.weights} and {outcome.weights.with_suffix('.h5')} with their card.")
    return 0


def _preview(request: TrainRequest, path: Path) -> int:
    from core.workflows.preview_augmentation import preview_augmentation

    names = preview_augmentation(request, path)
    print(f"Wrote {path}, from top to bottom: {', '.join(names)}.")
    return 0


if __name__ == "__main__":
    run(main)
