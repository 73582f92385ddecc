"""The models that come with the program, copied into the workspace once and never changed there."""

from __future__ import annotations

from pathlib import Path

from core.cards import load_card
from core.classifier_cards import load_classifier_card
from core.config import MODELS_DIR
from core.files import file_hash, write_whole
from core.reasons import Reason
from core.workspace import NewVersion, Purpose, TaskRow, VersionRow, Workspace

WEIGHTS_NAME = "model.keras"
CARD_NAME = "card.json"
CLASSIFIER_SUFFIX = "_class"
"""`models/skin_lesion_class` is the classifier of tasks whose masks begin with `models/skin_lesion`."""
CLICK_NAME = "smart_click"


def add_shipped(
    workspace: Workspace, task: TaskRow, models_dir: Path = MODELS_DIR, purpose: Purpose = "segment"
) -> VersionRow | None:
    """The version of the shipped model for a task, copied where these weights are not there yet.

    The first model of a task is put into use at once; one that came with a newer program is a candidate.

    Args:
        purpose: The model that makes the task's masks, the classifier beside it, or the network that follows
            clicks in every task.

    Returns:
        The version, None where the task has no base model or none is shipped.

    Raises:
        BadModelError: The shipped card cannot be read.
        StoreError: The workspace cannot be written.
    """
    of_task = {"segment": task.base_model, "classify": f"{task.base_model}{CLASSIFIER_SUFFIX}"}
    if purpose != "click" and task.base_model is None:
        return None
    source = models_dir / (of_task.get(purpose) or CLICK_NAME)
    if not (source / WEIGHTS_NAME).is_file():
        return None
    load = load_classifier_card if purpose == "classify" else load_card
    title = load(source / CARD_NAME).title or task.title
    weights_sha256 = file_hash(source / WEIGHTS_NAME)
    known = (each for each in workspace.versions.list(task.id, purpose) if each.origin == "shipped")
    version = next((each for each in known if each.weights_sha256 == weights_sha256), None)
    if version is None:
        kind = {"segment": "shipped", "classify": "shipped-classifier", "click": "shipped-clicks"}[purpose]
        folder = f"versions/{task.slug}/{kind}-{weights_sha256[:12]}"
        with workspace.versions.writing(folder) as to:
            for name in (CARD_NAME, WEIGHTS_NAME):
                write_whole(to / name, (source / name).read_bytes())
        named = f"{title} (shipped)"
        new = NewVersion(folder, weights_sha256, "shipped", who="", title=named, purpose=purpose)
        version = workspace.versions.add(task.id, new)
    if workspace.versions.current(task.id, purpose) is None:
        version = workspace.versions.promote(version.id, who="", why=Reason("shipped"))
    return version
