"""What train.py, evaluate.py and predict.py share: wrong input is one sentence on stderr and exit code 2.

Knows argparse and the errors; no workflow.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from core import language
from core.errors import AppError
from core.language import say
from core.language.help_texts import let_argparse_speak
from core.language.sentence import Sentence

EXIT_WRONG_INPUT = 2
EXIT_INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """An argument parser that keeps the line breaks of its help and says what is wrong in one sentence."""

    def __init__(self, description: str, examples: str) -> None:
        let_argparse_speak()
        super().__init__(
            description=say(description),
            epilog=f"{say('examples')}:\n{examples}",
            formatter_class=_Format,
            allow_abbrev=False,
            add_help=False,
        )
        self._optionals.title = say("options")
        self.add_argument("-h", "--help", action="help", help="show this help and leave")

    def format_help(self) -> str:
        """The help, its headings in the language of the environment too."""
        for group in self._action_groups:
            group.title = None if group.title is None else say(group.title)
        return super().format_help()

    def error(self, message: str | Exception) -> NoReturn:
        """Print one sentence and leave with exit code 2."""
        told = Sentence("{prog}: {message}; see {prog} --help.", prog=self.prog, message=message)
        self.exit(EXIT_WRONG_INPUT, f"{told.said()}\n")


class _Format(argparse.RawDescriptionHelpFormatter):
    """The default of each flag that has one in its help; line breaks of description and examples kept."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        told = None if action.help is None else say(action.help)
        default = action.default
        if default is None or default is False or default in ("", (), argparse.SUPPRESS):
            return told
        return f"{told} ({say('default')}: %(default)s)"


def whole_number(low: int, high: int = 2**31) -> Callable[[str], int]:
    """An argument type: a whole number in [low, high]."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            told = Sentence("expected a whole number from {low} on, got {text!r}", low=low, text=text)
            raise argparse.ArgumentTypeError(told.said())
        return value

    return parse


def number(low: float, high: float) -> Callable[[str], float]:
    """An argument type: a number in [low, high]."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            told = Sentence(
                "expected a number from {low:g} to {high:g}, got {text!r}", low=low, high=high, text=text
            )
            raise argparse.ArgumentTypeError(told.said())
        return value

    return parse


def run(command: Callable[[list[str]], int]) -> NoReturn:
    """Run a command on the arguments of the process and leave with its exit code."""
    # TensorFlow reads this once, at its import.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    language.speak(language.of_environment())
    try:
        code = command(sys.argv[1:])
    except AppError as error:
        print(error, file=sys.stderr)
        code = EXIT_WRONG_INPUT
    except OSError as error:
        where = error.filename or say("a file")
        print(
            say("Cannot use {file} ({reason}).").format(file=where, reason=error.strerror or error),
            file=sys.stderr,
        )
        code = EXIT_WRONG_INPUT
    except KeyboardInterrupt:
        print(say("Interrupted."), file=sys.stderr)
        code = EXIT_INTERRUPTED
    sys.exit(code)
