"""Labels: what a person calls an image as a whole, kept as revisions; append only, as masks are.

A label counts beside the newest mask: fine-tuning a classifier learns from images that have both, so that
the locked images of a task are the same for masks and for labels.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select

from core.workspace import audit
from core.workspace.rows import LabelRow, NewLabel
from core.workspace.seen import existing_image
from core.workspace.sql.existing import existing_version
from core.workspace.sql.part import StorePart
from core.workspace.tables import ImageTable, LabelTable, as_row, as_table
from core.workspace.truth import COUNTS, judge, newest_label


class Labels(StorePart):
    """The labels of a workspace."""

    def save(self, image_id: int, new: NewLabel) -> LabelRow:
        """Keep a label as the image's next one; those before stay, and verdicts on them count no more.

        Raises:
            StoreError: The image or the version is gone, or the disk is full; nothing is half-written.
            ValueError: No name of a person, an empty label, or a probability outside [0, 1].
        """
        _check(new)
        with self._database.writing() as session:
            image = existing_image(session, image_id)
            if new.version_id is not None:
                existing_version(session, new.version_id)
            last = session.scalar(select(func.max(LabelTable.number)).where(LabelTable.image_id == image_id))
            number, who = (last or 0) + 1, new.who.strip()
            label = as_table(LabelTable, new, image_id=image_id, number=number, who=who)
            session.add(label)
            session.flush()
            judge(session, image)
            facts = {"image": image_id, "label": label.id, "number": label.number}
            audit.append(session, "label_saved", facts, who=label.who, task_id=image.task_id)
            return as_row(LabelRow, label)

    def history(self, image_id: int) -> list[LabelRow]:
        """All labels of an image, the newest first."""
        query = select(LabelTable).where(LabelTable.image_id == image_id)
        return self._all(LabelRow, query.order_by(LabelTable.number.desc()))

    def latest(self, image_id: int) -> LabelRow | None:
        """The newest label that counts, also where it takes the one before back; None before the first."""
        with self._database.reading() as session:
            newest = newest_label(session, image_id)
            return None if newest is None else as_row(LabelRow, newest)

    def latest_of_images(self, image_ids: Collection[int]) -> dict[int, LabelRow]:
        """The newest label of images, by image id, in one query; none where the one before was taken back."""
        return self._latest(LabelTable.image_id.in_(image_ids))

    def latest_of_task(self, task_id: int) -> dict[int, LabelRow]:
        """The newest label of every image of a task that has one now, by image id, in one query."""
        return self._latest(ImageTable.task_id == task_id)

    def _latest(self, of: ColumnElement[bool]) -> dict[int, LabelRow]:
        query = select(LabelTable).join(ImageTable, ImageTable.id == LabelTable.image_id).where(of, COUNTS)
        newest = {each.image_id: each for each in self._all(LabelRow, query.order_by(LabelTable.number))}
        return {image_id: label for image_id, label in newest.items() if label.label is not None}


def _check(new: NewLabel) -> None:
    if not new.who.strip():
        raise ValueError("a label needs the name of the person who gives it")
    if new.label is not None and not new.label.strip():
        raise ValueError("a label has a name; None takes the one before back")
    if any(not 0.0 <= value <= 1.0 for value in (new.shown or {}).values()):
        raise ValueError(f"probabilities must lie in [0, 1], got {new.shown}")
