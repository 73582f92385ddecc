"""One upload on its way in: what its files became, and which image has which name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from core.datasets.matching import slice_stem
from core.imaging.readers.dicom_places import SlicePlace
from core.language.sentence import Sentence
from core.workflows.arrive.kept_answers import kept_answers
from core.workflows.arrive.layouts import image_keys, stem_key
from core.workflows.arrive.planned_file import PlannedFile
from core.workflows.arrive.told_names import ToldNames
from core.workflows.arrive.upload_names import ByName
from core.workspace import ImageRow, TaskClass, Workspace

MaskUse = Literal["reference", "start"]
Status = Literal["added", "already there", "mask added", "left out", "refused"]


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        name: As it came.
        status: "added", "already there", "mask added", "left out" (neither image nor mask) or "refused".
        message: One sentence where there is something to say, such as why it was refused; else empty.
        image_id: The image that it became or belongs to, None where refused.
        notes: Plain sentences on what was done with it.
    """

    name: str
    status: Status
    message: str = ""
    image_id: int | None = None
    notes: tuple[str, ...] = ()


def outcome_of(row: PlannedFile, status: Status, reason: str) -> FileOutcome:
    """What became of a file, and why, in a sentence that names it."""
    return FileOutcome(row.name, status, Sentence("{name}: {reason}.", name=row.name, reason=reason))


class Arrival:
    """One upload of a task; knows which image has which name."""

    def __init__(self, workspace: Workspace, task_id: int, *, mask_use: MaskUse = "reference") -> None:
        self.workspace = workspace
        self.task_id = task_id
        self.mask_use = mask_use
        self.kept = kept_answers(workspace, task_id)
        self.classes = workspace.tasks.get_by_id(task_id).classes
        self.names = ToldNames()
        self.slices: dict[int, SlicePlace] = {}
        self.masked: dict[int, str] = {}  # path of the mask that an image got
        self._by_path: dict[str, set[int]] = {}
        self._names = ByName[int]()
        self._of_task: ByName[int] | None = None

    def __contains__(self, key: object) -> bool:
        """Whether this upload brought, or the task has, an image of that name."""
        return key in self._names.every or key in self._task_names().every

    def remember(self, row: PlannedFile, image_id: int, slices: Iterable[ImageRow] = ()) -> None:
        """An image that a file became, and all of its slices where it has several."""
        self._by_path.setdefault(row.path, set()).add(image_id)
        self._names.add(row.keys, image_id)
        for image in slices:
            self._names.add((slice_key(image),), image.id)

    def images_of(self, row: PlannedFile) -> set[int]:
        """The images that the plan says, else those of this upload or the task that have the name."""
        planned = {each for path in row.images for each in self._by_path.get(path, ())}
        if planned:
            return planned
        for key in row.keys:
            if found := self._names.find(key) or self._task_names().find(key):
                return set(found)
        return set()

    def classes_of(self, row: PlannedFile, data: bytes) -> Sequence[TaskClass]:
        """The task's classes in the order of a mask's numbers."""
        return self.names.in_order(row.path, data, self.classes)

    def paths_of(self, image: str, outlines: str) -> tuple[str, ...]:
        """Of the images of this upload those that a file of outlines means: by their folders, else beside it.

        Args:
            image: As the outlines call it, with what they say of its folders.
            outlines: Path of their file.
        """
        wanted = re.sub(r"^(?:\.{0,2}/)+", "", image)
        found = tuple(path for path in self._by_path if f"/{path}".endswith(f"/{wanted}"))
        folder = PurePosixPath(outlines).parent
        return tuple(path for path in found if PurePosixPath(path).parent == folder) or found

    def _task_names(self) -> ByName[int]:
        if self._of_task is None:
            self._of_task = ByName()
            of_file: dict[str, ImageRow] = {}
            for image in self.workspace.images.list(self.task_id):
                of_file.setdefault(image.sha256, image)
                if image.stack == image.sha256:
                    self._of_task.add((slice_key(image),), image.id)
            for image in of_file.values():
                self._of_task.add(image_keys(image.name), image.id)
        return self._of_task


def slice_key(image: ImageRow) -> str:
    """What a mask calls a slice of a file."""
    return slice_stem(stem_key(image.name), image.frame)
