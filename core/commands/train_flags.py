"""The flags of train.py; their defaults are those of the configs."""

from __future__ import annotations

from pathlib import Path

from core.commands import Parser, number, whole_number
from core.commands.segment_presets import PRESET_HELP, SEGMENT_PRESETS
from core.commands.shared_flags import add_shared
from core.commands.task import add_task_flag
from core.config import NetConfig, TrainConfig
from core.image_size import format_size

DESCRIPTION = """\
Train a U-Net on images with masks.

The data lie in DATA_DIR/{train,val,test}/{images,masks}; an image and its mask have the
same name without the ending. Without a val folder a part of train is taken, the same part
for the same --seed; images of one patient and those that look alike are never parted. The
data are checked first, and everything that is wrong is listed.
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
    add_task_flag(parser, "click")
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
    add_shared(parser.add_argument_group("loss and steps"), "loss", "optimizer", "schedule", of=TrainConfig())
    _add_machine_flags(parser)
    _add_net_flags(parser)
    _add_input_flags(parser)
    return parser


def _add_run_flags(parser: Parser) -> None:
    group = parser.add_argument_group("the run")
    train = TrainConfig()
    add_shared(group, "epochs", "batch_size", "learning_rate", of=train)
    group.add_argument(
        "--warmup", type=number(0, 0.9), default=train.warmup, help="part of all steps in which it rises"
    )
    add_shared(group, "patience", "weight_averaging", "seed", of=train)
    group.add_argument(
        "--val_part",
        type=number(0, 0.9),
        default=train.val_part,
        help="part of train for validation where there is no val folder; 0 for none",
    )
    add_shared(group, "group_column", "group_pattern")
    group.add_argument(
        "--refit",
        action="store_true",
        help="train on the val folder's images too, once epochs and --threshold are chosen; nothing is "
        "validated and the last epoch is kept",
    )


def _add_machine_flags(parser: Parser) -> None:
    group = parser.add_argument_group("the machine")
    add = group.add_argument
    train = TrainConfig()
    add(
        "--accelerator",
        choices=("auto", "cpu", "gpu", "tpu"),
        default="auto",
        help="auto takes all TPU cores, else all GPUs, else the processor; another word must be there",
    )
    add_shared(group, "precision", of=train)
    add(
        "--steps_per_execution",
        type=whole_number(1),
        default=train.steps_per_execution,
        help="steps in one call of the compiled graph; an epoch is a whole number of calls",
    )
    add("--tensorboard", action="store_true", help="write TensorBoard's logs to OUTPUT_DIR/tensorboard")


def _add_net_flags(parser: Parser) -> None:
    group = parser.add_argument_group("the network")
    add = group.add_argument
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
    usual = format_size(TrainConfig.image_size)
    add_shared(group, "image_size", more=f" (default: {usual}, or that of --init_from)")
    add_shared(group, "depth", "base_filters", "dropout", of=net)
    add("--channels", choices=("auto", "1", "3"), default="auto", help="grey, RGB, or what most images are")
    add("--upsampling", choices=("transpose", "resize"), default=net.upsampling, help="how sides are doubled")
    add("--no_batch_norm", action="store_true", help="leave out batch normalisation")


def _add_input_flags(parser: Parser) -> None:
    group = parser.add_argument_group("input and augmentation")
    add = group.add_argument
    add_shared(group, "classes", "mask_values", "read_channel", "units")
    add_shared(group, "scaling", more=" (default: range, or that of --init_from)")
    add_shared(group, "test_flips", "scaling_low", "scaling_high")
    add("--remove_hair", action="store_true", help="remove hair from colour images, in prediction too")
    add("--threshold", type=number(0, 1), help="of the card, instead of the best on validation")
    add_shared(group, "augment", default=["standard"])
    add(
        "--preview_augmentation",
        type=Path,
        metavar="FILE.png",
        help="write a sheet of a few training images, as they are and changed, and train nothing",
    )
