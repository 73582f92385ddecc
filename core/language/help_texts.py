"""The help of a command in the language of its environment, where argparse would say it in English."""

from __future__ import annotations

import argparse

from core.language import say

_ARGPARSE_WORDS = {
    "usage": "usage: ",
    "error": "%(prog)s: error: %(message)s\n",
    "options": "options",
    "positional": "positional arguments",
    "of_argument": "argument %(argument_name)s: %(message)s",
    "unknown": "unrecognized arguments: %s",
    "missing": "the following arguments are required: %s",
    "one_of": "one of the arguments %s is required",
    "not_with": "not allowed with argument %s",
    "one": "expected one argument",
    "some": "expected at least one argument",
    "choice": "invalid choice: %(value)r (choose from %(choices)s)",
    "type": "invalid %(type)s value: %(value)r",
}
"""What argparse itself says; it looks its sentences up by the English ones, as gettext does."""


def let_argparse_speak() -> None:
    """Let argparse look its own sentences up where all others are; it has no setting for that."""
    argparse._ = say  # type: ignore[attr-defined]


def translated(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The parser with its description, headings and help said anew; those of its subcommands too."""
    let_argparse_speak()
    parser.description = None if parser.description is None else say(parser.description)
    for group in parser._action_groups:
        group.title = None if group.title is None else say(group.title)
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):
            action.help = "show this help and leave"
        shown = [action]
        if isinstance(action, argparse._SubParsersAction):
            shown += action._get_subactions()
            for inner in action.choices.values():
                translated(inner)
        for each in shown:
            each.help = None if each.help is None else say(each.help)
    return parser
