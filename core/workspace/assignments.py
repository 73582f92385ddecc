"""Assignments: a task's images are given to persons, in shares; images of a group stay together.

What somebody has saved stays theirs; the rest goes one group after another, the largest first and equal ones
in an order drawn from the seed, to whoever is furthest from their share. New images go by the same shares;
what a reader who signed in brings is theirs. Without shares images are everybody's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.workspace import audit
from core.workspace.names import name_key
from core.workspace.seen import ONLY_OF
from core.workspace.sql.existing import existing_task
from core.workspace.sql.part import StorePart
from core.workspace.tables import ImageTable, PersonTable, TaskTable

_AT_ONCE = 500


@dataclass(frozen=True)
class Shares:
    """How the images of a task are given.

    Attributes:
        percent: Share of each person by number; they come to 100.
        seed: Of the order in which groups are given.
    """

    percent: dict[int, int]
    seed: int = 0


@dataclass(frozen=True)
class Share:
    """What was given to somebody.

    Attributes:
        percent: Of new images, 0 for somebody who gets none.
        images: Images of the task that are theirs.
        done: Those with a saved mask that nobody flagged.
    """

    person_id: int
    who: str
    percent: int
    images: int
    done: int


class Assignments(StorePart):
    """Who was given which images of a workspace."""

    def of_task(self, task_id: int) -> list[Share]:
        """What everybody has of a task; empty where its images are everybody's."""
        done = ImageTable.truth_revision_id.is_not(None) & (ImageTable.review != "flagged")
        counts = (
            select(ImageTable.reader_id, func.count(), func.count().filter(done))
            .where(ImageTable.task_id == task_id, ImageTable.reader_id.is_not(None))
            .group_by(ImageTable.reader_id)
        )
        with self._database.reading() as session:
            found = {person_id: (images, number) for person_id, images, number in session.execute(counts)}
            shares = _shares_of(session, task_id)
            percent = {} if shares is None else shares.percent
            people = select(PersonTable).where(PersonTable.id.in_({*found, *percent}))
            return [
                Share(each.id, each.name, percent.get(each.id, 0), *found.get(each.id, (0, 0)))
                for each in session.scalars(people.order_by(PersonTable.id))
            ]

    def of_person(self, task_id: int, who: str) -> Share | None:
        """What somebody has of a task, None where they were given nothing."""
        same = name_key(who)
        return next(
            (each for each in self.of_task(task_id) if each.images and name_key(each.who) == same), None
        )

    def give(self, task_id: int, shares: Shares | None, *, who: str) -> None:
        """Share a task's images anew; None makes them everybody's again. Masks and drafts stay.

        Raises:
            StoreError: There is no such task or person, or the shares do not come to 100 per cent.
        """
        with self._database.writing(needs="task") as session:
            task = existing_task(session, task_id)
            if shares is None:
                task.shares = None
                of_task = ImageTable.task_id == task_id
                session.execute(update(ImageTable).where(of_task).values(reader_id=None))
            else:
                _check(session, shares)
                task.shares = {**asdict(shares), "percent": {str(k): v for k, v in shares.percent.items()}}
                _share_out(session, task_id, shares)
            facts = {} if shares is None else {"shares": task.shares}
            audit.append(session, "images_given", facts, who=who, task_id=task_id)

    def give_group(self, group_id: int, person_id: int, *, who: str) -> None:
        """Give the images of one group to a person, whatever the shares say.

        Raises:
            StoreError: There is no such group or person.
        """
        with self._database.writing(needs="task") as session:
            _check(session, Shares({person_id: 100}))
            image = session.scalars(select(ImageTable).where(ImageTable.group_id == group_id)).first()
            if image is None:
                raise StoreError(
                    "There is no group number {group_id}; look at the task again.", group_id=group_id
                )
            _give(session, group_id, person_id)
            facts = {"group": group_id, "person": person_id}
            audit.append(session, "images_given", facts, who=who, task_id=image.task_id)


