"""Groups: images that must not be separated. Ranks and locks belong to them.

A group gets its rank when a person first saves an image of it; the 2nd, 7th, 12th ... is locked: kept from
training for good, for comparison. What comes into a locked group is locked too, and nothing is unlocked here.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.workspace import audit
from core.workspace.assignments import keep_together
from core.workspace.rows import GroupKind, GroupRow
from core.workspace.sql.part import StorePart
from core.workspace.tables import GroupTable, ImageTable, SettingTable, TaskTable, as_row

_SALT = "group_salt"


@dataclass(frozen=True)
class Moved:
    """What became of images that were put together.

    Attributes:
        group: The group that they are in now.
        newly_locked: Images that are locked since, which leave training.
    """

    group: GroupRow
    newly_locked: tuple[int, ...]


def is_locked_rank(rank: int) -> bool:
    """True for the 2nd, 7th, 12th, 17th ... corrected group of a task: kept from training for good."""
    return rank % 5 == 2


class Groups(StorePart):
    """The groups of a workspace; every image is in one."""

    def get(self, group_id: int) -> GroupRow:
        """One group.

        Raises:
            StoreError: There is none of that number.
        """
        with self._database.reading() as session:
            return _row_of(session, group_id)

    def list(self, task_id: int) -> list[GroupRow]:
        """All groups of a task, for work that goes over the whole task."""
        found = self._found(_query().where(GroupTable.task_id == task_id).order_by(GroupTable.id))
        return [as_row(GroupRow, group, num_images=num_images) for group, num_images in found]

    def count(self, task_id: int) -> int:
        """How many groups a task has, from an index."""
        return self._number(select(func.count()).where(GroupTable.task_id == task_id))

    def take_out(self, image_id: int, *, who: str) -> Moved:
        """Give an image a group of its own by hand; a locked one stays locked.

        Raises:
            StoreError: It is gone.
        """
        return self.assign([image_id], kind="hand", key=f"alone:{image_id}", who=who)

    def salt(self) -> bytes:
        """Of the hashes of whom images are of, one for each workspace."""
        with self._database.writing() as session:
            return _salt(session)

    def assign(
        self, image_ids: Sequence[int], *, kind: GroupKind, key: str, name: str = "", who: str = ""
    ) -> Moved:
        """Put images of one task into the group of that kind and key, made where there is none.

        Args:
            kind: What holds the group together.
            key: What names it, such as a patient's number; only its salted hash is kept.
            who: Person, empty where a rule of the program decided.

        Raises:
            StoreError: An image is gone, or they are of several tasks.
        """
        with self._database.writing(needs="group" if who else "draw") as session:
            images = _images(session, image_ids)
            task_id = images[0].task_id
            return _move(session, images, existing_or_new(session, task_id, kind, key, name), who)

    def merge(self, group_ids: Sequence[int], *, who: str = "") -> Moved:
        """Put all images of the groups into the first of them.

        Raises:
            StoreError: A group is gone, or they are of several tasks.
        """
        with self._database.writing(needs="group" if who else "draw") as session:
            group = session.get_one(GroupTable, _row_of(session, group_ids[0]).id)
            query = select(ImageTable.id).where(ImageTable.group_id.in_(group_ids))
            return _move(session, _images(session, session.scalars(query).all()), group, who)


def new_single(session: Session, task_id: int) -> GroupTable:
    """A group for an image that belongs to no other, inside the caller's transaction."""
    group = GroupTable(task_id=task_id, kind="single")
    session.add(group)
    session.flush()
    return group


def existing_or_new(session: Session, task_id: int, kind: GroupKind, key: str, name: str) -> GroupTable:
    """The group of that kind and key, made where there is none, inside the caller's transaction."""
    hashed = hmac.new(_salt(session), key.encode(), hashlib.sha256).hexdigest()
    same = (GroupTable.task_id == task_id) & (GroupTable.kind == kind) & (GroupTable.key == hashed)
    group = session.scalars(select(GroupTable).where(same)).first()
    if group is None:
        group = GroupTable(task_id=task_id, kind=kind, key=hashed, name=name)
        session.add(group)
        session.flush()
    return group


