"""Is the candidate better than the version in use? Both predict the locked images; the numbers decide.

Locked images are never trained on, by any version of the task made here. Each model is taken at the
threshold that its own card suggests, since that is how a person meets it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import from_dict, to_dict
from core.evaluation.evidence import MOST_LOSS, Decision, Evidence, mean_over_groups, weigh
from core.evaluation.scores import count_pixels, scores_of_counts
from core.imaging.class_table import UNDEFINED
from core.imaging.decode import decode_image
from core.reasons import Reason
from core.registry.predictions import card_of, kept_proposal
from core.registry.predictors import Predictors
from core.registry.verdict import reason_of
from core.workspace import ImageRow, TaskRow, VersionRow, Workspace
from core.workspace.classes import reading_table


@dataclass(frozen=True)
class ImageComparison:
    """One locked image.

    Attributes:
        image_id: The image.
        name: Its file name.
        old: Dice of the version in use, in [0, 1]; that of an empty mask where there is none.
        new: Dice of the candidate, in [0, 1].
        group: What it must not be separated from; 0 in comparisons from before there were groups.
        old_of: Dice of the version in use for each class, in the order of `Comparison.classes`.
        new_of: That of the candidate.
    """

    image_id: int
    name: str
    old: float
    new: float
    group: int = 0
    old_of: tuple[float, ...] = ()
    new_of: tuple[float, ...] = ()


@dataclass(frozen=True)
class ClassChange:
    """Dice of one class on the locked images: `old` of the version in use, `new` of the candidate."""

    name: str
    old: float
    new: float


@dataclass(frozen=True)
class Comparison:
    """A candidate beside the version in use, on the same locked images.

    Attributes:
        old_version_id: Version in use, None where there is none (an empty mask is compared with).
        new_version_id: The candidate.
        old_threshold: In [0, 1]; on the card of the version in use.
        new_threshold: In [0, 1]; on the candidate's card.
        images: One row an image, in order of their ranks.
        classes: Names of the task's classes where it has several; an image's Dice is then their mean.
    """

    old_version_id: int | None
    new_version_id: int
    old_threshold: float
    new_threshold: float
    images: tuple[ImageComparison, ...] = ()
    classes: tuple[str, ...] = ()

    @property
    def mean_old(self) -> float | None:
        """Dice of the version in use, mean over groups of their images' means; None without images."""
        return mean_over_groups([each.old for each in self.images], self._groups)

    @property
    def mean_new(self) -> float | None:
        """The candidate's, likewise."""
        return mean_over_groups([each.new for each in self.images], self._groups)

    @property
    def evidence(self) -> Evidence:
        """Whether the candidate is better beyond chance."""
        return weigh([each.new - each.old for each in self.images], self._groups)

    @property
    def decision(self) -> Decision:
        """What follows from the evidence; a class that got worse by more than `MOST_LOSS` leaves it open."""
        decided = self.evidence.decision
        return "ask" if decided == "promote" and self.worst_class is not None else decided

    @property
    def worst_class(self) -> ClassChange | None:
        """The class that lost most, None where none lost more than `MOST_LOSS`."""
        worst = min(self.changes, key=lambda each: each.new - each.old, default=None)
        return None if worst is None or worst.new - worst.old >= -MOST_LOSS else worst

    @property
    def changes(self) -> tuple[ClassChange, ...]:
        """Dice of each class before and now, mean over groups; empty with one class or without images."""
        return tuple(
            ClassChange(
                name,
                mean_over_groups([each.old_of[place] for each in self.images], self._groups) or 0.0,
                mean_over_groups([each.new_of[place] for each in self.images], self._groups) or 0.0,
            )
            for place, name in enumerate(self.classes if self.images else ())
        )

    @property
    def why(self) -> Reason:
        """The decision with its numbers."""
        worst = self.worst_class
        if worst is not None and self.evidence.decision == "promote":
            facts = {"class": worst.name, "class_old": worst.old, "class_new": worst.new, "most": MOST_LOSS}
            return Reason("class_worse", {**reason_of(self, "Dice").facts, **facts})
        return reason_of(self, "Dice")

    @property
    def _groups(self) -> list[int]:
        return [each.group or each.image_id for each in self.images]

    @property
    def num_better(self) -> int:
        """Images on which the candidate has the higher Dice."""
        return sum(each.new > each.old for each in self.images)

    @property
    def num_worse(self) -> int:
        """Images on which the candidate has the lower Dice."""
        return sum(each.new < each.old for each in self.images)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        return to_dict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Comparison:
        """Back from `to_dict`.

        Raises:
            ValueError: Another version of this program wrote it.
        """
        return from_dict(cls, values)


def compare(
    workspace: Workspace,
    new: VersionRow,
    old: VersionRow | None,
    predictors: Predictors,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Comparison | None:
    """Both versions on the task's locked images, against the newest mask that a person saved of each.

    What nobody decided or checked of a mask does not count. A class that is neither there nor found scores 1.

    The version in use is not asked again where its prediction is kept.

    Args:
        workspace: The store.
        new: The candidate.
        old: The version in use, None where there is none.
        predictors: Loaded models.
        on_progress: Called with images done and all images.
        should_stop: Asked before each image.

    Returns:
        None where it was stopped.

    Raises:
        BadModelError: A model is missing or broken.
    """
    masks = workspace.truth.of_task(new.task_id)
    locked = [image for image in workspace.images.list(new.task_id, "locked") if image.id in masks]
    locked.sort(key=lambda image: image.corrected_rank or 0)
    task = workspace.tasks.get_by_id(new.task_id)
    rows = []
    for done, image in enumerate(locked, start=1):
        if should_stop is not None and should_stop():
            return None
        reference = decode_image(workspace.masks.read_mask_png(masks[image.id]), image.name).values
        old_of, new_of = (
            _dice_of(task, _predicted(workspace, image, version, task, predictors), reference)
            for version in (old, new)
        )
        rows.append(
            ImageComparison(
                image.id,
                image.name,
                sum(old_of) / len(old_of),
                sum(new_of) / len(new_of),
                image.group_id,
                old_of,
                new_of,
            )
        )
        if on_progress is not None:
            on_progress(done, len(locked))
    return Comparison(
        old_version_id=None if old is None else old.id,
        new_version_id=new.id,
        old_threshold=0.5 if old is None else card_of(workspace, old).threshold,
        new_threshold=card_of(workspace, new).threshold,
        images=tuple(rows),
        classes=tuple(each.name for each in task.classes) if len(task.classes) > 1 else (),
    )


def _predicted(
    workspace: Workspace,
    image: ImageRow,
    version: VersionRow | None,
    task: TaskRow,
    predictors: Predictors,
) -> NDArray[np.uint8]:
    """What a version says at its own threshold, by class values; nothing where there is no version."""
    if version is None:
        return np.zeros((image.facts.height, image.facts.width), np.uint8)
    proposed = kept_proposal(workspace, image, version, predictors)
    return reading_table(task.all_classes)[proposed.mask(card_of(workspace, version).threshold)]


def _dice_of(task: TaskRow, predicted: NDArray[np.uint8], reference: NDArray[Any]) -> tuple[float, ...]:
    """Dice of each class of the task where the reference is decided."""
    ignore = reference == UNDEFINED
    return tuple(
        scores_of_counts(count_pixels(predicted == each.value, reference == each.value, ignore))["dice"]
        for each in task.classes
    )
