"""What tasks, versions and slices are called: as a person called them, else in the language of a session."""

from __future__ import annotations

from collections.abc import Sequence

from core.ui import words
from core.workspace import ImageRow, TaskRow, VersionRow, Workspace
from core.workspace.tasks import SHIPPED_TASKS

_SHIPPED = " (shipped)"


def task_title(task: TaskRow) -> str:
    """The title; of a task that workspaces begin with in the session's language, until it is renamed."""
    if task.base_model is None or (task.base_model, task.title) not in SHIPPED_TASKS:
        return task.title
    return words.BUILT_IN_TASKS[task.base_model]


def image_titles(workspace: Workspace, images: Sequence[ImageRow]) -> dict[int, str]:
    """The names by image id; of slices with their place, since all slices of a file bear the file's name."""
    titles = {image.id: image.name for image in images}
    for image_id, (place, total) in workspace.images.places_in_stacks(images).items():
        if total > 1:
            titles[image_id] = words.SLICE_OF.format(name=titles[image_id], place=place, total=total)
    return titles


def version_title(version: VersionRow) -> str:
    """The title; in the session's language where nobody chose one."""
    if version.title == f"Version {version.number}":
        return words.NUMBERED_VERSION.format(number=version.number)
    if version.origin == "shipped" and version.title.endswith(_SHIPPED):
        named = version.title.removesuffix(_SHIPPED)
        folder = version.folder.split("/")[1] if version.folder.count("/") else ""
        task = words.BUILT_IN_TASKS.get(folder, named)
        return words.SHIPPED_VERSION.format(
            task=words.WHAT_NAMES["click"] if version.purpose == "click" else task
        )
    return version.title
