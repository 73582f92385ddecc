"""`train.py --task click`: flags in, one workflow called, exit code out."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from core.commands import Parser, whole_number
from core.commands.progress import TrainingDisplay
from core.commands.shared_flags import add_shared
from core.commands.task import add_task_flag
from core.commands.train_options import settings_of
from core.config import NetConfig, TrainConfig
from core.language.sentence import print_sentence

DESCRIPTION = """\
Train the network behind "Smart click": it follows clicks on any object, so it learns from
several data sets at once. Each lies in the layout of train.py without --task; their test
folders are not opened."""

EXAMPLES = """\
  python train.py --task click --data_dirs chest_xray nuclei --output_dir models/smart_click"""


def build_parser() -> Parser:
    """The parser of `train.py --task click`."""
    parser = Parser(DESCRIPTION, EXAMPLES)
    add_task_flag(parser, "click")
    add = parser.add_argument
    add("--data_dirs", nargs="+", type=Path, required=True, help="folders with train/ and perhaps val/")
    add("--output_dir", default="smart_click", type=Path, help="folder for all that is written")
    add("--about", type=Path, help="JSON for the card: title, data, licence, limits_of_use")
    add("--init_from", type=Path, help="model folder to go on from: its network")
    add("--resume", action="store_true", help="go on with the run of OUTPUT_DIR that was ended early")
    add("--examples", type=whole_number(1), default=4000, help="examples that make an epoch")
    add("--validated", type=whole_number(1), default=512, help="examples of val/ that epochs are chosen on")
    add_shared(parser, "epochs", "batch_size", "learning_rate", "patience", "seed", of=TrainConfig())
    add_shared(parser, "depth", "base_filters", of=NetConfig())
    return parser


def train(arguments: list[str]) -> int:
    """Train as the arguments say; the exit code."""
    options = build_parser().parse_args(arguments)

    from core.workflows.learn.train_clicks import click_request, find_click_sets, train_clicks
    from core.workflows.learn.training_card import TrainRequest

    request = click_request(
        TrainRequest(
            data_dir=options.data_dirs[0],
            output_dir=options.output_dir,
            name="model",
            net=NetConfig(depth=options.depth, base_filters=options.base_filters),
            settings=replace(
                settings_of(options, TrainConfig.image_size), warmup=0.02, weight_averaging=0.995
            ),
            threshold=0.5,
            about=options.about,
            start_from=options.init_from,
            resume=options.resume,
            command=shlex.join(["python", "train.py", *arguments]),
        )
    )
    sets = find_click_sets(options.data_dirs)
    with TrainingDisplay() as display:
        outcome = train_clicks(
            request,
            sets,
            num_examples=options.examples,
            num_validated=options.validated,
            watchers=display.watchers(),
        )
    print_sentence(
        "Epoch {best_epoch} of {num_epochs} was kept.",
        best_epoch=outcome.best_epoch,
        num_epochs=outcome.num_epochs,
    )
    print_sentence("Wrote {folder} with its card.", folder=outcome.weights)
    return 0
