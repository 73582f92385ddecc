"""What the classes of a task's masks are called in other tools' files, and their colours."""

from __future__ import annotations

import json

from core.cards import MaskClass
from core.imaging.class_table import UNDEFINED_NAME, ClassTable, table_of_names
from core.workspace import Workspace

_ONE = "foreground"


def classes_of(workspace: Workspace, task_id: int) -> tuple[MaskClass, ...]:
    """The foreground classes in the order of the list; what has no name or colour gets a plain one."""
    task = workspace.tasks.get_by_id(task_id)
    plain = table_of_names([str(index) for index in range(len(task.classes) + 1)]).colours[1:]
    only = len(task.classes) == 1
    return tuple(
        MaskClass(each.name or (_ONE if only else f"class {index}"), each.colour or colour)
        for index, (each, colour) in enumerate(zip(task.classes, plain, strict=True), 1)
    )


def classes_json(classes: tuple[MaskClass, ...]) -> bytes:
    """The classes as `train.py --classes` reads them, background first."""
    # Without colours: masks hold indices.
    names = [{"name": name} for name in _for_training(classes)]
    return (json.dumps(names, indent=2, ensure_ascii=False) + "\n").encode()


def training_table(workspace: Workspace, task_id: int) -> ClassTable | None:
    """How the masks of a task's training folder are read; None for one foreground."""
    classes = classes_of(workspace, task_id)
    return table_of_names(_for_training(classes)) if len(classes) > 1 else None


def _for_training(classes: tuple[MaskClass, ...]) -> list[str]:
    return ["background", *(each.name for each in classes), UNDEFINED_NAME]
