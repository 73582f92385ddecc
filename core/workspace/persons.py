"""Persons: who draws, saves and judges. A name is enough; the same name is the same person."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, Select, select, update
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.workspace import audit
from core.workspace.names import clean_name, name_key
from core.workspace.roles import Role
from core.workspace.rows import PersonRow
from core.workspace.sql.database import be_alone
from core.workspace.sql.part import StorePart, once
from core.workspace.tables import (
    AuditTable,
    JobTable,
    LabelTable,
    PersonTable,
    ReviewTable,
    RevisionTable,
    VersionEventTable,
    VersionTable,
    as_row,
    utc_now,
)


class Persons(StorePart):
    """The persons of a workspace."""

    def get_or_add(self, name: str) -> PersonRow:
        """The person of that name, made where there is none.

        Raises:
            ValueError: The name is empty.
        """
        with self._database.reading() as session:
            found = session.scalars(_of_name(name)).first()
        if found is None or not found.is_known:
            with self._database.writing() as session:
                found = existing_or_new(session, name)
        return as_row(PersonRow, found)

    def list(self) -> list[PersonRow]:
        """Everybody, in the order in which they came; also those who were taken away."""
        return self._all(PersonRow, select(PersonTable).order_by(PersonTable.id))

    @once
    def get(self, person_id: int) -> PersonRow | None:
        """The person of that number, also one who was taken away; None where there is none."""
        with self._database.reading() as session:
            person = session.get(PersonTable, person_id)
        return None if person is None else as_row(PersonRow, person)

    @once
    def find(self, name: str) -> PersonRow | None:
        """The person of that name who works here, None where there is none or who was taken away."""
        with self._database.reading() as session:
            person = session.scalars(_of_name(name)).first()
        return None if person is None or person.removed_at is not None else as_row(PersonRow, person)

    def once_called(self, name: str) -> PersonRow | None:
        """Who works here and bore a name before; None where somebody bears it now, or nobody ever did."""
        with self._database.reading() as session:
            if session.scalars(_of_name(name)).first() is not None:
                return None
            renamed = select(AuditTable.facts).where(AuditTable.action == "person_renamed")
            for facts in session.scalars(renamed.order_by(AuditTable.id.desc())):
                if name_key(facts.get("was", "")) == name_key(name):
                    person = session.get(PersonTable, facts["person"])
                    return None if person is None or person.removed_at else as_row(PersonRow, person)
        return None

    def password_hash(self, person_id: int) -> str | None:
        """The hash of a person's password, None for somebody without one."""
        with self._database.reading() as session:
            return _existing(session, person_id).password_hash

    @once
    def with_password(self) -> frozenset[int]:
        """The numbers of all who have one; who was taken away has none."""
        return frozenset(self._values(select(PersonTable.id).where(PersonTable.password_hash.is_not(None))))

    def set_password_hash(self, person_id: int, hashed: str | None, *, who: str = "") -> None:
        """Keep the hash of a password; sessions that began with another one end.

        Raises:
            StoreError: There is none of that number.
        """
        with self._database.writing(needs="people") as session:
            _existing(session, person_id).password_hash = hashed
            audit.append(session, "password_set", {"person": person_id}, who=who)

    def set_role(self, person_id: int, role: Role, *, who: str = "") -> None:
        """Give a role, also to somebody who was taken away and comes back.

        Raises:
            StoreError: There is none of that number.
        """
        with self._database.writing(needs="people") as session:
            person = _existing(session, person_id)
            person.role, person.removed_at = role, None
            audit.append(session, "role_set", {"person": person_id, "role": role}, who=who)

    def rename(self, person_id: int, name: str, *, who: str = "") -> PersonRow:
        """Give another name, which everything they made then bears; audit rows say what was said at the time.

        Raises:
            ValueError: The name is empty.
            StoreError: There is none of that number, or another person has the name: two cannot become one.
        """
        with self._database.writing(needs="people") as session:
            person = _existing(session, person_id)
            other = session.scalars(_of_name(name)).first()
            if other is not None and other.id != person_id:
                raise StoreError("There is a {name} already; two people cannot become one.", name=other.name)
            for table in (RevisionTable, ReviewTable, LabelTable, VersionTable, VersionEventTable, JobTable):
                names = session.scalars(select(table.who).distinct().where(table.who != "")).all()
                same = [each for each in names if name_key(each) == person.key]
                session.execute(update(table).where(table.who.in_(same)).values(who=clean_name(name)))
            facts = {"person": person_id, "name": clean_name(name), "was": person.name}
            person.name, person.key = clean_name(name), name_key(name)
            audit.append(session, "person_renamed", facts, who=who)
        return as_row(PersonRow, person)

    def remove(self, person_id: int, *, who: str = "") -> None:
        """Take somebody away; everything they made keeps their name.

        Raises:
            StoreError: There is none of that number.
        """
        with self._database.writing(needs="people") as session:
            person = _existing(session, person_id)
            person.removed_at = person.removed_at or utc_now()
            person.password_hash = None
            audit.append(session, "person_removed", {"person": person_id}, who=who)


def existing_or_new(session: Session, name: str, *, is_known: bool = True) -> PersonTable:
    """The person of a name, inside the caller's transaction, which is alone once it adds somebody.

    Args:
        name: Whose.
        is_known: What they do makes them somebody; to look and to draw does not.
    """
    person = session.scalars(_of_name(name)).first()
    if person is None:
        # Two that add the same person, one with an image that the other waits for, would end in a deadlock.
        be_alone(session.connection())
        person = session.scalars(_of_name(name)).first()
    if person is None:
        person = PersonTable(name=clean_name(name), key=name_key(name), is_known=is_known)
        session.add(person)
        session.flush()
    person.is_known = person.is_known or is_known
    return person


def id_of(name: str) -> ScalarSelect[int]:
    """Key of the person of a name as a part of a query, NULL, which equals nothing, for one never seen."""
    return select(PersonTable.id).where(PersonTable.key == name_key(name)).scalar_subquery()


def _existing(session: Session, person_id: int) -> PersonTable:
    person = session.get(PersonTable, person_id)
    if person is None:
        raise StoreError("There is no person number {person_id} in this workspace.", person_id=person_id)
    return person


def _of_name(name: str) -> Select[PersonTable]:
    return select(PersonTable).where(PersonTable.key == name_key(name))
