"""What goes wrong outside the code: bad files, missing models, refused jobs.

Every message is one sentence that a person can read as it stands: what was given, what was expected, what to
do next. Pages show it, commands print it to stderr and exit with 2. A caller's own mistake is a `ValueError`
instead.
"""

from __future__ import annotations

from collections.abc import Sequence


class AppError(Exception):
    """Base of all errors whose message is meant for a person."""


class BadFileError(AppError):
    """A file that cannot be used; the message names it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class BadDatasetError(AppError):
    """A data set with problems, all of them listed at once."""

    def __init__(self, where: str, problems: Sequence[str]) -> None:
        listed = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"{where} cannot be used, {len(problems)} problem(s):\n{listed}")
        self.problems = tuple(problems)


class BadModelError(AppError):
    """A model file that is missing, broken, or would run code when it is loaded."""


class DivergedError(AppError):
    """A training run whose loss stopped being finite; the message names the step."""


class JobError(AppError):
    """A background job that cannot be started, stopped or read."""


class StoreError(AppError):
    """The workspace cannot do what was asked (unknown image, no such version, disk full)."""


class NotAllowedError(StoreError):
    """What a person's role does not allow."""


class StaleDraftError(AppError):
    """Another tab has drawn on the same image since; the person chooses which one goes on."""
