"""Who settles which images: they have seen the readings that differ, and read them blind no more."""

from __future__ import annotations

from sqlalchemy import select

from core.workspace import audit
from core.workspace.persons import existing_or_new, id_of
from core.workspace.seen import existing_image
from core.workspace.sql.part import StorePart
from core.workspace.tables import AdjudicatorTable, ImageTable


class Adjudicators(StorePart):
    """The adjudicators of a workspace."""

    def add(self, image_id: int, *, who: str) -> None:
        """Somebody is shown the readings of an image, to settle it; who settles it already stays so.

        Raises:
            StoreError: It is gone.
            NotAllowedError: Readers do not settle.
        """
        with self._database.writing(needs="judge") as session:
            image = existing_image(session, image_id)
            person = existing_or_new(session, who)
            if session.get(AdjudicatorTable, (image.id, person.id)) is None:
                session.add(AdjudicatorTable(image_id=image.id, person_id=person.id))
                audit.append(
                    session, "readings_shown", {"image": image.id}, who=person.name, task_id=image.task_id
                )

    def images_of(self, task_id: int, who: str) -> set[int]:
        """The images of a task that a person settles, or has settled."""
        query = select(AdjudicatorTable.image_id).join(ImageTable, ImageTable.id == AdjudicatorTable.image_id)
        theirs = (ImageTable.task_id == task_id) & (AdjudicatorTable.person_id == id_of(who))
        return {*self._values(query.where(theirs))}
