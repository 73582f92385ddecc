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


def given(arguments: list[str], flag: str) -> str:
    """What the arguments give a flag, "" for nothing: it decides which parser reads them."""
    found = ""
    for word, after in zip(arguments, [*arguments, ""][1:], strict=True):
        if word == flag or word.startswith(f"{flag}="):
            found = after if word == flag else word.removeprefix(f"{flag}=")
    return found
