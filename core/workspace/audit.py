"""The audit: every save, verdict, promotion, lock and group change, appended with who and when.

Each row is sealed with the seal of the one before, so that a row that was changed or taken out later shows.
Facts are keys, hashes and numbers: the audit can be shown to anybody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.workspace.rows import AuditRow
from core.workspace.sql.part import StorePart
from core.workspace.tables import AuditTable, as_row, utc_now

_LAST_SEAL = select(AuditTable.seal).order_by(AuditTable.id.desc()).limit(1)


class Audit(StorePart):
    """The audit of a workspace; the other parts of the store append to it as they write."""

    def list(
        self,
        *,
        limit: int = 100,
        task_id: int | None = None,
        action: str | None = None,
        who: str | None = None,
    ) -> list[AuditRow]:
        """Rows, the newest first: of a task, an action and a person where one is given.

        With those of a task come those of the whole workspace, such as that somebody was given a role.
        """
        query = select(AuditTable).order_by(AuditTable.id.desc()).limit(limit)
        if task_id is not None:
            query = query.where(_of_task(task_id))
        for column, wanted in ((AuditTable.action, action), (AuditTable.who, who)):
            if wanted is not None:
                query = query.where(column == wanted)
        return self._all(AuditRow, query)

    def persons(self, task_id: int) -> Sequence[str]:
        """Who did something in a task or in the whole workspace, by name."""
        return sorted(filter(None, self._values(select(AuditTable.who).where(_of_task(task_id)).distinct())))

    def rows(self) -> Iterator[AuditRow]:
        """All rows, the oldest first."""
        with self._database.reading() as session:
            for row in session.scalars(select(AuditTable).order_by(AuditTable.id)).yield_per(1000):
                yield as_row(AuditRow, row)

    def last_seal(self) -> str:
        """The seal of the newest row, "" before the first; who keeps it sees later if the end was cut."""
        with self._database.reading() as session:
            return session.scalar(_LAST_SEAL) or ""

    def first_altered(self) -> int | None:
        """Key of the first row that is not as it was written, None where all are.

        Rows that were cut off at the end leave no trace here; whoever keeps the last seal sees that too.
        """
        before = ""
        with self._database.reading() as session:
            for row in session.scalars(select(AuditTable).order_by(AuditTable.id)).yield_per(1000):
                if row.seal != _seal(row, before):
                    return row.id
                before = row.seal
        return None


def append(
    session: Session, action: str, facts: Mapping[str, Any], *, who: str, task_id: int | None = None
) -> None:
    """Add a row, inside the caller's transaction.

    Args:
        action: Code, such as "mask_saved".
        facts: Keys, hashes and numbers.
        who: Person, empty where a rule of the program decided.
    """
    before = session.scalar(_LAST_SEAL)
    row = AuditTable(action=action, facts=dict(facts), who=who, task_id=task_id, created_at=utc_now())
    row.seal = _seal(row, before or "")
    session.add(row)
    session.flush()


def _of_task(task_id: int) -> ColumnElement[bool]:
    return (AuditTable.task_id == task_id) | AuditTable.task_id.is_(None)


def _seal(row: AuditTable, before: str) -> str:
    told = [before, row.created_at.isoformat(), row.who, row.task_id, row.action, row.facts]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
