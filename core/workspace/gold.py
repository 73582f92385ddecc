"""Gold images: approved masks that readers are compared with, without knowing which images they are."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from core.errors import StoreError
from core.workspace import audit
from core.workspace.drafts import draft_of, forget_saved
from core.workspace.persons import id_of
from core.workspace.seen import existing_image
from core.workspace.sql.part import StorePart
from core.workspace.tables import AdjudicatorTable, DraftTable, ImageTable, ReviewTable, RevisionTable

GOLD = "gold_of"
"""In the provenance of a mask that was drawn of a gold image: the mask that it is compared with."""


@dataclass(frozen=True)
class GoldImage:
    """A gold image that a person could be given.

    Attributes:
        revision_id: Its gold mask.
        is_opened: The person has a draft of it.
        is_read: The person has saved it.
    """

    image_id: int
    revision_id: int
    is_opened: bool
    is_read: bool


class Gold(StorePart):
    """The gold images of a workspace."""

    def make(self, image_id: int, *, who: str) -> None:
        """Make an image gold by the mask that counts; it leaves training from now on.

        Raises:
            StoreError: It is gone, or its mask is not approved or only a part of it was checked.
            NotAllowedError: Readers make nothing gold.
        """
        with self._database.writing(needs="judge") as session:
            image = existing_image(session, image_id)
            truth_id = image.truth_revision_id
            truth = None if truth_id is None else session.get(RevisionTable, truth_id)
            if truth is None or image.review != "approved" or truth.scope != "whole":
                raise StoreError(
                    "Only an approved mask of a whole image can be gold; approve this one first."
                )
            image.gold_revision_id = truth.id
            facts = {"image": image.id, "revision": truth.id}
            audit.append(session, "gold_made", facts, who=who, task_id=image.task_id)

    def withdraw(self, image_id: int, *, who: str) -> None:
        """Let an image be like all others again; what was drawn of it stays in its history.

        Raises:
            StoreError: It is gone.
            NotAllowedError: Readers withdraw nothing.
        """
        with self._database.writing(needs="judge") as session:
            image = existing_image(session, image_id)
            if image.gold_revision_id is None:
                return
            facts = {"image": image.id, "revision": image.gold_revision_id}
            image.gold_revision_id = None
            counting = draft_of(session, image.id, None)
            if counting is not None:
                forget_saved(session, counting)
            audit.append(session, "gold_withdrawn", facts, who=who, task_id=image.task_id)

    def count(self, task_id: int) -> int:
        """How many gold images a task has."""
        is_gold = (ImageTable.task_id == task_id) & ImageTable.gold_revision_id.is_not(None)
        return self._number(select(func.count()).where(is_gold))

    def for_reader(self, task_id: int, who: str) -> list[GoldImage]:
        """The gold images of a task whose mask a person has neither drawn nor judged nor seen to settle it.

        In order of arrival; one that is not approved any more is left out.
        """
        with self._database.reading() as session:
            person_id = id_of(who)
            query = select(ImageTable.id, ImageTable.gold_revision_id).where(
                ImageTable.task_id == task_id,
                ImageTable.gold_revision_id.is_not(None),
                ImageTable.review == "approved",
            )
            golds = {
                image_id: gold for image_id, gold in session.execute(query.order_by(ImageTable.position))
            }
            if not golds:
                return []
            known: set[int] = set()
            for table in (ReviewTable, AdjudicatorTable):
                theirs = (table.person_id == person_id) & table.image_id.in_(golds)
                known.update(session.scalars(select(table.image_id).where(theirs)))
            own = select(RevisionTable.image_id, RevisionTable.provenance).where(
                RevisionTable.person_id == person_id, RevisionTable.image_id.in_(golds)
            )
            read: set[int] = set()
            for image_id, provenance in session.execute(own):
                (read if GOLD in provenance else known).add(image_id)
            drafts = select(DraftTable.image_id).where(
                DraftTable.person_id == person_id, DraftTable.image_id.in_(golds)
            )
            opened = set(session.scalars(drafts))
        return [
            GoldImage(image_id, int(gold or 0), image_id in opened, image_id in read)
            for image_id, gold in golds.items()
            if image_id not in known
        ]
