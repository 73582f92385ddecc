"""What the truth of an image is: training, comparison, export and experiments ask here and nowhere else.

The truth is pointed to: saving a mask points to the new revision. Whether it counts, its reviews say: one
that is flagged never does, and a task may ask for approved ones alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from core.workspace.image_rows import SHOWN, Show, counting
from core.workspace.names import name_key
from core.workspace.rows import Review, RevisionRow
from core.workspace.sql.part import StorePart
from core.workspace.tables import (
    ImageTable,
    LabelTable,
    PersonTable,
    ReviewTable,
    RevisionTable,
    TaskTable,
    as_row,
)
from core.workspace.tasks import to_review_rules

WRONG_LABEL = "wrong_label"
"""Why a mask is flagged whose label alone is wrong, as a code."""
COUNTS = LabelTable.origin != "gold"
"""Of labels: what who reads a gold image calls it stands beside its label, as their mask does."""
_IS_TRUTH = RevisionTable.id == ImageTable.truth_revision_id


@dataclass(frozen=True)
class TruthReading:
    """Who made the mask of an image that is pointed to.

    Attributes:
        review: What counts of the verdicts on it.
    """

    image_id: int
    revision_id: int
    who: str
    review: Review


@dataclass(frozen=True)
class LearntFrom:
    """How much the images of a task have to learn from.

    Attributes:
        saved: Images with a mask.
        locked: Those that are kept for comparison.
        has_colour: One to learn from has three channels.
        has_hounsfield: One to learn from holds Hounsfield units.
        groups: How many images fine-tuning may learn from, see `is_trainable`, in each group that has any, in
            order of the first of them.
    """

    saved: int
    locked: int
    has_colour: bool
    has_hounsfield: bool
    groups: tuple[int, ...]


class Truth(StorePart):
    """The masks that count."""

    def of(self, image_id: int) -> RevisionRow | None:
        """The mask of an image that is pointed to, whatever reviewers say of it; None before the first."""
        query = select(RevisionTable).join(ImageTable, _IS_TRUTH).where(ImageTable.id == image_id)
        return next(iter(self._all(RevisionRow, query)), None)

    def of_task(self, task_id: int) -> dict[int, RevisionRow]:
        """The masks of a task that count, by image id, in one query."""
        with self._database.reading() as session:
            query = select(RevisionTable).join(ImageTable, _IS_TRUTH).where(_counting(session, task_id))
            return {each.image_id: as_row(RevisionRow, each) for each in session.scalars(query)}

    def told_of(self, task_id: int) -> list[tuple[dict[str, Any], float]]:
        """Provenance and part of foreground of the masks of a task that count, in one quick query."""
        query = select(RevisionTable.provenance, RevisionTable.foreground).join(ImageTable, _IS_TRUTH)
        with self._database.reading() as session:
            found = session.execute(query.where(_counting(session, task_id)))
            return [(provenance, foreground) for provenance, foreground in found]

    def readings(self, task_id: int) -> list[TruthReading]:
        """Who made the mask that is pointed to of each image, in order of arrival, in one quick query."""
        query = (
            select(ImageTable.id, ImageTable.truth_revision_id, PersonTable.name, ImageTable.review)
            .join(PersonTable, PersonTable.id == ImageTable.truth_person_id)
            .where(ImageTable.task_id == task_id)
            .order_by(ImageTable.position)
        )
        return [TruthReading(*each) for each in self._found(query)]  # type: ignore[arg-type]

    def image_ids(self, task_id: int) -> set[int]:
        """The images of a task whose mask counts, as `of_task` has them."""
        with self._database.reading() as session:
            return set(session.scalars(select(ImageTable.id).where(_counting(session, task_id))))

    def num_counting(self, task_id: int, show: Show = "corrected", *, without: Collection[int] = ()) -> int:
        """How many images of a task have a mask that counts, some of them left out; none is listed.

        Args:
            show: "corrected", or "free" for those that fine-tuning may learn from.
        """
        with self._database.reading() as session:
            counting = _counting(session, task_id) & SHOWN[show] & ImageTable.id.not_in(without)
            return session.scalar(select(func.count()).select_from(ImageTable).where(counting)) or 0

    def missing(self, task_id: int) -> list[int]:
        """The images of a task that nobody has saved, in order of arrival."""
        unsaved = (ImageTable.task_id == task_id) & ImageTable.truth_revision_id.is_(None)
        return [*self._values(select(ImageTable.id).where(unsaved).order_by(ImageTable.position))]

    def learnt_from(self, task_id: int, show: Show = "corrected") -> LearntFrom:
        """What a task has to learn from; no image is listed.

        Args:
            show: "corrected", or "whole" for masks that were checked as a whole.
        """
        with self._database.reading() as session:
            counts = _counting(session, task_id)
            trainable = counts & SHOWN["free"]
            of_task = select(func.count()).select_from(ImageTable)
            of_task = of_task.where(ImageTable.task_id == task_id, SHOWN[show])
            numbers = of_task.add_columns(
                func.count().filter(counts & SHOWN["locked"]),
                func.count().filter(trainable & (ImageTable.channels == 3)),
                func.count().filter(trainable & (ImageTable.kind == "hu")),
            )
            saved, locked, colour, hounsfield = session.execute(numbers).one()
            groups = of_task.where(trainable).group_by(ImageTable.group_id)
            sizes = session.scalars(groups.order_by(func.min(ImageTable.position)))
            return LearntFrom(saved, locked, colour > 0, hounsfield > 0, tuple(sizes))

    def num_reviewed(self, task_id: int) -> dict[Review, int]:
        """How many saved masks of a task are approved, flagged, and open."""
        saved = (ImageTable.task_id == task_id) & ImageTable.truth_revision_id.is_not(None)
        query: Select[str, int] = select(ImageTable.review, func.count()).where(saved)
        numbers: dict[Review, int] = {"approved": 0, "flagged": 0, "open": 0}
        numbers.update(dict(self._found(query.group_by(ImageTable.review))))  # type: ignore[arg-type]
        return numbers


def point_to(session: Session, image: ImageTable, revision: RevisionTable | None) -> None:
    """Make a revision the truth of an image, or none, inside the caller's transaction."""
    image.truth_revision_id = None if revision is None else revision.id
    image.truth_person_id = None if revision is None else revision.person_id
    judge(session, image)


