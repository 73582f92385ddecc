"""Who is on which image: the last look of each person in a task, and the last sign that they are still there.

Who came first has the image; somebody who comes after looks only, until the first one goes elsewhere or has
given no sign for a while.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.workspace.names import name_key
from core.workspace.persons import existing_or_new, id_of
from core.workspace.seen import existing_image
from core.workspace.sql.part import StorePart
from core.workspace.tables import ImageTable, LastLookTable, PersonTable

AWAY = timedelta(seconds=90)
"""Without a sign for so long somebody has gone."""


class Presence(StorePart):
    """Who is on which image of a workspace."""

    def sign(self, image_id: int, who: str) -> None:
        """A person is on an image now.

        Raises:
            StoreError: There is none of that number.
        """
        with self._database.writing() as session:
            image = existing_image(session, image_id)
            person = existing_or_new(session, who, is_known=False)
            sign_in(session, image, person.id, self._database.now(session))

    def first_on(self, image_id: int, who: str) -> str | None:
        """Who else came to an image before this person, None where it is this person's."""
        with self._database.reading() as session:
            there = LastLookTable.seen_at > self._database.now(session) - AWAY
            query = (
                select(PersonTable.key, PersonTable.name)
                .join(LastLookTable, LastLookTable.person_id == PersonTable.id)
                .where(LastLookTable.image_id == image_id, there)
                .order_by(LastLookTable.since, LastLookTable.id)
            )
            found = session.execute(query.limit(1)).first()
            return None if found is None or found.key == name_key(who) else str(found.name)

    def leave(self, who: str) -> None:
        """A person is on no image any more, such as one who goes on under another name."""
        with self._database.writing() as session:
            mine = LastLookTable.person_id == id_of(who)
            for look in session.scalars(select(LastLookTable).where(mine)):
                look.seen_at = None


def sign_in(session: Session, image: ImageTable, person_id: int, now: datetime) -> None:
    """Note that a person is on an image, inside the caller's transaction; who comes back comes anew."""
    same = (LastLookTable.task_id == image.task_id) & (LastLookTable.person_id == person_id)
    look = session.scalars(select(LastLookTable).where(same)).first()
    if look is None:
        look = LastLookTable(task_id=image.task_id, person_id=person_id)
        session.add(look)
    is_still_there = look.image_id == image.id and look.seen_at is not None and now - look.seen_at < AWAY
    if not is_still_there:
        look.since = now
    look.image_id, look.seen_at = image.id, now
