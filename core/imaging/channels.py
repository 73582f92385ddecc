"""Which channel of a file of several is read: what a person said, as a number."""

from __future__ import annotations

from core.errors import BadFileError
from core.imaging.stored import OpenFile
from core.language.sentence import Sentence

ALL = -1
"""In place of a channel's number: the first three as red, green and blue."""


def of_channel(file: OpenFile, name: str, channel: int | None) -> OpenFile:
    """The file with the pictures of a channel; one that has a single channel as it is.

    Args:
        file: An open image.
        name: What the person calls it.
        channel: From 0, or `ALL`; None for the first.

    Raises:
        BadFileError: It has fewer.
    """
    if channel is None or not file.channels:
        return file
    if channel >= len(file.channels):
        raise BadFileError(
            name, "has {count} channels, so there is no number {number}.", count=len(file.channels),
            number=channel + 1,
        )  # fmt: skip
    return file.of_channel(len(file.channels) if channel == ALL else channel)


def must_be_asked(file: OpenFile, name: str, channel: int | None) -> None:
    """Refuse a file of several channels where nobody said which one is meant.

    Raises:
        BadFileError: Naming the flag that says it.
    """
    if channel is not None or not file.channels:
        return
    named = [each for each in file.channels if each]
    raise BadFileError(
        name,
        "has {count} channels{called}; say with --read_channel which one is read (1 to {count}, or all for "
        "the first three as colours).",
        count=len(file.channels),
        called=Sentence(" ({names})", names=", ".join(named)) if named else "",
    )
