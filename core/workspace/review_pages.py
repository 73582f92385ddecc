"""The queue of masks to be judged, a page at a time.

As with images, a page is found from the place of its first item (keyset), never by listing a task. An image
without a saved mask stands in the queue with what the model proposes, where there is a model.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, false, func, select, tuple_
from sqlalchemy.orm import Session

from core.workspace.files.blobs import BlobStore
from core.workspace.files.cache import Cache
from core.workspace.image_rows import image_query, to_image_row
from core.workspace.order import scattered
from core.workspace.quality import GUESS_COLUMNS
from core.workspace.rows import GuessRow, ImageRow, PersonRow, Review, RevisionRow
from core.workspace.sql.database import Database
from core.workspace.sql.part import StorePart
from core.workspace.tables import ImageTable, PersonTable, QualityTable, RevisionTable, VersionTable, as_row
from core.workspace.versions import is_in_use

ReviewOrder = Literal["unsure", "newest", "uploaded", "random"]
ReviewKey = tuple[float, ...]
Drawn = int | Literal["anybody", "model"]
"""Whose masks: anybody's, what the model proposes, or those of the person of a number."""

_SURE = 2.0
"""Stands for the score of an image without a guess; those of guesses end at 1."""
_STATES: tuple[Review, ...] = ("open", "approved", "flagged")


@dataclass(frozen=True)
class ReviewPlace:
    """A place in the order of the queue.

    Attributes:
        key: What the order compares.
        inclusive: The item of that key comes first, else the one after it.
    """

    key: ReviewKey
    inclusive: bool = True


@dataclass(frozen=True)
class ReviewItem:
    """An image in the queue.

    Attributes:
        revision: The mask that counts, None for what the model proposes.
        key: Its place in the order.
        guess: How good the prediction of the model in use is thought to be, None for no guess.
    """

    image: ImageRow
    revision: RevisionRow | None
    key: ReviewKey
    guess: GuessRow | None = None


