"""What goes wrong outside the code: bad files, missing models, refused jobs.

Every message is one sentence that a person can read as it stands: what was given, what was expected, what to
do next. It is kept as a template with its facts and put into words where it is shown: pages show it, commands
print it to stderr and exit with 2. A caller's own mistake is a `ValueError` instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.language.sentence import Lines, Sentence


class AppError(Exception):
    """Base of all errors whose message is meant for a person.

    Attributes:
        sentence: What is told; `str` puts it into words.
    """

    def __init__(self, message: str = "", /, **facts: Any) -> None:
        self.sentence = Sentence(message, **facts)
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return self.sentence.said()


class BadFileError(AppError):
    """A file that cannot be used; the message names it."""

    def __init__(self, name: str, reason: str, /, **facts: Any) -> None:
        self.name = name
        self.reason = Sentence(reason, **facts)
        super().__init__(Sentence("{file}: {reason}", file=name, reason=self.reason))
        # What unpickling calls this with.
        self.args = (name, self.reason)


class BadDatasetError(AppError):
    """A data set with problems, all of them listed at once."""

    def __init__(self, where: str, problems: Sequence[str]) -> None:
        super().__init__(
            Sentence(
                "{where} cannot be used, {count} problem(s):\n{listed}",
                where=where,
                count=len(problems),
                listed=Lines(problems),
            )
        )
        self.args = (where, problems)
        self.problems = tuple(problems)


class BadModelError(AppError):
    """A model file that is missing, broken, or would run code when it is loaded."""


class DivergedError(AppError):
    """A training run whose loss stopped being finite; the message names the step."""


class JobError(AppError):
    """A background job that cannot be started, stopped or read."""


class StoreError(AppError):
    """The workspace cannot do what was asked (unknown image, no such version, disk full)."""


class UnreachableError(StoreError):
    """The database or the place of the files does not answer just now."""


class LostFileError(StoreError):
    """A file that a row names is gone or cannot be read, where the place it lies in answers."""


class NotAllowedError(StoreError):
    """What a person's role does not allow."""


class StaleDraftError(AppError):
    """Another tab has drawn on the same image since; the person chooses which one goes on."""
