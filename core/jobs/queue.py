"""The queue: submit returns at once, one job runs at a time on a machine, the dead are found."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from core.errors import JobError
from core.jobs.folder import log_path
from core.jobs.folder import log_tail as log_tail
from core.jobs.process import is_alive, machine, start_worker
from core.reasons import Reason
from core.workspace import ACTIVE, JobRow, Workspace
from core.workspace.tables import utc_now

START_TIMEOUT = timedelta(seconds=30)
"""A worker that has no process after this time never started."""

DIED = Reason("died")
NEVER_STARTED = Reason("never_started")

logger = logging.getLogger(__name__)


def submit(
    workspace: Workspace,
    kind: str,
    task_id: int | None,
    settings: dict[str, Any],
    *,
    who: str,
    once: bool = False,
) -> JobRow:
    """Put a job into the queue and start it if none runs.

    Args:
        kind: Which handler does it, see `core.jobs.kinds`.
        task_id: The task it belongs to, None for none.
        settings: What the handler is given; anything that JSON can hold.
        once: Give the same job where it waits or runs already, as when two people press a button at once.

    Raises:
        StoreError: The workspace cannot be written.
    """
    if once:
        # One that has died does not count.
        refresh(workspace)
    job = workspace.jobs.add(kind, task_id, settings, who=who, once=once)
    refresh(workspace)
    return workspace.jobs.get(job.id)


def start_next(workspace: Workspace) -> JobRow | None:
    """Start the oldest waiting job in a process of its own; None if one runs here already or none waits."""
    job = workspace.jobs.take_next(machine())
    if job is None:
        return None
    try:
        pid, created = start_worker(workspace.address, job.id, log_path(workspace, job.id))
    except OSError as error:
        reason = Reason("no_process", {"cause": error.strerror or str(error)})
        return workspace.jobs.end(job.id, "failed", reason=reason)
    workspace.jobs.set_process(job.id, pid, created)
    logger.info("job %d (%s) started as process %d", job.id, job.kind, pid)
    return workspace.jobs.get(job.id)


def refresh(workspace: Workspace) -> None:
    """Find out whether the running job has died, and start the next one if nothing runs."""
    active = workspace.jobs.list(status=ACTIVE)
    for job in active:
        if job.status == "running":
            status(workspace, job.id)
    if any(job.status == "queued" for job in active):
        start_next(workspace)


def status(workspace: Workspace, job_id: int) -> JobRow:
    """The job as it is now; one whose process is gone is failed, with its reason.

    A job of this machine is alive as long as its process is; one of another machine as long as its lease.

    Raises:
        JobError: There is no such job.
    """
    job = workspace.jobs.get(job_id)
    if job.status != "running":
        return job
    if job.worker != machine():
        return workspace.jobs.end_if_lost(job_id)
    if job.pid is None:
        overdue = job.started_at is not None and utc_now() - job.started_at > START_TIMEOUT
        return workspace.jobs.end(job_id, "failed", reason=NEVER_STARTED) if overdue else job
    if is_alive(job.pid, job.process_created):
        return job
    return workspace.jobs.end(job_id, "failed", reason=DIED)


def running_job(workspace: Workspace) -> JobRow | None:
    """The job that runs now, else the one that is about to, None where the queue is empty."""
    # On most pages there is none, which is one question to the store.
    if not workspace.jobs.list(status=ACTIVE):
        return None
    refresh(workspace)
    active = workspace.jobs.list(status=ACTIVE)
    running = [job for job in active if job.status == "running"]
    return next(iter(running or reversed(active)), None)


def request_stop(workspace: Workspace, job_id: int) -> JobRow:
    """Ask a job to stop and keep what it has so far; one that still waits is stopped at once."""
    status(workspace, job_id)
    return workspace.jobs.request_stop(job_id)


def retry(workspace: Workspace, job_id: int, *, who: str) -> JobRow:
    """Start a job that failed or was stopped once more, with the same settings.

    Raises:
        JobError: It has not ended, or went well.
    """
    job = status(workspace, job_id)
    if job.status not in ("failed", "stopped"):
        raise JobError(
            "Job {job_id} is {status}; only one that failed or was stopped can be started again.",
            job_id=job_id,
            status=job.status,
        )
    again = workspace.jobs.add(job.kind, job.task_id, job.settings, who=who, retry_of=job.id)
    refresh(workspace)
    return workspace.jobs.get(again.id)
