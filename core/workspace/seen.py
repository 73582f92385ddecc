"""Which images a person sees: everybody's, those that were given to them, and what they have worked on.

Asked for in the store: a session is told once, and every query of images, and of what hangs on them, obeys.
What writes asks for the image by `existing_image`, which refuses one of somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, event, or_, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from core.errors import NotAllowedError
from core.workspace.sql.existing import no_image
from core.workspace.tables import (
    DraftTable,
    ImageTable,
    LabelTable,
    LastLookTable,
    QualityTable,
    ReviewTable,
    RevisionTable,
)

ONLY_OF = "only_of"
"""In the facts of a session that writes: number of the reader who may touch no images but their own."""

Seen = Callable[[Any], ColumnElement[bool]]
"""Whether an image is seen, from the table of images or another name for it."""

_OF_IMAGES = (DraftTable, LabelTable, LastLookTable, QualityTable, ReviewTable, RevisionTable)
# Under other names than queries use: they are asked of each row of these.
_IMAGES = ImageTable.__table__.alias("seen_images")
_WORK = tuple(each.__table__.alias(f"own_{each.__tablename__}") for each in (DraftTable, RevisionTable))


def given_to(person_id: int) -> Seen:
    """Images that were given to a person."""
    return lambda images: images.reader_id == person_id


def own_of(person_id: int) -> Seen:
    """Images for a reader: everybody's, those given to them, and those that they have worked on."""

    def is_own(images: Any) -> ColumnElement[bool]:
        worked_on = (
            select(each.c.id).where(each.c.image_id == images.id, each.c.person_id == person_id).exists()
            for each in _WORK
        )
        return or_(images.reader_id.is_(None), images.reader_id == person_id, *worked_on)

    return is_own


def see_only(session: Session, seen: Seen) -> None:
    """Leave out of everything that the session reads the images that are not seen."""
    options = [with_loader_criteria(ImageTable, seen, include_aliases=True, track_closure_variables=False)]
    for each in _OF_IMAGES:
        image = select(_IMAGES.c.id).where(_IMAGES.c.id == each.image_id, seen(_IMAGES.c)).exists()
        options.append(with_loader_criteria(each, image))

    @event.listens_for(session, "do_orm_execute")
    def _obey(state: ORMExecuteState) -> None:
        if state.is_select:
            state.statement = state.statement.options(*options)


def existing_image(session: Session, image_id: int) -> ImageTable:
    """An image that is written to, inside the caller's transaction; whoever else writes to it waits.

    Raises:
        NotAllowedError: It is somebody else's, and whoever acts sees only their own.
        StoreError: There is none of that number.
    """
    # Rows that refer to the image can be added all the same. SQLite locks as a whole, and passes this over.
    image = session.get(ImageTable, image_id, with_for_update={"key_share": True})
    if image is None:
        raise no_image(image_id)
    reader = session.info.get(ONLY_OF)
    if reader is not None:
        own = select(_IMAGES.c.id).where(_IMAGES.c.id == image_id, own_of(reader)(_IMAGES.c))
        if session.scalar(own) is None:
            raise NotAllowedError(
                "Image number {image_id} was given to somebody else; ask an admin.", image_id=image_id
            )
    return image