def judge(session: Session, image: ImageTable) -> None:
    """Copy beside the image what counts of the verdicts on its truth.

    That is each reviewer's last one, and of these the newest. Where nothing is saved it is the verdict on
    what was shown. One that was withdrawn does not count, nor one on a label that was changed since.
    """
    same = ReviewTable.revision_id.is_not_distinct_from(image.truth_revision_id)
    query = select(ReviewTable).where(ReviewTable.image_id == image.id, same)
    last: dict[int, ReviewTable] = {}
    for review in session.scalars(query.order_by(ReviewTable.id)):
        last.pop(review.person_id, None)
        if review.verdict != "withdrawn":
            last[review.person_id] = review
    newest = list(last.values())[-1] if last else None
    image.review = "open" if newest is None or _is_answered(session, newest) else newest.verdict


def _is_answered(session: Session, review: ReviewTable) -> bool:
    """Whether the label that was judged with the mask was changed; a flag of more than the label stays."""
    if review.label_id is None or (review.verdict == "flagged" and review.reasons != [WRONG_LABEL]):
        return False
    label = newest_label(session, review.image_id)
    return label is not None and label.id != review.label_id


def newest_label(session: Session, image_id: int) -> LabelTable | None:
    """The newest label that counts, also where it takes the one before back; None before the first."""
    labels = select(LabelTable).where(LabelTable.image_id == image_id, COUNTS)
    return session.scalars(labels.order_by(LabelTable.number.desc()).limit(1)).first()


def is_own_label(session: Session, image_id: int, person: PersonTable) -> bool:
    """Whether the label that counts is what a person calls the image, and nobody else does."""
    labels = select(LabelTable).where(LabelTable.image_id == image_id, COUNTS)
    newest: dict[str, LabelTable] = {}
    label = None
    for each in session.scalars(labels.order_by(LabelTable.number)):
        newest[name_key(each.who) if each.origin == "person" else ""], label = each, each.label
    return label is not None and {key for key, each in newest.items() if each.label == label} == {person.key}


def _counting(session: Session, task_id: int) -> ColumnElement[bool]:
    told = session.scalar(select(TaskTable.review_rules).where(TaskTable.id == task_id))
    counts = SHOWN[counting(to_review_rules(told or {}))]
    return (ImageTable.task_id == task_id) & SHOWN["corrected"] & counts
