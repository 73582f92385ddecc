"""What the program's log says: when, how grave, what happened, and no name of a file or of a person.

A file is often called after a patient, and logs are passed on more freely than images are.
"""

from __future__ import annotations

import copy
import logging
import re
import traceback
from numbers import Number
from typing import Any, TextIO

from core.config import log_level
from core.errors import AppError
from core.language.sentence import Sentence

_FIELD = re.compile(r"\{(\w+)[^{}]*\}")


def log_to(stream: TextIO, logger: str = "") -> None:
    """Write what a logger and those below it say to a stream, from the level of `LOG_LEVEL` on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(WithoutNames("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger(logger).addHandler(handler)
    logging.getLogger(logger).setLevel(log_level())


class WithoutNames(logging.Formatter):
    """Lines in which an error tells its template, and what fills it only where that is a number."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback under it."""
        record = copy.copy(record)
        if isinstance(record.args, tuple):
            record.args = tuple(_told(each) if isinstance(each, Exception) else each for each in record.args)
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """The traceback of an error after that of each one that it came from."""
        error: BaseException | None = ei[1]
        parts = []
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(
                f"Traceback (most recent call last):\n{frames}{type(error).__name__}: {_told(error)}"
            )
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\n".join(reversed(parts))


def _told(error: BaseException) -> str:
    if isinstance(error, AppError):
        return _without_names(error.sentence)
    return str((error.strerror or "") if isinstance(error, OSError) else error)


def _without_names(sentence: Sentence) -> str:
    def told(field: re.Match[str]) -> str:
        fact = sentence.facts.get(field[1])
        if isinstance(fact, Sentence):
            return _without_names(fact)
        return field[0].format(**{field[1]: fact}) if isinstance(fact, Number) else f"{{{field[1]}}}"

    return _FIELD.sub(told, sentence.template)
