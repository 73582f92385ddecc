"""Does a candidate make better masks than the version in use? Both predict the locked images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.evidence import MOST_LOSS, Decision
from core.evaluation.scores import dice_of
from core.imaging.class_table import UNDEFINED
from core.reasons import Reason
from core.registry.compared import Compared, each_locked
from core.registry.predictions import kept_proposal, threshold_of
from core.registry.predictors import Predictors
from core.workspace import ImageRow, TaskRow, VersionRow, Workspace
from core.workspace.classes import reading_table


@dataclass(frozen=True)
class ImageComparison:
    """One locked image.

    Attributes:
        old: Dice of the version in use, in [0, 1]; that of an empty mask where there is none.
        new: Dice of the candidate, in [0, 1].
        group: What it must not be separated from; 0 in comparisons from before there were groups.
        old_of: Dice of the version in use for each class, in the order of `Comparison.classes`.
        new_of: That of the candidate.
        there: Whether each class is in the mask; empty in comparisons from before that was kept.
    """

    image_id: int
    name: str
    old: float
    new: float
    group: int = 0
    old_of: tuple[float, ...] = ()
    new_of: tuple[float, ...] = ()
    there: tuple[bool, ...] = ()


@dataclass(frozen=True)
class ClassChange:
    """Dice of one class on the locked images: `old` of the version in use, `new` of the candidate."""

    name: str
    old: float
    new: float


@dataclass(frozen=True)
class Comparison(Compared):
    """By Dice, mean over groups of their images' means.

    Attributes:
        old_threshold: In [0, 1]; on the card of the version in use (without one an empty mask is compared).
        new_threshold: In [0, 1]; on the candidate's card.
        classes: Names of the task's classes where it has several; an image's Dice is then their mean.
    """

    score = "Dice"

    images: tuple[ImageComparison, ...] = ()
    old_threshold: float = 0.5
    new_threshold: float = 0.5
    classes: tuple[str, ...] = ()

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
                self._mean([each.old_of[place] for each in self.images]) or 0.0,
                self._mean([each.new_of[place] for each in self.images]) or 0.0,
            )
            for place, name in enumerate(self.classes if self.images else ())
        )

    @property
    def not_there(self) -> tuple[str, ...]:
        """The classes that are in no mask of the locked images: on those their Dice is 1 or 0, no more."""
        kept = [each.there for each in self.images if each.there]
        found = enumerate(self.classes if kept else ())
        return tuple(name for place, name in found if not any(there[place] for there in kept))

    @property
    def why(self) -> Reason:
        """The decision with its numbers."""
        told, worst = super().why, self.worst_class
        if worst is None or self.evidence.decision != "promote":
            return told
        facts = {"class": worst.name, "class_old": worst.old, "class_new": worst.new, "most": MOST_LOSS}
        return Reason("class_worse", {**told.facts, **facts})


def compare(
    workspace: Workspace, new: VersionRow, old: VersionRow | None, predictors: Predictors, **watching: Any
) -> Comparison | None:
    """Both versions on the task's locked images, against the newest mask that a person saved of each.

    What nobody decided or checked of a mask does not count. A class that is neither there nor found scores 1.
    The version in use is not asked again where its prediction is kept.

    Args:
        **watching: `on_progress` and `should_stop` of `each_locked`.

    Raises:
        BadModelError: A model is missing or broken.
    """
    task = workspace.tasks.get_by_id(new.task_id)

    def row_of(image: ImageRow, reference: NDArray[Any]) -> ImageComparison:
        old_of, new_of = (
            _dice_of(task, _predicted(workspace, image, version, task, predictors), reference)
            for version in (old, new)
        )
        means = (sum(old_of) / len(old_of), sum(new_of) / len(new_of))
        there = tuple(bool((reference == each.value).any()) for each in task.classes)
        return ImageComparison(image.id, image.name, *means, image.group_id, old_of, new_of, there)

    rows = each_locked(workspace, new.task_id, row_of, **watching)
    if rows is None:
        return None
    return Comparison(
        old_version_id=None if old is None else old.id,
        new_version_id=new.id,
        images=rows,
        old_threshold=threshold_of(workspace, old),
        new_threshold=threshold_of(workspace, new),
        classes=tuple(each.name for each in task.classes) if len(task.classes) > 1 else (),
    )


def _predicted(
    workspace: Workspace, image: ImageRow, version: VersionRow | None, task: TaskRow, predictors: Predictors
) -> NDArray[np.uint8]:
    """What a version says at its own threshold, by class values; nothing where there is no version."""
    if version is None:
        return np.zeros((image.facts.height, image.facts.width), np.uint8)
    proposed = kept_proposal(workspace, image, version, predictors)
    return reading_table(task.all_classes)[proposed.mask(threshold_of(workspace, version))]


def _dice_of(task: TaskRow, predicted: NDArray[np.uint8], reference: NDArray[Any]) -> tuple[float, ...]:
    """Dice of each class of the task where the reference is decided."""
    ignore = reference == UNDEFINED
    return tuple(dice_of(predicted == each.value, reference == each.value, ignore) for each in task.classes)
