"""How well the readers of a task agree: with one another, with the mask that counts, and with the model.

Only readings that were made without seeing one another are compared: who began from another's mask agrees
with it by habit. Each comparison is kept in the cache, by the hashes of both masks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import AppError
from core.evaluation.contours import Spacing
from core.imaging.masks import encode_png
from core.registry.predictions import proposed_content
from core.registry.predictors import Predictors
from core.registry.trained_on import images_learnt
from core.review.agreement import Agreement, agree
from core.review.readers import ImageAgreement, ModelAgainstPeople, compare_model
from core.watching import OnProgress, untold
from core.workflows.correct.blind import KEYS, Purpose, readings_of_task
from core.workflows.correct.save_mask import mask_as_shown, read_mask
from core.workflows.correct.slices import pixel_size
from core.workspace import ImageRow, RevisionRow, TaskRow, VersionRow, Workspace
from core.workspace.classes import reading_key
from core.workspace.files.blobs import sha256_of
from core.workspace.names import name_key

Pair = tuple[str, str]
AGREED, MODEL, AGAIN_READ = "", "\N{BULLET}model", "\N{BULLET}again"
"""Stand for the mask that counts, the model in use, and one's own mask of weeks ago; nobody is called so."""


@dataclass
class TaskAgreement:
    """What the images of a task that were read twice say.

    Attributes:
        class_index: The class that is compared, by its value.
        reading: How masks are read as classes now.
        in_mm: Distances and areas are in mm and mm2, since the size of every image's pixels is known; else in
            pixels.
        num_images: Images read twice or more, or again by the same reader.
        readers: Of each pair of readers, in the order of their names.
        with_agreed: Of each reader against the mask that counts, where somebody settled which one that is.
        with_model: Of each reader against what the version in use predicts, on images it has not learnt.
        with_self: Of each reader against what they had drawn of the same image weeks before.
        gold: Of each reader against the gold masks, their first mask of each.
        model: The model against people, None of too few images.
        lost: Images left out since a file is gone.
    """

    class_index: int
    reading: str
    in_mm: bool = False
    num_images: int = 0
    readers: dict[Pair, list[ImageAgreement]] = field(default_factory=dict)
    with_agreed: dict[Pair, list[ImageAgreement]] = field(default_factory=dict)
    with_model: dict[Pair, list[ImageAgreement]] = field(default_factory=dict)
    with_self: dict[Pair, list[ImageAgreement]] = field(default_factory=dict)
    gold: dict[str, list[ImageAgreement]] = field(default_factory=dict)
    model: ModelAgainstPeople | None = None
    lost: int = 0


@dataclass(frozen=True)
class _Mask:
    """A mask with what names it in the cache."""

    key: str
    read: Callable[[], NDArray[np.uint8]]


@dataclass(frozen=True)
class _Comparing:
    """Compares two masks of an image, and notes how well they agree."""

    workspace: Workspace
    found: TaskAgreement

    def note(
        self, to: dict[Any, list[ImageAgreement]], name: Any, image: ImageRow, one: _Mask, other: _Mask
    ) -> float:
        """The Dice of two masks, with all that is measured noted under a name."""
        found = self.found
        spacing = spacing_to_compare(self.workspace, image) if found.in_mm else None

        def measure() -> bytes:
            return json.dumps(asdict(agree(one.read(), other.read(), found.class_index, spacing))).encode()

        unit = "" if spacing is None else f"-{spacing[0]:g}-{spacing[1]:g}"
        key = f"agreement-{one.key[:20]}-{other.key[:20]}-{found.class_index}-{found.reading}{unit}"
        agreement = Agreement(**json.loads(self.workspace.cache.get_or_make(image.sha256, key, measure)))
        to.setdefault(name, []).append(ImageAgreement(image.id, image.name, image.group_id, agreement))
        return agreement.dice

    def note_beside(
        self, to: dict[Any, list[ImageAgreement]], name: Any, own: RevisionRow, before: RevisionRow
    ) -> bool:
        """The same of a reading and the mask that it stands beside; False where a file is gone."""
        try:
            image = self.workspace.images.get(own.image_id)
            self.note(to, name, image, self.saved(own), self.saved(before))
        except AppError:
            self.found.lost += 1
            return False
        return True

    def saved(self, revision: RevisionRow) -> _Mask:
        """A saved mask."""
        return _Mask(revision.mask_file, lambda: read_mask(self.workspace, revision))


