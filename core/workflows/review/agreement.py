"""How well the readers of a task agree: with one another, with the mask that counts, and with the model.

Only readings that were made without seeing one another are compared: who began from another's mask agrees
with it by habit. Each comparison is kept in the cache, by the hashes of both masks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.errors import AppError
from core.imaging.masks import encode_png
from core.registry.predictions import card_of
from core.registry.predictors import Predictors
from core.registry.trained_on import images_learnt
from core.review.agreement import Agreement, agree
from core.review.readers import ImageAgreement, ModelAgainstPeople, compare_model
from core.review.second_reading import Readings
from core.workflows.correct.save_mask import mask_as_shown, read_mask
from core.workflows.review.second_reading import readings_of_task
from core.workspace import DraftContent, ImageRow, RevisionRow, TaskRow, VersionRow, Workspace
from core.workspace.blobs import sha256_of

Pair = tuple[str, str]
AGREED, MODEL = "", "\N{BULLET}model"
"""Stand for the mask that counts and for the model in use; no person is called so."""


@dataclass
class TaskAgreement:
    """What the images of a task that were read twice say.

    Attributes:
        class_index: The class that is compared.
        num_images: Images read twice or more.
        readers: Of each pair of readers, in the order of their names.
        with_agreed: Of each reader against the mask that counts, where somebody settled which one that is.
        with_model: Of each reader against what the version in use predicts, on images it has not learnt.
        model: The model against people, None of too few images.
        lost: Images left out since a file is gone.
    """

    class_index: int
    num_images: int = 0
    readers: dict[Pair, list[ImageAgreement]] = field(default_factory=dict)
    with_agreed: dict[Pair, list[ImageAgreement]] = field(default_factory=dict)
    with_model: dict[Pair, list[ImageAgreement]] = field(default_factory=dict)
    model: ModelAgainstPeople | None = None
    lost: int = 0


@dataclass(frozen=True)
class _Mask:
    """A mask with what names it in the cache."""

    key: str
    read: Callable[[], NDArray[np.uint8]]


def measure_agreement(
    workspace: Workspace,
    task: TaskRow,
    predictors: Predictors,
    *,
    class_index: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> TaskAgreement:
    """Compare all readings of a task.

    Args:
        workspace: The store.
        task: The task.
        predictors: Loaded models.
        class_index: The class that is compared.
        on_progress: Called with images done and all images.
    """
    found = TaskAgreement(class_index)
    version = workspace.versions.current(task.id)
    learnt = set() if version is None else images_learnt(workspace, version)
    truths = workspace.truth.of_task(task.id)
    people: list[float] = []
    model: list[float] = []
    groups: list[int] = []
    readings = readings_of_task(workspace, task.id)
    for done, (image_id, of_image) in enumerate(readings.items(), start=1):
        try:
            image = workspace.images.get(image_id)
            between = _readers(workspace, found, image, of_image)
            if of_image.is_settled and image_id in truths:
                _agreed(workspace, found, image, of_image, truths[image_id])
            if version is not None and image_id not in learnt:
                with_model = _model(workspace, found, image, of_image, version, predictors)
                people.append(float(np.mean(between)))
                model.append(float(np.mean(with_model)))
                groups.append(image.group_id)
            found.num_images += 1
        except AppError:
            found.lost += 1
        if on_progress is not None:
            on_progress(done, len(readings))
    found.model = compare_model(people, model, groups)
    return found


def _readers(workspace: Workspace, found: TaskAgreement, image: ImageRow, readings: Readings) -> list[float]:
    dices = []
    for one, other in combinations(sorted(readings.all, key=lambda each: each.who), 2):
        agreement = _compare(workspace, image, _saved(workspace, one), _saved(workspace, other), found)
        found.readers.setdefault((one.who, other.who), []).append(_of(image, agreement))
        dices.append(agreement.dice)
    return dices


def _agreed(
    workspace: Workspace, found: TaskAgreement, image: ImageRow, readings: Readings, truth: RevisionRow
) -> None:
    for each in readings.all:
        agreement = _compare(workspace, image, _saved(workspace, each), _saved(workspace, truth), found)
        found.with_agreed.setdefault((each.who, AGREED), []).append(_of(image, agreement))


def _model(
    workspace: Workspace,
    found: TaskAgreement,
    image: ImageRow,
    readings: Readings,
    version: VersionRow,
    predictors: Predictors,
) -> list[float]:
    content = DraftContent(card_of(workspace, version).threshold, None, version.id)
    mask = mask_as_shown(workspace, image, content, predictors)
    predicted = _Mask(sha256_of(encode_png(mask)), lambda: mask)
    dices = []
    for each in readings.all:
        agreement = _compare(workspace, image, _saved(workspace, each), predicted, found)
        found.with_model.setdefault((each.who, MODEL), []).append(_of(image, agreement))
        dices.append(agreement.dice)
    return dices


def _saved(workspace: Workspace, revision: RevisionRow) -> _Mask:
    return _Mask(revision.mask_file, lambda: read_mask(workspace, revision))


def _compare(
    workspace: Workspace, image: ImageRow, one: _Mask, other: _Mask, found: TaskAgreement
) -> Agreement:
    def measure() -> bytes:
        return json.dumps(asdict(agree(one.read(), other.read(), found.class_index))).encode()

    key = f"agreement-{one.key[:20]}-{other.key[:20]}-{found.class_index}"
    return Agreement(**json.loads(workspace.cache.get_or_make(image.sha256, key, measure)))


def _of(image: ImageRow, agreement: Agreement) -> ImageAgreement:
    return ImageAgreement(image.id, image.name, image.group_id, agreement)
