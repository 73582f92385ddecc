"""What tasks, versions and slices are called: as a person called them, else in the language of a session."""

from __future__ import annotations

from core.ui import words
from core.workspace import ImageRow, TaskRow, VersionRow, Workspace

_SHIPPED = " (shipped)"


def task_title(task: TaskRow) -> str:
    """The title; of a task that every workspace begins with in the session's language."""
    return words.BUILT_IN_TASKS.get(task.base_model or "", task.title)


def image_title(workspace: Workspace, image: ImageRow) -> str:
    """The name; of a slice with its place, since all slices of a file bear the file's name."""
    slices = workspace.images.of_stack(image)
    if len(slices) == 1:
        return image.name
    place = next(place for place, each in enumerate(slices, start=1) if each.id == image.id)
    return words.SLICE_OF.format(name=image.name, place=place, total=len(slices))


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
