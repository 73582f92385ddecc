"""Which task a command is asked for: masks of images, labels of images, or clicks that are followed."""

from __future__ import annotations

from core.commands import Parser


def add_task_flag(parser: Parser, *more: str) -> None:
    """`--task`, of masks or labels, and what else a command is for."""
    parser.add_argument(
        "--task",
        choices=("segment", "classify", *more),
        default="segment",
        help="masks, or labels of images; --help after --task shows the flags of that",
    )


def labels_asked(arguments: list[str]) -> bool:
    """Whether the arguments ask for labels."""
    return _asked(arguments, "classify")


def clicks_asked(arguments: list[str]) -> bool:
    """Whether the arguments ask for a network that follows clicks."""
    return _asked(arguments, "click")


def _asked(arguments: list[str], task: str) -> bool:
    pairs = zip(arguments, [*arguments, ""][1:], strict=True)
    return any(each == f"--task={task}" or (each, after) == ("--task", task) for each, after in pairs)
