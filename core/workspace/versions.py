"""Rows of model versions and of what happened to them; `core.registry` decides, this module remembers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations

from core.errors import StoreError
from core.reasons import Reason
from core.workspace import audit
from core.workspace.rows import NewVersion, Purpose, VersionEvent, VersionRow
from core.workspace.sql.existing import existing_version
from core.workspace.sql.part import StorePart, once
from core.workspace.tables import VersionEventTable, VersionTable, as_row, as_table


class Versions(StorePart):
    """The model versions of a workspace; each purpose of a task has its own version in use."""

    def open(self, version: VersionRow) -> Path:
        """The folder on this machine with the version's `model.keras` and `card.json`."""
        return self._blobs.place.folder(version.folder)

    @contextmanager
    def writing(self, folder: str) -> Iterator[Path]:
        """A folder on this machine for the files of a version that is added afterwards.

        Args:
            folder: As `NewVersion.folder` will say.

        Raises:
            StoreError: The disk is full.
        """
        with self._database.plain_errors():
            yield self._blobs.place.folder(folder)
            self._blobs.place.keep(folder)

    def add(self, task_id: int, new: NewVersion) -> VersionRow:
        """A new candidate; the same shipped weights twice in a task are one version."""
        with self._database.writing() as session:
            if new.origin == "shipped":
                query = select(VersionTable).where(
                    VersionTable.task_id == task_id,
                    VersionTable.purpose == new.purpose,
                    VersionTable.origin == "shipped",
                    VersionTable.weights_sha256 == new.weights_sha256,
                )
                same = session.scalars(query).first()
                if same is not None:
                    return as_row(VersionRow, same)
            query_last = select(func.max(VersionTable.number)).where(VersionTable.task_id == task_id)
            number = (session.scalar(query_last) or 0) + 1
            new = replace(new, title=new.title or f"Version {number}")
            version = as_table(VersionTable, new, task_id=task_id, number=number, status="candidate")
            session.add(version)
            session.flush()
            return as_row(VersionRow, version)

    def list(self, task_id: int, purpose: Purpose = "segment") -> list[VersionRow]:
        """All versions of a task for a purpose, the newest first."""
        query = (
            select(VersionTable)
            .where(VersionTable.task_id == task_id, VersionTable.purpose == purpose)
            .order_by(VersionTable.number.desc())
        )
        return self._all(VersionRow, query)

    def get(self, version_id: int) -> VersionRow:
        """One version.

        Raises:
            StoreError: There is none of that number.
        """
        with self._database.reading() as session:
            return as_row(VersionRow, existing_version(session, version_id))

    @once
    def current(self, task_id: int, purpose: Purpose = "segment") -> VersionRow | None:
        """The version in use, None where the task has no model for that purpose yet."""
        return next(
            iter(self._all(VersionRow, select(VersionTable).where(is_in_use(task_id, purpose)))), None
        )

    def set_comparison(self, version_id: int, comparison: dict[str, Any] | None) -> None:
        """Remember how a candidate did against the version in use."""
        with self._database.writing() as session:
            existing_version(session, version_id).comparison = comparison

    def promote(self, version_id: int, *, who: str, why: Reason, instead_of: int | None = None) -> VersionRow:
        """Put a version into use; the one before is retired, nothing is deleted.

        Args:
            who: Person, empty where the rule decided.
            instead_of: Do it only if this version is in use (0 for none), and change nothing otherwise.

        Raises:
            StoreError: There is no such version.
        """
        with self._database.writing(needs="model") as session:
            version = existing_version(session, version_id)
            previous_id = _current_id(session, version.task_id, version.purpose)
            as_expected = instead_of is None or instead_of == (previous_id or 0)
            if previous_id != version_id and as_expected:
                _switch(session, version, "promoted", previous_id, who=who, why=why)
            return as_row(VersionRow, version)

    def keep_back(self, version_id: int, *, who: str, why: Reason) -> None:
        """Remember that a candidate was not put into use, and why."""
        with self._database.writing() as session:
            version = existing_version(session, version_id)
            current_id = _current_id(session, version.task_id, version.purpose)
            _happened(session, version, "kept", current_id, who=who, why=why)

    def roll_back(self, task_id: int, *, who: str, why: Reason, purpose: Purpose = "segment") -> VersionRow:
        """Put the version in use before the current one back into use; again for the one before that.

        Raises:
            StoreError: There is none before.
        """
        with self._database.writing(needs="model") as session:
            in_use = _stack(session, task_id, purpose)
            if len(in_use) < 2:
                raise StoreError("There is no earlier version to roll back to; promote another one instead.")
            version = existing_version(session, in_use[-2])
            _switch(session, version, "rolled_back", in_use[-1], who=who, why=why)
            return as_row(VersionRow, version)

    def before_current(self, task_id: int, purpose: Purpose = "segment") -> VersionRow | None:
        """The version that a roll-back would put into use, None where there is none."""
        with self._database.reading() as session:
            in_use = _stack(session, task_id, purpose)
            return as_row(VersionRow, existing_version(session, in_use[-2])) if len(in_use) > 1 else None

    def events(self, task_id: int, purpose: Purpose = "segment") -> Sequence[VersionEvent]:
        """What happened to the versions of a task for a purpose, the newest first."""
        with self._database.reading() as session:
            found = reversed(_events(session, task_id, purpose))
            return [as_row(VersionEvent, each, why=Reason(each.why_code, each.why_facts)) for each in found]


def _current_id(session: Session, task_id: int, purpose: str) -> int | None:
    return session.scalar(select(VersionTable.id).where(is_in_use(task_id, purpose)))


def is_in_use(task_id: int | SQLCoreOperations[int], purpose: str) -> ColumnElement[bool]:
    """Of versions: whether one is that in use of a task for a purpose."""
    of_task = (VersionTable.task_id == task_id) & (VersionTable.purpose == purpose)
    return of_task & (VersionTable.status == "current")


def _switch(
    session: Session, version: VersionTable, action: str, previous_id: int | None, *, who: str, why: Reason
) -> None:
    in_use = is_in_use(version.task_id, version.purpose)
    session.execute(update(VersionTable).where(in_use).values(status="retired"))
    session.execute(update(VersionTable).where(VersionTable.id == version.id).values(status="current"))
    _happened(session, version, action, previous_id, who=who, why=why)
    session.flush()
    session.refresh(version)


def _stack(session: Session, task_id: int, purpose: str) -> list[int]:
    """Versions in use, in order: a promotion lays one on top, a roll-back takes one off."""
    stack: list[int] = []
    for each in _events(session, task_id, purpose):
        if each.action == "promoted" and each.version_id is not None:
            stack.append(each.version_id)
        elif each.action == "rolled_back":
            stack.pop()
    return stack


def _events(session: Session, task_id: int, purpose: str) -> list[VersionEventTable]:
    query = (
        select(VersionEventTable)
        .join(VersionTable, VersionTable.id == VersionEventTable.version_id)
        .where(VersionEventTable.task_id == task_id, VersionTable.purpose == purpose)
        .order_by(VersionEventTable.id)
    )
    return list(session.scalars(query))


def _happened(
    session: Session, version: VersionTable, action: str, previous_id: int | None, *, who: str, why: Reason
) -> None:
    task_id = version.task_id
    told = {"version_id": version.id, "previous_id": previous_id}
    why_facts = dict(why.facts)
    session.add(
        VersionEventTable(
            task_id=task_id, action=action, who=who, why_code=why.code, why_facts=why_facts, **told
        )
    )
    facts = {**told, "why": why.code}
    audit.append(session, f"version_{action}", facts, who=who, task_id=task_id)
