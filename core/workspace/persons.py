"""Persons: who draws, saves and judges. A name is enough; the same name is the same person."""

from __future__ import annotations

import unicodedata

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.workspace.database import Database
from core.workspace.rows import PersonRow
from core.workspace.tables import PersonTable, utc_now

MAX_NAME_LENGTH = 80


class Persons:
    """The persons of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get_or_add(self, name: str) -> PersonRow:
        """The person of that name, made where there is none.

        Raises:
            ValueError: The name is empty.
        """
        with self._database.reading() as session:
            found = session.scalars(_of_name(name)).first()
        if found is None:
            with self._database.writing() as session:
                found = existing_or_new(session, name)
        return _to_row(found)

    def list(self) -> list[PersonRow]:
        """Everybody, in the order in which they came; also those who were taken away."""
        with self._database.reading() as session:
            return [_to_row(each) for each in session.scalars(select(PersonTable).order_by(PersonTable.id))]

    def remove(self, person_id: int) -> None:
        """Take somebody away; everything they made keeps their name.

        Raises:
            StoreError: There is none of that number.
        """
        with self._database.writing() as session:
            person = session.get(PersonTable, person_id)
            if person is None:
                raise StoreError(f"There is no person number {person_id} in this workspace.")
            person.removed_at = person.removed_at or utc_now()


def clean_name(name: str) -> str:
    """A name in NFC with single spaces, at most 80 characters.

    Raises:
        ValueError: Nothing is left of it.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())[:MAX_NAME_LENGTH].rstrip()
    if not cleaned:
        raise ValueError("a person needs a name")
    return cleaned


def name_key(name: str) -> str:
    """The form in which names are compared: "Kim" and " kim" are the same person."""
    return unicodedata.normalize("NFKC", clean_name(name)).casefold()


def existing_or_new(session: Session, name: str) -> PersonTable:
    """The person of a name, inside the caller's transaction."""
    person = session.scalars(_of_name(name)).first()
    if person is None:
        person = PersonTable(name=clean_name(name), key=name_key(name))
        session.add(person)
        session.flush()
    return person


def id_of(session: Session, name: str) -> int | None:
    """Key of the person of a name, None where the name was never seen."""
    return session.scalar(select(PersonTable.id).where(PersonTable.key == name_key(name)))


def _of_name(name: str) -> Select[PersonTable]:
    return select(PersonTable).where(PersonTable.key == name_key(name))


def _to_row(person: PersonTable) -> PersonRow:
    return PersonRow(person.id, person.name, person.role, person.created_at, person.removed_at)
