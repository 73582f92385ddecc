"""Change what can be painted in a task: what that does to masks and drafts, and when it has to wait."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image

from core.correction.corrections import FOREGROUND
from core.errors import StoreError
from core.workspace import ACTIVE, TaskClass, TaskRow, Workspace
from core.workspace.classes import reading_table

_LEARNING = ("fine_tune", "fine_tune_clicks", "experiment")


def num_masks_with(workspace: Workspace, task: TaskRow) -> Counter[int]:
    """How many of the masks that count hold each class now, by its value; one pass for all classes."""
    read_as = reading_table(task.all_classes)
    counts: Counter[int] = Counter()
    for provenance, foreground in workspace.truth.told_of(task.id):
        areas = provenance.get("pixels_of_class")
        if areas is None:
            # From before there were several classes: all foreground was the first one.
            areas = {"1": 1} if foreground > 0 else {}
        counts.update({int(read_as[int(found)]) for found in areas})
    return counts


def num_drafts_with(workspace: Workspace, task: TaskRow) -> Counter[int]:
    """In how many drafts that are not saved yet each class is drawn, by its value."""
    read_as = reading_table(task.all_classes)
    counts: Counter[int] = Counter()
    for layer_png in workspace.drafts.unsaved_layers(task.id):
        counts.update({int(read_as[value]) for value in _drawn_in(layer_png)})
    return counts


def set_classes(workspace: Workspace, task_id: int, classes: Sequence[TaskClass], *, who: str) -> TaskRow:
    """Keep another list of classes; no mask on disk is changed.

    Raises:
        StoreError: The list cannot be kept, or a class would go that a running job is learning.
    """
    before = workspace.tasks.get_by_id(task_id)
    after = {each.value for each in classes if each.becomes is None}
    going = [each for each in before.classes if each.value not in after]
    if going and workspace.jobs.list(task_id, kinds=_LEARNING, status=ACTIVE):
        raise StoreError(
            'A running job is learning "{name}"; wait until it has ended, or stop it first.',
            name=going[0].name,
        )
    return workspace.tasks.set_classes(task_id, classes, who=who)


@lru_cache(maxsize=1024)
def _drawn_in(layer_png: bytes) -> frozenset[int]:
    """The classes in a layer of the store, by their values; kept, as the list of classes is drawn often."""
    with Image.open(io.BytesIO(layer_png), formats=["PNG"]) as picture:
        pixels = picture.histogram()
    return frozenset(value - 1 for value, count in enumerate(pixels) if count and value >= FOREGROUND)
