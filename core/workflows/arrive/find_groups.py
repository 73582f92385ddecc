"""Which images of a task belong together: found in files and names, and kept as groups of the store.

What a file tells (its pixels, whom DICOM names, how it looks) is kept in the cache, so that looking again
decodes only what is new. What a person took out of a group by hand stays out; nothing is parted here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.datasets.groups import keys_by_pattern, link_images
from core.datasets.signs import Signs, signs_of
from core.errors import AppError, BadFileError, LostFileError
from core.jobs import queue
from core.jobs.kinds import JobContext
from core.language.sentence import Sentence
from core.registry.decoded import decode
from core.workflows.arrive.group_table import groups_of_table
from core.workspace import GroupKind, ImageRow, JobRow, Workspace

KIND = "find_groups"
_SIGNS = "signs-1"
# What names a group, the most telling first; likeness is left where nothing is shared.
_KIND_OF: dict[str, GroupKind] = {
    "patient": "patient",
    "study": "study",
    "column": "column",
    "name": "pattern",
    "pixels": "same_pixels",
}
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class FoundGroups:
    """What looking found.

    Attributes:
        num_images: Images of the task.
        num_groups: Groups that they are in now.
        newly_locked: Images that turned out to belong to a locked group; they leave training.
    """

    num_images: int
    num_groups: int
    newly_locked: tuple[int, ...] = ()


def start_find_groups(workspace: Workspace, task_id: int, *, who: str) -> JobRow:
    """Look in the background; returns at once."""
    return queue.submit(workspace, KIND, task_id, {}, who=who)


def run_job(context: JobContext) -> dict[str, Any]:
    """The worker's part."""

    def told(done: int, total: int) -> None:
        if done % 20 == 0 or done == total:
            context.report(
                message=Sentence("Looking at images: {done} of {total}", done=done, total=total),
                epoch=done,
                num_epochs=total,
            )

    found = find_groups(
        context.workspace, context.job.task_id or 0, on_progress=told, should_stop=context.should_stop
    )
    if found is None:
        return {}
    return {"images": found.num_images, "groups": found.num_groups, "newly_locked": list(found.newly_locked)}


def find_groups(
    workspace: Workspace,
    task_id: int,
    *,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> FoundGroups | None:
    """Put the images of a task together that must not be separated.

    Args:
        on_progress: Called with images looked at and all images.
        should_stop: Asked before each image.

    Returns:
        None where it was stopped; what was looked at by then is kept for the next time.
    """
    images = workspace.images.list(task_id)
    groups = {group.id: group for group in workspace.groups.list(task_id)}
    # Alone in a group made by hand: a person took it out.
    images_in = Counter(image.group_id for image in images)
    linked = [
        image for image in images if groups[image.group_id].kind != "hand" or images_in[image.group_id] > 1
    ]
    signs: list[Signs | None] = []
    for done, image in enumerate(linked, start=1):
        if should_stop is not None and should_stop():
            return None
        signs.append(_signs(workspace, image))
        if on_progress is not None:
            on_progress(done, len(linked))
    if not linked:
        return FoundGroups(len(images), len(images_in))
    named = _named(workspace, linked, workspace.tasks.get_by_id(task_id).group_rule)
    keys = [
        [*key, *(own.keys if own else ()), f"group:{image.group_id}"]
        for image, key, own in zip(linked, named, signs, strict=True)
    ]
    nothing = np.zeros(256, np.float32)
    result = link_images(keys, [nothing if own is None else own.fingerprint for own in signs])
    newly_locked: list[int] = []
    for number in np.unique(result.numbers).tolist():
        places = np.flatnonzero(result.numbers == number).tolist()
        together = [linked[place] for place in places]
        if len({image.group_id for image in together}) > 1:
            kind, key, name = _what_holds([keys[place] for place in places], together)
            moved = workspace.groups.assign([image.id for image in together], kind=kind, key=key, name=name)
            newly_locked += moved.newly_locked
    num_groups = len({image.group_id for image in workspace.images.list(task_id)})
    return FoundGroups(len(images), num_groups, tuple(sorted(newly_locked)))


def keys_of_names(names: Sequence[str], pattern: str) -> list[str]:
    """The key that each file name gives by a task's pattern, "" where it gives none.

    Raises:
        AppError: It is no pattern, or fits none of the names.
    """
    return keys_by_pattern([PurePath(name).stem for name in names], pattern)


def _named(workspace: Workspace, images: Sequence[ImageRow], rule: dict[str, Any] | None) -> list[list[str]]:
    """What the task's pattern and its table say of each image."""
    names = [image.name for image in images]
    pattern = (rule or {}).get("pattern", "")
    keys: list[list[str]] = [[] for _ in images]
    sources: dict[str, Callable[[], list[str]]] = {
        "name": lambda: keys_of_names(names, pattern) if pattern else [],
        "column": lambda: groups_of_table(workspace, rule, names),
    }
    for source, find in sources.items():
        # It fitted when it was given; the images that it fitted, or the file, may be gone.
        with suppress(AppError):
            for own, key in zip(keys, find(), strict=False):
                own += [f"{source}:{key}"] if key else []
    return keys


def _what_holds(keys: Sequence[Sequence[str]], together: Sequence[ImageRow]) -> tuple[GroupKind, str, str]:
    """Kind, key and name of a group: the most telling thing that two of its images share."""
    counts = Counter(key for own in keys for key in own)
    for prefix, kind in _KIND_OF.items():
        shared = [key for key, count in counts.items() if count > 1 and key.startswith(f"{prefix}:")]
        if shared:
            key = max(shared, key=lambda each: counts[each])
            return kind, key, key.partition(":")[2] if kind in ("pattern", "column") else ""
    return "alike", together[0].sha256, ""


def _signs(workspace: Workspace, image: ImageRow) -> Signs | None:
    """None for an image that cannot be read, which stays in the group that it is in."""

    def make() -> bytes:
        found = signs_of(
            workspace.files.read(image.file),
            image.name,
            decode(workspace, image),
            salt=workspace.groups.salt(),
        )
        told = {"pixels": found.pixels, "of_whom": found.of_whom, "looks": found.fingerprint.tolist()}
        return json.dumps(told).encode()

    try:
        told = json.loads(workspace.cache.get_or_make(image.sha256, image.cache_kind(_SIGNS), make))
    except (LostFileError, BadFileError):
        return None
    looks: NDArray[np.float32] = np.array(told["looks"], np.float32)
    return Signs(told["pixels"], tuple(told["of_whom"]), looks)
