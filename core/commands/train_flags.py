"""The flags of train.py; their defaults are those of the configs."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from core.commands import Parser, number, whole_number
from core.commands.segment_presets import PRESET_HELP, SEGMENT_PRESETS
from core.commands.task import add_task_flag
from core.config import AugmentConfig, NetConfig, TrainConfig
from core.evaluation.history import LOSS_LABELS
from core.image_size import format_size, parse_size
from core.training.presets import AUGMENT_PRESETS, SCALINGS

DESCRIPTION = """\
Train a U-Net on images with masks.

The data lie in DATA_DIR/{train,val,test}/{images,masks}; an image and its mask have the
same name without the ending. Without a val folder a part of train is taken, the same part
for the same --seed. The data are checked first, and everything that is wrong is listed.
The test folder is never used for training or for choices.

Written to OUTPUT_DIR: NAME.keras and NAME.h5 (the same float32 weights; plain Keras opens
both), the card that evaluate.py, predict.py and the app read, history.csv, curves.png and
run.json. What an earlier run left there is moved to OUTPUT_DIR/previous. Ctrl-C ends the
run and keeps the best weights so far; the same command with --resume goes on from the last
whole epoch. Data, base model and results may lie at an address such as gs://bucket/folder.

--batch_size counts the images of all devices together, and --learning_rate is that of
this batch: neither changes with the number of devices."""

EXAMPLES = """\
  python train.py --data_dir dataset --epochs 50 --batch_size 16
  python train.py --data_dir dataset --scaling hu_window --image_size 256
  python train.py --data_dir dataset --augment turns colour=0.15 --image_size 448x592
  python train.py --data_dir dataset --init_from models/lung_xray --learning_rate 0.0003
  python train.py --data_dir dataset --resume
  python train.py --rerun saved_model --output_dir again"""


def build_parser() -> Parser:
    """The parser of train.py."""
    parser = Parser(DESCRIPTION, EXAMPLES)
    add_task_flag(parser)
    parser.add_argument("--preset", choices=tuple(SEGMENT_PRESETS), help=PRESET_HELP)
    parser.add_argument("--data_dir", help="folder or address with train/, perhaps val/ and test/")
    parser.add_argument(
        "--output_dir", default="saved_model", help="folder or address for all that is written"
    )
    parser.add_argument("--name", default="unet_model", help="name of the weights files, without ending")
    parser.add_argument("--about", type=Path, help="JSON for the card: title, data, licence, limits_of_use")
    parser.add_argument(
        "--init_from", help="model folder or weights file to go on from: its network and scaling"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the run of OUTPUT_DIR that was ended early"
    )
    parser.add_argument(
        "--rerun",
        metavar="RUN_DIR",
        help="train again as RUN_DIR/run.json says; refused where an image or mask is not what it was",
    )
    _add_run_flags(parser)
    _add_loss_flags(parser)
    _add_machine_flags(parser)
    _add_net_flags(parser)
    _add_input_flags(parser)
    return parser


def _add_run_flags(parser: Parser) -> None:
    add = parser.add_argument_group("the run").add_argument
    train = TrainConfig()
    add("--epochs", type=whole_number(1), default=train.epochs, help="most epochs")
    add(
        "--batch_size",
        type=whole_number(1),
        default=train.batch_size,
        help="images in a step, of all devices",
    )
    add("--learning_rate", type=number(1e-9, 10), default=train.learning_rate, help="peak of the schedule")
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
        "--refit",
        action="store_true",
        help="train on the val folder's images too, once epochs and --threshold are chosen; nothing is "
        "validated and the last epoch is kept",
    )


def _add_loss_flags(parser: Parser) -> None:
    add = parser.add_argument_group("loss and steps").add_argument
    train = TrainConfig()
    add("--loss", choices=tuple(LOSS_LABELS), default=train.loss, help="what is made small")
    add("--optimizer", choices=("adam", "sgd"), default=train.optimizer, help="sgd has a momentum of 0.9")
    add(
        "--schedule",
        choices=("cosine", "constant"),
        default=train.schedule,
        help="how the learning rate goes on after it has risen",
    )


def _add_machine_flags(parser: Parser) -> None:
    add = parser.add_argument_group("the machine").add_argument
    train = TrainConfig()
    add(
        "--accelerator",
        choices=("auto", "cpu", "gpu", "tpu"),
        default="auto",
        help="auto takes all TPU cores, else all GPUs, else the processor; another word must be there",
    )
    add(
        "--precision",
        choices=("auto", "float32", "bfloat16"),
        default=train.precision,
        help="auto computes in bfloat16 where it pays; saved weights are float32",
    )
    add(
        "--steps_per_execution",
        type=whole_number(1),
        default=train.steps_per_execution,
        help="steps in one call of the compiled graph; an epoch is a whole number of calls",
    )
    add("--tensorboard", action="store_true", help="write TensorBoard's logs to OUTPUT_DIR/tensorboard")


def _add_net_flags(parser: Parser) -> None:
    add = parser.add_argument_group("the network").add_argument
    net = NetConfig()
    add(
        "--architecture",
        choices=("unet", "fcn", "fcn8s"),
        default=net.architecture,
        help="U-Net, the same without its skip connections, or FCN-8s",
    )
    add(
        "--padding",
        choices=("same", "valid"),
        default=net.padding,
        help="valid is the U-Net of the paper: image_size is then that of its output, such as 388",
    )
    add(
        "--num_classes",
        type=whole_number(1, 254),
        help="classes of the masks, background among them, where --classes does not name them; 1 (the "
        "default) is one foreground",
    )
    add(
        "--image_size",
        type=parse_size,
        metavar="SIDE|HEIGHTxWIDTH",
        help="pixels that images are stretched to, multiples of 2**depth: 256 for a square, 448x592 for a "
        f"height of 448 and a width of 592 (default: {format_size(TrainConfig.image_size)}, or that of "
        "--init_from)",
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
    add("--remove_hair", action="store_true", help="remove hair from colour images, in prediction too")
    add("--threshold", type=number(0, 1), help="of the card, instead of the best on validation")
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