def reader_of_new(session: Session, task: TaskTable, group_id: int) -> int | None:
    """Whom a new image of a group goes to, inside the caller's transaction; None for everybody."""
    shares = _shares_of(session, task.id)
    if shares is None:
        return None
    brought_by: int | None = session.info.get(ONLY_OF)
    return reader_of(session, group_id) or brought_by or _furthest(shares.percent, _held(session, task.id))


def reader_of(session: Session, group_id: int) -> int | None:
    """Who has the images of a group, None for everybody."""
    given = (ImageTable.group_id == group_id) & ImageTable.reader_id.is_not(None)
    return session.scalar(select(ImageTable.reader_id).where(given).order_by(ImageTable.position).limit(1))


def keep_together(session: Session, group_id: int) -> None:
    """Let the images of a group be of one person, after some have come into it."""
    reader = reader_of(session, group_id)
    if reader is not None:
        _give(session, group_id, reader)


def _share_out(session: Session, task_id: int, shares: Shares) -> None:
    """Give every group that nobody has saved yet; the others stay with who has them."""
    open_ = ImageTable.truth_revision_id.is_(None) | (ImageTable.review == "flagged")
    # A group of which a mask is saved is of whoever has it, else of who drew.
    drawer = func.min(ImageTable.truth_person_id).filter(~open_)
    groups = (
        select(ImageTable.group_id, func.count(), func.min(ImageTable.reader_id), drawer)
        .where(ImageTable.task_id == task_id)
        .group_by(ImageTable.group_id)
    )
    sizes, given = {}, {}
    for group_id, size, reader_id, drawer_id in session.execute(groups):
        sizes[group_id] = size
        if drawer_id is not None:
            given[group_id] = reader_id if reader_id is not None else drawer_id
    held = dict.fromkeys(shares.percent, 0)
    for group_id, person_id in given.items():
        held[person_id] = held.get(person_id, 0) + sizes[group_id]
    for group_id in sorted(
        sizes.keys() - given.keys(), key=lambda each: (-sizes[each], _drawn(shares.seed, each))
    ):
        given[group_id] = person_id = _furthest(shares.percent, held)
        held[person_id] += sizes[group_id]
    for person_id in set(given.values()):
        theirs = [group_id for group_id, each in given.items() if each == person_id]
        for start in range(0, len(theirs), _AT_ONCE):
            some = ImageTable.group_id.in_(theirs[start : start + _AT_ONCE])
            session.execute(update(ImageTable).where(some).values(reader_id=person_id))


def _furthest(percent: Mapping[int, int], held: Mapping[int, int]) -> int:
    """Who of those with a share is furthest from it once there is one more image; the first of equals."""
    total = sum(held.get(each, 0) for each in percent) + 1
    return max(percent, key=lambda each: percent[each] * total - 100 * held.get(each, 0))


def _held(session: Session, task_id: int) -> dict[int, int]:
    count = select(ImageTable.reader_id, func.count()).where(ImageTable.task_id == task_id)
    found = session.execute(count.group_by(ImageTable.reader_id))
    return {reader_id: number for reader_id, number in found if reader_id is not None}


def _drawn(seed: int, group_id: int) -> str:
    return hashlib.sha256(f"{seed}:{group_id}".encode()).hexdigest()


def _give(session: Session, group_id: int, person_id: int) -> None:
    of_group = ImageTable.group_id == group_id
    session.execute(update(ImageTable).where(of_group).values(reader_id=person_id))


def _shares_of(session: Session, task_id: int) -> Shares | None:
    told = session.scalar(select(TaskTable.shares).where(TaskTable.id == task_id))
    if told is None:
        return None
    return Shares({int(person_id): percent for person_id, percent in told["percent"].items()}, told["seed"])


def _check(session: Session, shares: Shares) -> None:
    total = sum(shares.percent.values())
    if total != 100 or any(percent < 0 for percent in shares.percent.values()):
        raise StoreError(
            "The shares come to {total} per cent; they must come to 100, none below 0.", total=total
        )
    here = select(PersonTable.id).where(PersonTable.removed_at.is_(None))
    if gone := set(shares.percent) - set(session.scalars(here)):
        raise StoreError(
            "Person number {number} does not work in this workspace; choose another one.", number=min(gone)
        )
