"""What was said of a task's files that do not tell it themselves: asked once, kept, and used from then on."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from core.imaging.stored import OpenFile
from core.imaging.units import Units
from core.workflows.arrive.mask_meaning import KeptMeaning, kept_meaning
from core.workspace import Workspace


@dataclass(frozen=True)
class KeptChannel:
    """Which channel is read of images that have several.

    Attributes:
        num_channels: Of the images that were asked about; others are asked about again.
        channel: From 0; `num_channels` for the first three as red, green and blue.
    """

    num_channels: int
    channel: int

    def of(self, file: OpenFile) -> OpenFile:
        """The file with the pictures that were chosen; as it is where it has other channels."""
        return file.of_channel(self.channel) if len(file.channels) == self.num_channels else file


@dataclass(frozen=True)
class KeptAnswers:
    """What was said of unclear masks, channels and units of a task, each None where nobody was asked."""

    masks: KeptMeaning | None = None
    channel: KeptChannel | None = None
    units: Units | None = None


def kept_answers(workspace: Workspace, task_id: int) -> KeptAnswers:
    """What was said for a task."""
    told = workspace.settings.get(_CHANNEL.format(task_id))
    channel = KeptChannel(**told) if told else None
    units = workspace.settings.get(_UNITS.format(task_id))
    return KeptAnswers(kept_meaning(workspace, task_id), channel, units)


def keep_channel(workspace: Workspace, task_id: int, kept: KeptChannel | None) -> None:
    """Remember an answer for a task; None forgets it, so that the next image of several asks again."""
    workspace.settings.set(_CHANNEL.format(task_id), kept and asdict(kept))


def keep_units(workspace: Workspace, task_id: int, kept: Units | None) -> None:
    """Remember an answer for a task; None forgets it, so that the next image that may be a CT asks again."""
    workspace.settings.set(_UNITS.format(task_id), kept)


_CHANNEL = "channel_of_task_{}"
_UNITS = "units_of_task_{}"
