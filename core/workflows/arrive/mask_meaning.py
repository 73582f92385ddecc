"""What a person once said that the values of a task's masks mean: kept, and used for files that are unclear.

A file whose own rules tell its meaning needs no word, and a value that nobody spoke of is not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.errors import BadFileError
from core.imaging.decode import mask_reading
from core.imaging.mask_files.mask_values import MaskValues
from core.language.sentence import Sentence
from core.workspace import Workspace

Masks = TypeVar("Masks")


@dataclass(frozen=True)
class KeptMeaning:
    """An answer.

    Attributes:
        asked: The values that were asked about.
        meaning: What was said of them.
    """

    asked: tuple[int, ...]
    meaning: MaskValues

    def covers(self, values: Sequence[int]) -> bool:
        """Whether it speaks of all of these values."""
        return bool(values) and set(values) <= {0, *self.asked}

    def told(self) -> str:
        """The answer in words."""
        foreground, undefined = self.meaning.foreground, self.meaning.undefined
        if foreground is None:
            found = Sentence("all above 0 is foreground")
        elif not foreground:
            found = Sentence("nothing is foreground")
        else:
            found = Sentence("{foreground} is foreground", foreground=", ".join(map(str, foreground)))
        return found + (
            Sentence(" and {undefined} undecided", undefined=", ".join(map(str, undefined)))
            if undefined
            else ""
        )


def kept_meaning(workspace: Workspace, task_id: int) -> KeptMeaning | None:
    """What was said for a task, None where nobody was asked."""
    told = workspace.settings.get(_name(task_id))
    if not told:
        return None
    foreground = told["foreground"]
    meaning = MaskValues(None if foreground is None else tuple(foreground), tuple(told["undefined"]))
    return KeptMeaning(tuple(told["asked"]), meaning)


def keep_meaning(workspace: Workspace, task_id: int, kept: KeptMeaning | None) -> None:
    """Remember an answer for a task; None forgets it, so that the next unclear mask asks again."""
    told = kept and {
        "asked": kept.asked,
        "foreground": kept.meaning.foreground,
        "undefined": kept.meaning.undefined,
    }
    workspace.settings.set(_name(task_id), told)


def with_kept(
    read: Callable[..., Masks], data: bytes, name: str, *, said: MaskValues | None, kept: KeptMeaning | None
) -> tuple[Masks, str]:
    """What a mask's file holds, and a sentence where a kept answer decided what its values mean.

    Args:
        read: Reads it by a `meaning`.
        name: What the person calls it.
        said: What is known of this file; None for what it tells itself.
        kept: What was said for the task, taken where the file does not tell.

    Raises:
        BadFileError: No mask, or one that could mean several things and nobody said which.
    """
    try:
        return read(meaning=said), ""
    except BadFileError:
        if kept is None or said is not None:
            raise
        reading = mask_reading(data, name)
        if not reading.problem or not reading.options or not kept.covers(reading.values):
            raise
    values = ", ".join(map(str, reading.values))
    note = Sentence(
        "A mask with the values {values} was read as was said for this task: {told}.",
        values=values,
        told=kept.told(),
    )
    return read(meaning=kept.meaning), note


def _name(task_id: int) -> str:
    return f"mask_values_of_task_{task_id}"
