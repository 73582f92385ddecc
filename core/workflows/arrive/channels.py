"""Which channel is read of images that have several: asked once a task, kept, and used from then on."""

from __future__ import annotations

from dataclasses import dataclass

from core.imaging.stored import OpenFile
from core.workspace import Workspace


@dataclass(frozen=True)
class KeptChannel:
    """An answer.

    Attributes:
        num_channels: Of the images that were asked about; others are asked about again.
        channel: From 0; `num_channels` for the first three as red, green and blue.
    """

    num_channels: int
    channel: int

    def of(self, file: OpenFile) -> OpenFile:
        """The file with the pictures that were chosen; as it is where it has other channels."""
        return file.of_channel(self.channel) if len(file.channels) == self.num_channels else file


def kept_channel(workspace: Workspace, task_id: int) -> KeptChannel | None:
    """What was said for a task, None where nobody was asked."""
    told = workspace.settings.get(_name(task_id))
    return KeptChannel(told["num_channels"], told["channel"]) if told else None


def keep_channel(workspace: Workspace, task_id: int, kept: KeptChannel | None) -> None:
    """Remember an answer for a task; None forgets it, so that the next image of several asks again."""
    told = kept and {"num_channels": kept.num_channels, "channel": kept.channel}
    workspace.settings.set(_name(task_id), told)


def _name(task_id: int) -> str:
    return f"channel_of_task_{task_id}"
