"""The images of a task as the person sees them: gold ones that wait for them look as if they had no mask."""

from __future__ import annotations

from core.ui import state
from core.workflows.correct.blind import unread_gold
from core.workspace import TaskRow, Workspace
from core.workspace.image_rows import Unread
from core.workspace.images import Images


def unread_for(task: TaskRow, among: Workspace | None = None) -> Unread:
    """Which images look new to the person; of their own queue, where that is what they look at."""
    return unread_gold(among or state.workspace(), task, state.person())


def images_for(task: TaskRow, among: Workspace | None = None) -> Images:
    """The images, with their states as the person may know them."""
    return (among or state.workspace()).images.with_unread(unread_for(task, among))
