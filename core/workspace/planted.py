"""What reviewers said of masks that were shown with an error on purpose. Nothing here counts for an image."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from core.workspace import audit
from core.workspace.persons import existing_or_new, id_of
from core.workspace.rows import PlantedRow
from core.workspace.sql.part import StorePart
from core.workspace.tables import ImageTable, PersonTable, PlantedTable, as_row


class Planted(StorePart):
    """The planted errors of a workspace that somebody has judged."""

    def keep(self, rows: Sequence[PlantedRow]) -> list[PlantedRow]:
        """What a reviewer said of some; of each mask the first answer of a person counts, and is given back.

        Those of images that are gone by now are dropped.
        """
        kept = []
        with self._database.writing(needs="judge") as session:
            for row in rows:
                image = session.get(ImageTable, row.image_id)
                if image is None:
                    continue
                person = existing_or_new(session, row.who)
                same = (PlantedTable.image_id == image.id) & (PlantedTable.person_id == person.id)
                found = session.scalars(select(PlantedTable).where(same, PlantedTable.key == row.key)).first()
                if found is None:
                    told = {"key": row.key, "kind": row.kind, "verdict": row.verdict}
                    found = PlantedTable(image_id=image.id, person_id=person.id, **told)
                    session.add(found)
                    session.flush()
                    facts = {"image": image.id, "kind": row.kind, "verdict": row.verdict}
                    audit.append(session, "planted_judged", facts, who=person.name, task_id=image.task_id)
                kept.append(as_row(PlantedRow, found, who=person.name))
        return kept

    def judged(self, image_ids: Collection[int], who: str) -> set[tuple[int, str]]:
        """Image and key of what a person was shown with an error already."""
        query = select(PlantedTable.image_id, PlantedTable.key).where(PlantedTable.image_id.in_(image_ids))
        return {
            (image_id, key)
            for image_id, key in self._found(query.where(PlantedTable.person_id == id_of(who)))
        }

    def of_task(self, task_id: int) -> list[PlantedRow]:
        """All of a task, the oldest first."""
        query = select(PlantedTable, PersonTable.name)
        query = query.join(PersonTable, PersonTable.id == PlantedTable.person_id)
        query = query.join(ImageTable, ImageTable.id == PlantedTable.image_id)
        found = self._found(query.where(ImageTable.task_id == task_id).order_by(PlantedTable.id))
        return [as_row(PlantedRow, row, who=name) for row, name in found]
