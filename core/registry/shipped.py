"""The models that come with the program, copied into the workspace once and never changed there."""

from __future__ import annotations

import hashlib
from pathlib import Path

from core.cards import load_card
from core.config import MODELS_DIR
from core.files import write_whole
from core.workspace import NewVersion, TaskRow, VersionRow, Workspace

WEIGHTS_NAME = "model.keras"
CARD_NAME = "card.json"


def hash_of(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def add_shipped(workspace: Workspace, task: TaskRow, models_dir: Path = MODELS_DIR) -> VersionRow | None:
    """The version of the task's shipped model, copied where these weights are not there yet.

    The first model of a task is put into use at once; one that came with a newer program is a candidate.

    Args:
        workspace: The store.
        task: The task.
        models_dir: Where the shipped models lie.

    Returns:
        The version, None where the task has no base model or none is shipped.

    Raises:
        BadModelError: The shipped card cannot be read.
        StoreError: The workspace cannot be written.
    """
    source = None if task.base_model is None else models_dir / task.base_model
    if source is None or not (source / WEIGHTS_NAME).is_file():
        return None
    card = load_card(source / CARD_NAME)
    weights_sha256 = hash_of(source / WEIGHTS_NAME)
    version = _known(workspace, task, weights_sha256)
    if version is None:
        folder = f"versions/{task.slug}/shipped-{weights_sha256[:12]}"
        for name in (CARD_NAME, WEIGHTS_NAME):
            write_whole(workspace.root / folder / name, (source / name).read_bytes())
        new = NewVersion(
            folder, weights_sha256, "shipped", who="", title=f"{card.title or task.title} (shipped)"
        )
        version = workspace.versions.add(task.id, new)
    if workspace.versions.current(task.id) is None:
        why = "The model that comes with the program is used first."
        version = workspace.versions.promote(version.id, who="", why=why)
    return version


def _known(workspace: Workspace, task: TaskRow, weights_sha256: str) -> VersionRow | None:
    for version in workspace.versions.list(task.id):
        if version.origin == "shipped" and version.weights_sha256 == weights_sha256:
            return version
    return None
