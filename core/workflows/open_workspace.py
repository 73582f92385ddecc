"""Open the workspace with the models that come with the program in it."""

from __future__ import annotations

from pathlib import Path

from core.config import MODELS_DIR
from core.registry.shipped import add_shipped
from core.workspace import Workspace


def open_workspace(root: Path, models_dir: Path = MODELS_DIR) -> Workspace:
    """The workspace in that folder, made where needed, with every task's shipped model.

    Raises:
        StoreError: The folder cannot be made or written, or a newer program has written it.
        BadModelError: A shipped model's card cannot be read.
    """
    workspace = Workspace.open(root)
    try:
        with workspace.plain_errors():
            for task in (*workspace.tasks.list(), *workspace.tasks.list(put_away=True)):
                add_shipped(workspace, task, models_dir)
                add_shipped(workspace, task, models_dir, "classify")
    except BaseException:
        workspace.close()
        raise
    return workspace
