"""A candidate beside the version in use on the locked images: what comparisons of masks and labels share.

Locked images are never trained on, by any version of the task made here. Each model is taken at the threshold
that its own card suggests, since that is how a person meets it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, Self, TypeVar

from numpy.typing import NDArray

from core.config import from_dict
from core.evaluation.evidence import FEWEST_GROUPS, LEAST_GAIN, Decision, Evidence, mean_over_groups, weigh
from core.imaging.decode import read_png
from core.reasons import Reason
from core.watching import OnProgress, never, untold
from core.workspace import ImageRow, Workspace

Row = TypeVar("Row")


@dataclass(frozen=True)
class Compared:
    """A candidate beside the version in use, on the same locked images.

    Attributes:
        old_version_id: Version in use, None where there is none.
        new_version_id: The candidate.
        images: One row an image, in order of their ranks, with "image_id" and "group", and "old" and "new" of
            the two versions.
    """

    score: ClassVar[str]
    """What the means are called."""

    old_version_id: int | None
    new_version_id: int
    images: tuple[Any, ...] = ()

    @property
    def mean_old(self) -> float | None:
        """The score of the version in use, None without images."""
        return self._mean(self._scores("old"))

    @property
    def mean_new(self) -> float | None:
        """The candidate's, likewise."""
        return self._mean(self._scores("new"))

    @property
    def gains(self) -> list[float]:
        """What the candidate gains on each image."""
        both = zip(self._scores("new"), self._scores("old"), strict=True)
        return [new - old for new, old in both]

    @property
    def num_worse(self) -> int:
        """Images on which the candidate is worse."""
        return sum(gain < 0 for gain in self.gains)

    @property
    def groups(self) -> list[int]:
        """The group of each image; one from before there were groups is one by itself."""
        return [each.group or each.image_id for each in self.images]

    @property
    def evidence(self) -> Evidence:
        """Whether the candidate is better beyond chance."""
        return weigh(self.gains, self.groups)

    @property
    def decision(self) -> Decision:
        """What follows from the evidence."""
        return self.evidence.decision

    @property
    def why(self) -> Reason:
        """The decision with its numbers."""
        evidence = self.evidence
        if not self.images:
            return Reason("compared_nothing")
        facts = {
            "score": self.score,
            "images": len(self.images),
            "groups": evidence.num_groups,
            "has_old": self.old_version_id is not None,
            "old": self.mean_old,
            "new": self.mean_new,
            "low": evidence.low,
            "least": LEAST_GAIN,
            "fewest": FEWEST_GROUPS,
            "worse": self.num_worse,
        }
        if self.decision == "ask" and evidence.num_groups < FEWEST_GROUPS:
            return Reason("compared_too_few", facts)
        kept = "not_better" if self.old_version_id is not None else "no_better_than_none"
        return Reason({"promote": "better", "keep": kept, "ask": "unsure"}[self.decision], facts)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        return asdict(self)

    def _scores(self, which: Literal["old", "new"]) -> list[float]:
        """The score of each image."""
        return [getattr(each, which) for each in self.images]

    def _mean(self, scores: list[float]) -> float | None:
        """Over groups of their images' means, None without images."""
        return mean_over_groups(scores, self.groups)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Back from `to_dict`; a `ValueError` where another version of this program wrote it."""
        return from_dict(cls, values)


def each_locked(
    workspace: Workspace,
    task_id: int,
    row_of: Callable[[ImageRow, NDArray[Any]], Row],
    *,
    counts: Callable[[ImageRow], bool] = lambda image: True,
    on_progress: OnProgress = untold,
    should_stop: Callable[[], bool] = never,
) -> tuple[Row, ...] | None:
    """A row for each locked image of a task that has a mask of a person, in order of their ranks.

    Args:
        row_of: Makes it of the image and the newest mask that a person saved.
        counts: Whether an image is compared on.
        on_progress: Called with images done and all images.
        should_stop: Asked before each image.

    Returns:
        None where it was stopped.
    """
    masks = workspace.truth.of_task(task_id)
    locked = [each for each in workspace.images.list(task_id, "locked") if each.id in masks and counts(each)]
    locked.sort(key=lambda image: image.corrected_rank or 0)
    rows = []
    for done, image in enumerate(locked, start=1):
        if should_stop():
            return None
        mask = read_png(workspace.masks.read_mask_png(masks[image.id]), image.name)
        rows.append(row_of(image, mask))
        on_progress(done, len(locked))
    return tuple(rows)
