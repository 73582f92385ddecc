"""What a person says of image files that could be read in several ways: which channel, and in what units."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import BadFileError
from core.imaging.stored import OpenFile
from core.imaging.units import Units, looks_like_ct
from core.language.sentence import Sentence

ALL = -1
"""In place of a channel's number: the first three as red, green and blue."""


@dataclass(frozen=True)
class ImageReading:
    """How images are read.

    Attributes:
        channel: Of files of several, from 0, or `ALL`; None for the first.
        units: Of grey values of files that cannot say it, None where nobody said it.
    """

    channel: int | None = None
    units: Units | None = None

    def of(self, file: OpenFile, name: str) -> OpenFile:
        """The file with the pictures of the channel; one that has a single channel as it is.

        Args:
            file: Opened in these units.
            name: What the person calls it.

        Raises:
            BadFileError: It has fewer channels.
        """
        if self.channel is None or not file.channels:
            return file
        if self.channel >= len(file.channels):
            raise BadFileError(
                name, "has {count} channels, so there is no number {number}.", count=len(file.channels),
                number=self.channel + 1,
            )  # fmt: skip
        return file.of_channel(len(file.channels) if self.channel == ALL else self.channel)

    def check(self, file: OpenFile, name: str) -> None:
        """Refuse a file that could be read in several ways where nobody said which one is meant.

        Raises:
            BadFileError: Naming the flag that says it.
        """
        if self.units is None and looks_like_ct(file):
            raise BadFileError(
                name,
                "looks like a CT and cannot say it; say with --units whether its values are Hounsfield units "
                "(hounsfield) or others (grey).",
            )
        if self.channel is not None or not file.channels:
            return
        named = [each for each in file.channels if each]
        raise BadFileError(
            name,
            "has {count} channels{called}; say with --read_channel which one is read (1 to {count}, or all "
            "for the first three as colours).",
            count=len(file.channels),
            called=Sentence(" ({names})", names=", ".join(named)) if named else "",
        )


AS_TOLD = ImageReading()
