"""Rows of background jobs; `core.jobs` starts and watches the processes, this module remembers.

Every change of status says which status it expects, so that two pages (or a page and the worker) that act at
once cannot both win.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import JobError
from core.workspace.database import Database
from core.workspace.rows import JobRow, JobStatus
from core.workspace.tables import JobTable, utc_now


class Jobs:
    """The jobs of a workspace."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        kind: str,
        task_id: int | None,
        settings: dict[str, Any],
        *,
        who: str,
        retry_of: int | None = None,
    ) -> JobRow:
        """A new job at the end of the queue."""
        with self._database.writing() as session:
            job = JobTable(
                kind=kind, task_id=task_id, settings=settings, status="queued", who=who, retry_of=retry_of
            )
            session.add(job)
            session.flush()
            return _to_row(job)

    def get(self, job_id: int) -> JobRow:
        """One job.

        Raises:
            JobError: There is none of that number.
        """
        with self._database.reading() as session:
            return _to_row(_existing(session, job_id))

    def list(self, task_id: int | None = None, *, status: JobStatus | None = None) -> list[JobRow]:
        """Jobs, the newest first; all tasks where none is given."""
        query = select(JobTable).order_by(JobTable.id.desc())
        if task_id is not None:
            query = query.where(JobTable.task_id == task_id)
        if status is not None:
            query = query.where(JobTable.status == status)
        with self._database.reading() as session:
            return [_to_row(each) for each in session.scalars(query)]

    def take_next(self) -> JobRow | None:
        """The oldest queued job, now called running; None if one is running already or none waits."""
        with self._database.writing() as session:
            if session.scalar(select(JobTable.id).where(JobTable.status == "running").limit(1)) is not None:
                return None
            query = select(JobTable).where(JobTable.status == "queued").order_by(JobTable.id).limit(1)
            job = session.scalars(query).first()
            if job is None:
                return None
            job.status, job.started_at, job.heartbeat_at = "running", utc_now(), utc_now()
            job.pid, job.process_created = None, None
            session.flush()
            return _to_row(job)

    def set_process(self, job_id: int, pid: int, process_created: float | None) -> None:
        """Which process runs the job."""
        with self._database.writing() as session:
            job = _existing(session, job_id)
            job.pid, job.process_created = pid, process_created

    def beat(self, job_id: int) -> JobRow:
        """A sign of life; the row tells the worker whether it was asked to stop."""
        with self._database.writing() as session:
            job = _existing(session, job_id)
            job.heartbeat_at = utc_now()
            session.flush()
            return _to_row(job)

    def request_stop(self, job_id: int) -> JobRow:
        """Ask a running job to stop; one that still waits is stopped at once."""
        with self._database.writing() as session:
            job = _existing(session, job_id)
            if job.status == "queued":
                job.status, job.ended_at = "stopped", utc_now()
                job.reason = "Stopped before it began."
            if job.status == "running":
                job.stop_requested = True
            session.flush()
            return _to_row(job)

    def end(
        self, job_id: int, status: JobStatus, *, reason: str = "", result: dict[str, Any] | None = None
    ) -> JobRow:
        """How a running job ended; one that has ended already keeps its first end."""
        with self._database.writing() as session:
            job = _existing(session, job_id)
            if job.status == "running":
                job.status, job.reason, job.result, job.ended_at = status, reason, result, utc_now()
            session.flush()
            return _to_row(job)


def _existing(session: Session, job_id: int) -> JobTable:
    job = session.get(JobTable, job_id)
    if job is None:
        raise JobError(f"There is no job number {job_id} in this workspace.")
    return job


def _to_row(job: JobTable) -> JobRow:
    return JobRow(
        id=job.id,
        task_id=job.task_id,
        kind=job.kind,
        settings=job.settings,
        status=job.status,  # type: ignore[arg-type]
        reason=job.reason,
        who=job.who,
        result=job.result,
        stop_requested=job.stop_requested,
        pid=job.pid,
        process_created=job.process_created,
        retry_of=job.retry_of,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        heartbeat_at=job.heartbeat_at,
    )
