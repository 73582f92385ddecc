"""Is the candidate better than the version in use? Both predict the locked images; the numbers decide.

Locked images are never trained on, by any version of the task made here. Each model is taken at the
threshold that its own card suggests, since that is how a person meets it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.config import from_dict, to_dict
from core.evaluation.scores import score_mask
from core.imaging.decode import DecodedImage, decode_image
from core.imaging.masks import quantise, threshold_mask
from core.registry.predictors import PredictorLike, Predictors
from core.workspace import VersionRow, Workspace

MIN_LOCKED = 3
"""Fewer locked images do not decide by themselves."""

Decision = Literal["promote", "keep", "ask"]


@dataclass(frozen=True)
class ImageComparison:
    """One locked image.

    Attributes:
        image_id: The image.
        name: Its file name.
        old: Dice of the version in use, in [0, 1]; that of an empty mask where there is none.
        new: Dice of the candidate, in [0, 1].
    """

    image_id: int
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
    """

    old_version_id: int | None
    new_version_id: int
    old_threshold: float
    new_threshold: float
    images: tuple[ImageComparison, ...] = ()

    @property
    def mean_old(self) -> float | None:
        """Mean Dice of the version in use, None without images."""
        return float(np.mean([each.old for each in self.images])) if self.images else None

    @property
    def mean_new(self) -> float | None:
        """Mean Dice of the candidate, None without images."""
        return float(np.mean([each.new for each in self.images])) if self.images else None

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
) -> Comparison:
    """Both versions on the task's locked images, against the newest mask that a person saved of each.

    Args:
        workspace: The store.
        new: The candidate.
        old: The version in use, None where there is none.
        predictors: Loaded models.
        on_progress: Called with images done and all images.

    Raises:
        BadModelError: A model is missing or broken.
    """
    new_model = predictors.get(workspace.versions.open(new))
    old_model = None if old is None else predictors.get(workspace.versions.open(old))
    masks = workspace.truth.of_task(new.task_id)
    locked = [image for image in workspace.images.list(new.task_id, "locked") if image.id in masks]
    locked.sort(key=lambda image: image.corrected_rank or 0)
    rows = []
    for done, image in enumerate(locked, start=1):
        decoded = decode_image(workspace.files.read(image.file), image.name)
        reference = decode_image(workspace.masks.read_mask_png(masks[image.id]), image.name).values
        old_dice = _dice(old_model, decoded, reference)
        rows.append(ImageComparison(image.id, image.name, old_dice, _dice(new_model, decoded, reference)))
        if on_progress is not None:
            on_progress(done, len(locked))
    return Comparison(
        old_version_id=None if old is None else old.id,
        new_version_id=new.id,
        old_threshold=0.5 if old_model is None else old_model.card.threshold,
        new_threshold=new_model.card.threshold,
        images=tuple(rows),
    )


def decide(comparison: Comparison) -> Decision:
    """What follows: "promote" or "keep" with at least three locked images, "ask" the person with fewer.

    Only a higher mean Dice promotes; an equal one keeps what is in use.
    """
    old, new = comparison.mean_old, comparison.mean_new
    if old is None or new is None or len(comparison.images) < MIN_LOCKED:
        return "ask"
    return "promote" if new > old else "keep"


def reason(comparison: Comparison) -> str:
    """The decision in one sentence, with its numbers."""
    old, new, count = comparison.mean_old, comparison.mean_new, len(comparison.images)
    if old is None or new is None:
        return "There is no locked image yet to compare on, so the person decides."
    images = "1 locked image" if count == 1 else f"{count} locked images"
    numbers = f"On {images} the mean Dice is {new:.4f}, and {old:.4f} for the version in use"
    decision = decide(comparison)
    if decision == "ask":
        return f"{numbers}; fewer than {MIN_LOCKED} images do not decide, so the person does."
    worse = "no image got worse" if not comparison.num_worse else f"{comparison.num_worse} got worse"
    return f"{numbers}; {worse}." if decision == "promote" else f"{numbers}, so that one stays; {worse}."


def _dice(model: PredictorLike | None, image: DecodedImage, reference: NDArray[Any]) -> float:
    if model is None:
        predicted = np.zeros(reference.shape, bool)
    else:
        predicted = threshold_mask(quantise(model.predict(image)), model.card.threshold)
    return float(score_mask(predicted, reference != 0)["dice"] or 0.0)
