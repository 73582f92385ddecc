"""Rows of background jobs; `core.jobs` starts and watches the processes, this module remembers.

A running job is leased to a machine, and each sign of life makes the lease longer. Whoever sees that a lease
has run out may call the job failed; the clock is the database's, so machines need not agree on the time.

Every change of status says which status it expects, so that two pages (or a page and the worker) that act at
once cannot both win.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import JobError
from core.reasons import Reason
from core.workspace.roles import action_of_job
from core.workspace.rows import ACTIVE, JobRow, JobStatus
from core.workspace.sql.part import StorePart
from core.workspace.tables import JobProgressTable, JobTable, as_row, utc_now

LEASE = timedelta(seconds=60)


class Jobs(StorePart):
    """The jobs of a workspace."""

    def folder(self, job_id: int) -> Path:
        """The folder of a job on this machine, where its log lies."""
        return self._blobs.place.folder(f"jobs/{job_id}")

    def keep_folder(self, job_id: int) -> None:
        """Let other machines see what lies in the folder of a job on this one."""
        self._blobs.place.keep(f"jobs/{job_id}")

    def add(
        self,
        kind: str,
        task_id: int | None,
        settings: dict[str, Any],
        *,
        who: str,
        retry_of: int | None = None,
        once: bool = False,
    ) -> JobRow:
        """A new job at the end of the queue.

        Args:
            once: Where the same one waits or runs already, it is that one.
        """
        with self._database.writing(needs=action_of_job(kind)) as session:
            same = (JobTable.kind == kind) & (JobTable.task_id == task_id) & JobTable.status.in_(ACTIVE)
            for each in session.scalars(select(JobTable).where(same).order_by(JobTable.id)) if once else ():
                if each.settings == settings:
                    return _to_row(each)
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

    def take_next(self, worker: str, kinds: Collection[str] | None = None) -> JobRow | None:
        """The oldest queued job, now running on that machine; None if one runs there already or none waits.

        Args:
            worker: The machine that asks.
            kinds: Which kinds of job it does, None for all.
        """
        with self._database.writing() as session:
            running = (JobTable.status == "running") & (JobTable.worker == worker)
            if session.scalar(select(JobTable.id).where(running).limit(1)) is not None:
                return None
            query = select(JobTable).where(JobTable.status == "queued").order_by(JobTable.id).limit(1)
            if kinds is not None:
                query = query.where(JobTable.kind.in_(kinds))
            job = session.scalars(query).first()
            if job is None:
                return None
            now = self._database.now(session)
            job.status, job.worker, job.started_at = "running", worker, now
            job.heartbeat_at, job.lease_until = now, now + LEASE
            job.pid, job.process_created = None, None
            session.flush()
            return _to_row(job)

    def set_process(self, job_id: int, pid: int, process_created: float | None) -> None:
        """Which process runs the job."""
        with self._database.writing() as session:
            job = _existing(session, job_id)
            job.pid, job.process_created = pid, process_created

    def beat(self, job_id: int) -> JobRow:
        """A sign of life; the row tells the worker whether to stop, and whether the job is still its own."""
        with self._database.writing(alone=False) as session:
            job = _existing(session, job_id)
            if job.status == "running":
                job.heartbeat_at = self._database.now(session)
                job.lease_until = job.heartbeat_at + LEASE
            session.flush()
            return _to_row(job)

    def end_if_lost(self, job_id: int) -> JobRow:
        """The job; one that runs and whose lease has run out is failed now."""
        job = self.get(job_id)
        with self._database.reading() as session:
            is_lost = job.lease_until is None or job.lease_until < self._database.now(session)
        if job.status == "running" and is_lost:
            return self.end(job_id, "failed", reason=Reason("lost", {"worker": job.worker or "?"}))
        return job

    def add_progress(self, job_id: int, report: dict[str, Any]) -> None:
        """Keep a report of how far a job is."""
        with self._database.writing(alone=False) as session:
            session.add(JobProgressTable(job_id=_existing(session, job_id).id, report=report))

    def progress(self, job_id: int) -> list[dict[str, Any]]:
        """All reports of a job so far, the oldest first; each has "time" (seconds since 1970)."""
        query = select(JobProgressTable.report).where(JobProgressTable.job_id == job_id)
        return [*self._values(query.order_by(JobProgressTable.id))]

    def request_stop(self, job_id: int) -> JobRow:
        """Ask a running job to stop; one that still waits is stopped at once."""
        with self._database.writing() as session:
            job = _existing(session, job_id)
            if job.status == "queued":
                job.status, job.ended_at = "stopped", utc_now()
                job.reason_code = "stopped_before"
            if job.status == "running":
                job.stop_requested = True
            session.flush()
            return _to_row(job)

    def end(
        self,
        job_id: int,
        status: JobStatus,
        *,
        reason: Reason | None = None,
        result: dict[str, Any] | None = None,
    ) -> JobRow:
        """How a running job ended; one that has ended already keeps its first end."""
        with self._database.writing() as session:
            job = _existing(session, job_id)
            if job.status == "running":
                job.status, job.result, job.ended_at = status, result, utc_now()
                if reason is not None:
                    job.reason_code, job.reason_facts = reason.code, dict(reason.facts)
            session.flush()
            return _to_row(job)

    def list(
        self, task_id: int | None = None, *, kinds: Sequence[str] = (), status: Sequence[JobStatus] = ()
    ) -> list[JobRow]:
        """Jobs, the newest first; of all tasks, kinds and states where none is given."""
        query = select(JobTable).order_by(JobTable.id.desc())
        if task_id is not None:
            query = query.where(JobTable.task_id == task_id)
        if kinds:
            query = query.where(JobTable.kind.in_(kinds))
        if status:
            query = query.where(JobTable.status.in_(status))
        return [_to_row(each) for each in self._values(query)]


def _existing(session: Session, job_id: int) -> JobTable:
    job = session.get(JobTable, job_id)
    if job is None:
        raise JobError("There is no job number {job_id} in this workspace.", job_id=job_id)
    return job


def _to_row(job: JobTable) -> JobRow:
    reason = Reason(job.reason_code, job.reason_facts) if job.reason_code else None
    return as_row(JobRow, job, reason=reason)
