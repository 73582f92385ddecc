"""The help of a command in the language of its environment, where argparse would say it in English."""

from __future__ import annotations

import argparse

from core.language import say


def translated(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The parser with its description, headings and help said anew; those of its subcommands too."""
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
