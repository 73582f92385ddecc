"""Reviews: what a reviewer said of a mask, appended and never changed.

A verdict names what the reviewer had before their eyes. Where something else counts by then, it is not taken:
nobody approves a mask that they have not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.workspace import audit
from core.workspace.masks import NewRevision, save_in
from core.workspace.persons import existing_or_new, id_of
from core.workspace.rows import ReviewRow, Verdict
from core.workspace.seen import existing_image
from core.workspace.sql.existing import existing_version
from core.workspace.sql.part import StorePart
from core.workspace.tables import (
    ImageTable,
    PersonTable,
    ReviewTable,
    RevisionTable,
    TaskTable,
    as_row,
    as_table,
    utc_now,
)
from core.workspace.tasks import to_review_rules
from core.workspace.truth import is_own_label, judge, newest_label, point_to

ACCEPTED = "accepted_unchanged"
"""In the provenance of a revision: a prediction that was approved as it was."""


@dataclass(frozen=True)
class Seen:
    """What counted of an image when the reviewer looked.

    Attributes:
        revision_id: The mask that was the truth, None where none was saved.
        review_id: The newest verdict on the image, None before the first.
        label_id: What it was labelled, None for nothing.
    """

    revision_id: int | None
    review_id: int | None
    label_id: int | None = None


@dataclass(frozen=True)
class NewReview:
    """A verdict to be kept: of a revision, of a mask that was only shown, or of a prediction to be accepted.

    Attributes:
        verdict: "approved", "flagged", or "withdrawn".
        revision_id: The saved mask, None for one that was not saved.
        mask_png: The mask that was only shown, as PNG of class indices; None for a saved one.
        version_id: Model version that made the mask that was only shown.
        reasons: Codes.
        accepts: The prediction that is approved as it is: kept as a revision, and that is what is approved.
        label_id: Label of the image that is judged with the mask, None for none.
        seen: What the reviewer saw; None to ask nothing.
    """

    verdict: Verdict
    who: str
    revision_id: int | None = None
    mask_png: bytes | None = None
    version_id: int | None = None
    reasons: tuple[str, ...] = ()
    comment: str = ""
    accepts: NewRevision | None = None
    label_id: int | None = None
    seen: Seen | None = None


@dataclass(frozen=True)
class NotTaken:
    """A verdict that was not kept.

    Attributes:
        why: "gone", "changed" (another mask counts by now), "labelled" (otherwise by now), "judged" (somebody
            else was faster), "own" (the task asks for a second person), "own_label" (likewise, of the label),
            "second" (the prediction was kept, another person has to approve), "unknown" (not shown to whom
            says it).
        who: Who changed or judged it.
    """

    image_id: int
    why: Literal["gone", "changed", "labelled", "judged", "own", "own_label", "second", "unknown"]
    who: str = ""


class Reviews(StorePart):
    """The reviews of a workspace."""

    def add(self, image_id: int, new: NewReview) -> ReviewRow:
        """Keep a verdict, whoever drew the mask; those before stay.

        Raises:
            StoreError: Image, revision or version is gone, or the disk is full; nothing is half-written.
            ValueError: Neither a revision nor a mask, or several of them; or no name.
        """
        with self._database.writing(needs="judge") as session:
            image = existing_image(session, image_id)
            return self._add(session, image, new)

    def decide(self, verdicts: Sequence[tuple[int, NewReview]]) -> list[ReviewRow | NotTaken]:
        """Keep the verdicts on several images in one transaction, each where the task and what counts allow.

        Args:
            verdicts: Image ids with their verdicts.

        Raises:
            StoreError: The disk is full; nothing is half-written.
        """
        with self._database.plain_errors():
            for _, new in verdicts:
                self._put_files(new)
        with self._database.writing(needs="judge") as session:
            return [self._decide(session, image_id, new) for image_id, new in verdicts]

    def withdraw(
        self, review_ids: Sequence[int], who: str, accepted: Sequence[int] = (), *, says_before: bool = False
    ) -> list[ReviewRow]:
        """Take back one's own verdicts, in one transaction; they stay in the history, and so do newer ones.

        A prediction that was accepted, with a verdict or of images where it waits for somebody else's, is the
        truth no longer, unless something was saved since.

        Args:
            says_before: What they had said of the mask before it is said again, as an undo does.

        Raises:
            StoreError: A verdict is not there, or is somebody else's.
        """
        with self._database.writing(needs="judge") as session:
            person = existing_or_new(session, who)
            own = ImageTable.id.in_(accepted) & (ImageTable.truth_person_id == person.id)
            for image in session.scalars(select(ImageTable).where(own, ImageTable.review == "open")):
                _take_back(session, image, person)
            rows = (self._withdraw(session, each, person, says_before) for each in review_ids)
            return list(filter(None, rows))

    def judged_by(self, task_id: int, who: str) -> set[int]:
        """The images of a task on which a person gave a verdict."""
        query = select(ReviewTable.image_id).join(ImageTable, ImageTable.id == ReviewTable.image_id)
        mine = (ImageTable.task_id == task_id) & (ReviewTable.person_id == id_of(who))
        return {*self._values(query.where(mine).distinct())}

    def of_image(self, image_id: int) -> list[ReviewRow]:
        """All reviews of an image, the newest first."""
        return self.of_images([image_id])[image_id]

    def of_images(self, image_ids: Sequence[int]) -> dict[int, list[ReviewRow]]:
        """All reviews of images, the newest first."""
        query = select(ReviewTable).where(ReviewTable.image_id.in_(image_ids))
        found: dict[int, list[ReviewRow]] = {image_id: [] for image_id in image_ids}
        for each in self._values(query.order_by(ReviewTable.id.desc())):
            found[each.image_id].append(_to_row(each))
        return found

    def num_flagged_of(self, task_id: int, who: str) -> int:
        """How many masks that somebody drew in a task are flagged."""
        theirs = (ImageTable.task_id == task_id) & (ImageTable.truth_person_id == id_of(who))
        return self._number(select(func.count()).where(theirs, ImageTable.review == "flagged"))

    def _decide(self, session: Session, image_id: int, new: NewReview) -> ReviewRow | NotTaken:
        image = session.get(ImageTable, image_id)
        if image is None:
            return NotTaken(image_id, "gone")
        person = existing_or_new(session, new.who)
        if new.seen is not None:
            reviews = select(ReviewTable).where(ReviewTable.image_id == image_id)
            newest = session.scalars(reviews.order_by(ReviewTable.id.desc()).limit(1)).first()
            is_newer = newest is not None and newest.id != new.seen.review_id
            if newest is not None and is_newer and _is_same(newest, new, person):
                # Said once already; the answer did not arrive.
                return _to_row(newest)
            if image.truth_revision_id != new.seen.revision_id:
                drawer = session.get(PersonTable, image.truth_person_id or 0)
                return NotTaken(image_id, "changed", "" if drawer is None else drawer.name)
            if newest is not None and is_newer:
                return NotTaken(image_id, "judged", newest.who)
            label = newest_label(session, image_id)
            if label is not None and (label.id if label.label else None) != new.seen.label_id:
                return NotTaken(image_id, "labelled", label.who)
        task = session.get_one(TaskTable, image.task_id)
        if new.verdict == "approved" and to_review_rules(task.review_rules).second_person:
            if new.accepts is not None:
                save_in(session, self._blobs, image_id, new.accepts)
                return NotTaken(image_id, "second", person.name)
            if image.truth_person_id == person.id:
                return NotTaken(image_id, "own", person.name)
            if is_own_label(session, image_id, person):
                return NotTaken(image_id, "own_label", person.name)
        return self._add(session, image, new)

    def _add(self, session: Session, image: ImageTable, new: NewReview) -> ReviewRow:
        if sum(each is not None for each in (new.revision_id, new.mask_png, new.accepts)) != 1:
            raise ValueError("a review is of a revision, or of a mask that was only shown")
        revision_id = new.revision_id
        if new.accepts is not None:
            revision_id = save_in(session, self._blobs, image.id, new.accepts).id
        elif revision_id is not None:
            revision = session.get(RevisionTable, revision_id)
            if revision is None or revision.image_id != image.id:
                raise StoreError(
                    "There is no revision number {revision_id} of this image.", revision_id=revision_id
                )
        if new.version_id is not None:
            existing_version(session, new.version_id)
        person = existing_or_new(session, new.who)
        of = {"image_id": image.id, "revision_id": revision_id, "mask_file": self._put_files(new)}
        by = {"person_id": person.id, "who": person.name}
        return _keep(session, image, as_table(ReviewTable, new, **of, **by))

    def _put_files(self, new: NewReview) -> str | None:
        if new.accepts is not None:
            self._blobs.put(new.accepts.mask_png, ".png")
        return None if new.mask_png is None else self._blobs.put(new.mask_png, ".png")

    def _withdraw(
        self, session: Session, review_id: int, person: PersonTable, says_before: bool
    ) -> ReviewRow | None:
        old = session.get(ReviewTable, review_id)
        if old is None:
            raise StoreError(
                "There is no verdict number {review_id}; its image may have been deleted.",
                review_id=review_id,
            )
        if old.person_id != person.id:
            raise StoreError("This verdict is {who}'s, who alone can take it back.", who=old.who)
        image = session.get_one(ImageTable, old.image_id)
        of_mask = ReviewTable.revision_id.is_not_distinct_from(old.revision_id)
        own = (ReviewTable.image_id == image.id) & (ReviewTable.person_id == person.id) & of_mask
        newest, *earlier = session.scalars(select(ReviewTable).where(own).order_by(ReviewTable.id.desc()))
        if newest is not old:
            return None
        again = earlier[0] if says_before and earlier and earlier[0].verdict != "withdrawn" else None
        said: dict[str, Any] = (
            {} if again else {"verdict": "withdrawn", "reasons": [], "comment": "", "label_id": None}
        )
        said |= {"id": None, "who": person.name, "created_at": utc_now()}
        row = _keep(session, image, as_table(ReviewTable, _to_row(again or old), **said))
        if again is None and old.revision_id is not None and old.revision_id == image.truth_revision_id:
            _take_back(session, image, person)
        return row


def _take_back(session: Session, image: ImageTable, person: PersonTable) -> None:
    """Let the mask that counts count no more where it is a prediction that was accepted."""
    revision = session.get(RevisionTable, image.truth_revision_id)
    if revision is not None and revision.provenance.get(ACCEPTED):
        point_to(session, image, None)
        facts = {"image": image.id, "revision": revision.id}
        audit.append(session, "mask_taken_back", facts, who=person.name, task_id=image.task_id)


def _keep(session: Session, image: ImageTable, review: ReviewTable) -> ReviewRow:
    session.add(review)
    session.flush()
    facts: dict[str, Any] = {
        "image": image.id,
        "review": review.id,
        "revision": review.revision_id,
        "mask": review.mask_file,
        "verdict": review.verdict,
        "reasons": list(review.reasons),
    }
    audit.append(session, "reviewed", facts, who=review.who, task_id=image.task_id)
    judge(session, image)
    return _to_row(review)


def _is_same(review: ReviewTable, new: NewReview, person: PersonTable) -> bool:
    """The same verdict of the same person on what is still there."""
    of_same = new.revision_id is None or review.revision_id == new.revision_id
    return review.person_id == person.id and review.verdict == new.verdict and of_same


def _to_row(review: ReviewTable) -> ReviewRow:
    return as_row(ReviewRow, review, reasons=tuple(review.reasons))