def measure_agreement(
    workspace: Workspace,
    task: TaskRow,
    predictors: Predictors,
    *,
    class_index: int = 1,
    without: Collection[int] = (),
    on_progress: OnProgress = untold,
) -> TaskAgreement:
    """Compare all readings of a task.

    Args:
        class_index: The class that is compared, by its value.
        without: Images that are left out, but of the comparison with gold masks.
        on_progress: Called with images done and all images.
    """
    of_task = readings_of_task(workspace, task.id)
    readings = {image_id: each for image_id, each in of_task.items() if image_id not in without}
    again, gold = _readings_beside(workspace, task.id, "again"), _readings_beside(workspace, task.id, "gold")
    again = [each for each in again if each[0].image_id not in without]
    images = {*readings, *(each.image_id for each, _ in again + gold)}
    found = TaskAgreement(class_index, reading_key(task.all_classes), _all_in_mm(workspace, images))
    version = workspace.versions.current(task.id)
    learnt = set() if version is None else images_learnt(workspace, version)
    truths = workspace.truth.of_task(task.id)
    comparing = _Comparing(workspace, found)
    people: list[float] = []
    model: list[float] = []
    groups: list[int] = []
    for done, (image_id, of_image) in enumerate(readings.items(), start=1):
        try:
            image = workspace.images.get(image_id)
            masks = [(each.who, comparing.saved(each)) for each in of_image.all]
            between = [
                comparing.note(found.readers, (first, second), image, one, other)
                for (first, one), (second, other) in combinations(sorted(masks, key=lambda each: each[0]), 2)
            ]
            if of_image.is_settled and image_id in truths:
                for who, mask in masks:
                    comparing.note(
                        found.with_agreed, (who, AGREED), image, mask, comparing.saved(truths[image_id])
                    )
            if version is not None and image_id not in learnt:
                predicted = _predicted(workspace, image, version, predictors)
                with_model = [
                    comparing.note(found.with_model, (who, MODEL), image, mask, predicted)
                    for who, mask in masks
                ]
                people.append(float(np.mean(between)))
                model.append(float(np.mean(with_model)))
                groups.append(image.group_id)
            found.num_images += 1
        except AppError:
            found.lost += 1
        on_progress(done, len(readings))
    found.model = compare_model(people, model, groups)
    for own, before in _first_of_each(again):
        found.num_images += comparing.note_beside(found.with_self, (own.who, AGAIN_READ), own, before)
    is_gold = {each.id for each in workspace.images.list(task.id, "corrected") if each.gold_revision_id}
    for own, before in _first_of_each(gold):
        if own.image_id in is_gold:
            comparing.note_beside(found.gold, own.who, own, before)
    return found


def _readings_beside(
    workspace: Workspace, task_id: int, purpose: Purpose
) -> list[tuple[RevisionRow, RevisionRow]]:
    """The blind readings of a task for a purpose, each with the mask that it stands beside; oldest first."""
    key = KEYS[purpose]
    by_id = {each.id: each for each in workspace.masks.naming(task_id, key)}
    named = [each for each in by_id.values() if key in each.provenance and each.origin == "person"]
    return [(each, by_id[int(each.provenance[key])]) for each in named if each.provenance[key] in by_id]


def _first_of_each(readings: list[tuple[RevisionRow, RevisionRow]]) -> list[tuple[RevisionRow, RevisionRow]]:
    """Of each reader the first reading beside a mask: what is saved after it was begun on the first one."""
    kept: dict[tuple[int, str], tuple[RevisionRow, RevisionRow]] = {}
    for own, before in readings:
        kept.setdefault((before.id, name_key(own.who)), (own, before))
    return list(kept.values())


def _all_in_mm(workspace: Workspace, image_ids: set[int]) -> bool:
    """Whether the size of every image's pixels is known: numbers in two units have no mean."""
    images = [workspace.images.get(each) for each in image_ids]
    return bool(images) and all(spacing_to_compare(workspace, each) is not None for each in images)


def spacing_to_compare(workspace: Workspace, image: ImageRow) -> Spacing | None:
    """Height and width of an image's pixels in mm; None where nobody says, or a millimetre is no measure."""
    geometry = pixel_size(workspace, image)
    if geometry is None or geometry.is_microscopic:
        return None
    return geometry.row_mm, geometry.column_mm


def _predicted(workspace: Workspace, image: ImageRow, version: VersionRow, predictors: Predictors) -> _Mask:
    mask = mask_as_shown(workspace, image, proposed_content(workspace, version), predictors)
    return _Mask(sha256_of(encode_png(mask)), lambda: mask)