def give_rank(session: Session, image: ImageTable) -> None:
    """Rank the group of an image that a person has saved, if it has no rank yet; the rank may lock it."""
    group = session.get_one(GroupTable, image.group_id)
    if group.corrected_rank is not None:
        return
    task = session.get_one(TaskTable, image.task_id)
    task.num_ranked += 1
    group.corrected_rank = task.num_ranked
    if is_locked_rank(task.num_ranked):
        _lock(session, group)
        query = select(ImageTable.id).where(ImageTable.group_id == group.id).order_by(ImageTable.id)
        facts = {"group": group.id, "rank": task.num_ranked, "locked": list(session.scalars(query))}
        audit.append(session, "group_locked", facts, who="", task_id=group.task_id)


def drop_empty(session: Session, group_ids: Iterable[int]) -> None:
    """Take groups away that hold no image any more; their ranks stay used up."""
    for group_id in set(group_ids):
        if _is_empty(session, group_id):
            session.delete(session.get_one(GroupTable, group_id))
    session.flush()


def _move(session: Session, images: Sequence[ImageTable], group: GroupTable, who: str) -> Moved:
    if any(image.task_id != group.task_id for image in images):
        raise StoreError("Images of several tasks cannot be put together; choose images of one task.")
    left = [session.get_one(GroupTable, each) for each in {image.group_id for image in images} - {group.id}]
    locked = group.locked or any(old.locked for old in left)
    for image in images:
        image.group_id = group.id
    session.flush()
    keep_together(session, group.id)
    unlocked = (ImageTable.group_id == group.id) & ~ImageTable.locked
    were_free = session.scalars(select(ImageTable.id).where(unlocked).order_by(ImageTable.id)).all()
    # The earliest rank of those that go up in this group stays its rank.
    ranks = [each.corrected_rank for each in left if _is_empty(session, each.id)] + [group.corrected_rank]
    drop_empty(session, [each.id for each in left])
    group.corrected_rank = min((rank for rank in ranks if rank is not None), default=None)
    if locked:
        _lock(session, group)
    corrected = next((image for image in images if image.truth_revision_id is not None), None)
    if corrected is not None:
        give_rank(session, corrected)
    newly_locked = tuple(were_free) if group.locked else ()
    facts = {"group": group.id, "kind": group.kind, "images": sorted(image.id for image in images)}
    facts["locked"] = list(newly_locked)
    audit.append(session, "grouped", facts, who=who, task_id=group.task_id)
    return Moved(_row_of(session, group.id), newly_locked)


def _lock(session: Session, group: GroupTable) -> None:
    group.locked = True
    session.flush()
    session.execute(update(ImageTable).where(ImageTable.group_id == group.id).values(locked=True))


def _is_empty(session: Session, group_id: int) -> bool:
    return session.scalar(select(ImageTable.id).where(ImageTable.group_id == group_id).limit(1)) is None


def _images(session: Session, image_ids: Sequence[int]) -> Sequence[ImageTable]:
    images = session.scalars(select(ImageTable).where(ImageTable.id.in_(image_ids))).all()
    if not images or len(images) != len(set(image_ids)):
        raise StoreError("An image of the group is gone; look at the task again.")
    return images


def _salt(session: Session) -> bytes:
    salt = session.get(SettingTable, _SALT)
    if salt is None:
        salt = SettingTable(name=_SALT, value=secrets.token_hex(16))
        session.add(salt)
        session.flush()
    return str(salt.value).encode()


def _query() -> Select[GroupTable, int]:
    num_images = select(func.count()).where(ImageTable.group_id == GroupTable.id).scalar_subquery()
    return select(GroupTable, num_images)


def _row_of(session: Session, group_id: int) -> GroupRow:
    found = session.execute(_query().where(GroupTable.id == group_id)).first()
    if found is None:
        raise StoreError("There is no group number {group_id}; look at the task again.", group_id=group_id)
    return as_row(GroupRow, found[0], num_images=found[1])
