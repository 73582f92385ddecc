"""Which of the two tasks a command is asked for: masks of images, or labels of images."""

from __future__ import annotations

from core.commands import Parser


def add_task_flag(parser: Parser) -> None:
    """`--task`."""
    parser.add_argument(
        "--task",
        choices=("segment", "classify"),
        default="segment",
        help="masks, or labels of images; with --task classify --help shows the flags of that",
    )


def labels_asked(arguments: list[str]) -> bool:
    """Whether the arguments ask for labels."""
    pairs = zip(arguments, [*arguments, ""][1:], strict=True)
    return any(each == "--task=classify" or (each, after) == ("--task", "classify") for each, after in pairs)