class ReviewPages(StorePart):
    """What the Review page asks of the images of a task.

    Args:
        order: "unsure" has the masks first of whose prediction by the model in use the least is expected,
            and what nothing is expected of last; "newest" what was saved last, then what was uploaded last;
            "uploaded" is the order of arrival; "random" is the same for the same seed.
        seed: Of the random order.
        without: Images whose mask the person must not see.
        saved_alone: Leave out what the model proposes too: where some of `without` look as if nobody had
            saved them, what is missing among the others would tell which these are.
    """

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        cache: Cache,
        task_id: int,
        order: ReviewOrder,
        *,
        drawn: Drawn = "anybody",
        seed: int = 0,
        without: Collection[int] = (),
        saved_alone: bool = False,
    ) -> None:
        super().__init__(database, blobs, cache)
        self._without = without
        self._saved_alone = saved_alone
        self._task_id = task_id
        self._drawn = drawn
        # One direction for each order, so that a place is one comparison of rows.
        self._is_falling = order == "newest"
        saved = func.coalesce(ImageTable.truth_revision_id, 0)
        keys: dict[ReviewOrder, tuple[Any, ...]] = {
            "unsure": (func.coalesce(QualityTable.score, _SURE), ImageTable.position),
            "newest": (saved, ImageTable.position),
            "uploaded": (ImageTable.position,),
            "random": (scattered(ImageTable.id, seed), ImageTable.id),
        }
        self._key = keys[order]

    def counts(self) -> dict[Review, int]:
        """How many images are in each state; counted in an index."""
        with self._database.reading() as session:
            is_here = self._is_here(session)
            numbers = [
                select(func.count()).where(is_here, ImageTable.review == state).scalar_subquery()
                for state in _STATES
            ]
            return dict(zip(_STATES, session.execute(select(*numbers)).one(), strict=True))

    def page(self, state: Review, start: ReviewPlace | None, limit: int) -> list[ReviewItem]:
        """The items from a place on, from the beginning where none is given."""
        own = tuple_(*self._key)
        with self._database.reading() as session:
            where = [self._is_here(session), ImageTable.review == state]
            if start is not None:
                at = tuple_(*start.key)
                beyond = own < at if self._is_falling else own > at
                where.append(beyond | (own == at) if start.inclusive else beyond)
            directed = [each.desc() if self._is_falling else each for each in self._key]
            return self._items(session, self._places().where(*where).order_by(*directed).limit(limit))

    def before(self, state: Review, key: ReviewKey, limit: int) -> list[ReviewItem]:
        """The last items before a place, in order."""
        own, at = tuple_(*self._key), tuple_(*key)
        with self._database.reading() as session:
            earlier = own > at if self._is_falling else own < at
            directed = [each if self._is_falling else each.desc() for each in self._key]
            query = self._places().where(self._is_here(session), ImageTable.review == state, earlier)
            return self._items(session, query.order_by(*directed).limit(limit))[::-1]

    def item(self, image_id: int) -> ReviewItem | None:
        """An image of the task with its place, whatever its state; None where there is none."""
        query = self._places().where(ImageTable.id == image_id, self._of_task())
        with self._database.reading() as session:
            return next(iter(self._items(session, query)), None)

    def drawers(self) -> list[PersonRow]:
        """Who drew a mask of the task that counts."""
        theirs = select(ImageTable.truth_person_id).where(ImageTable.task_id == self._task_id).distinct()
        query = select(PersonTable).where(PersonTable.id.in_(theirs))
        return self._all(PersonRow, query.order_by(PersonTable.id))

    def _places(self) -> Select[Any]:
        """Images with their keys and nothing else: that is what is sorted."""
        guess = QualityTable.image_id == ImageTable.id
        return select(ImageTable.id, *self._key).join(
            QualityTable, guess & (QualityTable.version_id == self._in_use()), isouter=True
        )

    def _in_use(self) -> Any:
        return select(VersionTable.id).where(is_in_use(self._task_id, "segment")).scalar_subquery()

    def _is_here(self, session: Session) -> ColumnElement[bool]:
        """Of the task, and with something to look at: a saved mask, or what a model proposes."""
        of_task = self._of_task()
        if isinstance(self._drawn, int):
            return of_task & (ImageTable.truth_person_id == self._drawn)
        has_model = session.scalar(select(self._in_use()))
        is_saved = ImageTable.truth_revision_id.is_not(None)
        if self._drawn == "model":
            return of_task & ~is_saved if has_model is not None else of_task & false()
        return of_task if has_model is not None else of_task & is_saved

    def _of_task(self) -> ColumnElement[bool]:
        of_task = ImageTable.task_id == self._task_id
        if self._without:
            # Written into the query: they may be more than a database takes as parameters.
            hidden: BindParameter[int] = bindparam(
                None, list(self._without), unique=True, expanding=True, literal_execute=True
            )
            of_task &= ImageTable.id.not_in(hidden)
        return of_task & ImageTable.truth_revision_id.is_not(None) if self._saved_alone else of_task

    def _items(self, session: Session, places: Select[Any]) -> list[ReviewItem]:
        """The images of a query of `_places`, in its order."""
        keys = {image_id: tuple(key) for image_id, *key in session.execute(places)}
        of_images = session.execute(image_query().where(ImageTable.id.in_(keys)))
        images = {each.id: (to_image_row(each), each.truth_revision_id) for each in of_images}
        saved = [revision_id for _, revision_id in images.values() if revision_id is not None]
        of_saved = session.scalars(select(RevisionTable).where(RevisionTable.id.in_(saved)))
        revisions = {each.id: as_row(RevisionRow, each) for each in of_saved}
        guesses = self._guesses(session, list(keys))
        return [
            ReviewItem(images[each][0], revisions.get(images[each][1] or 0), key, guesses.get(each))
            for each, key in keys.items()
        ]

    def _guesses(self, session: Session, image_ids: list[int]) -> dict[int, GuessRow]:
        query = select(*GUESS_COLUMNS).where(QualityTable.version_id == self._in_use())
        found = session.execute(query.where(QualityTable.image_id.in_(image_ids)))
        return {each.image_id: GuessRow(*each) for each in found}
