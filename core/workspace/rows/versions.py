"""Models of a task, and the jobs that make and use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.reasons import Reason

VersionStatus = Literal["candidate", "current", "retired"]
Purpose = Literal["segment", "classify", "click"]
JobStatus = Literal["queued", "running", "done", "stopped", "failed"]
ACTIVE: tuple[JobStatus, ...] = ("queued", "running")
"""What a job is before it ends."""


@dataclass(frozen=True)
class NewVersion:
    """A version whose files lie in their folder already.

    Attributes:
        folder: Where its `model.keras` and `card.json` lie, relative to the workspace.
        weights_sha256: Hash of the weights file.
        origin: "shipped", "fine_tuned" or "scratch".
        title: What people read; where it is empty, "Version <number>" is kept.
        parent_id: Version that it started from, None for none.
        job_id: Job that made it, None for none.
        comparison: Scores against the version that was current when it was made, None where not compared.
        purpose: "segment" (makes masks), "classify" (gives labels) or "click" (follows clicks); each has a
            version in use of its own.
    """

    folder: str
    weights_sha256: str
    origin: str
    who: str
    title: str = ""
    parent_id: int | None = None
    job_id: int | None = None
    comparison: dict[str, Any] | None = None
    purpose: Purpose = "segment"


@dataclass(frozen=True, kw_only=True)
class VersionRow(NewVersion):
    """A model of a task.

    Attributes:
        number: 1, 2, 3 ... within the task.
        status: "candidate" until promoted, "current" for the one in use, "retired" after that.
    """

    id: int
    task_id: int
    number: int
    status: VersionStatus
    created_at: datetime


@dataclass(frozen=True)
class VersionEvent:
    """One change of which version is in use, or the decision to leave it.

    Attributes:
        action: "promoted", "rolled_back" or "kept".
        version_id: The version the event is about: the one in use after it, or the candidate that was kept
            back.
        previous_id: Version in use before it, None for none.
        who: Person, or the name of the job.
    """

    action: Literal["promoted", "rolled_back", "kept"]
    version_id: int | None
    previous_id: int | None
    who: str
    why: Reason
    created_at: datetime


@dataclass(frozen=True)
class JobRow:
    """A piece of work for a process of its own.

    Attributes:
        task_id: Its task, None for none.
        kind: Which handler does it, such as "fine_tune".
        settings: What the handler is given.
        status: "queued", "running", "done", "stopped" or "failed".
        reason: Why it failed or stopped, None otherwise.
        result: What the handler gave back, None before.
        stop_requested: The person asked it to stop.
        worker: Machine that runs it, None before.
        lease_until: Until when it counts as alive without another sign of life, None before.
        pid: Process of that machine, None before.
        process_created: When that process was made (seconds since 1970), against reused process numbers.
        retry_of: Failed job that this one repeats, None for none.
        created_at: When it was asked for.
        started_at: When its process began, None before.
        ended_at: When it ended, None before.
        heartbeat_at: Last sign of life, None before.
    """

    id: int
    task_id: int | None
    kind: str
    settings: dict[str, Any]
    status: JobStatus
    reason: Reason | None
    who: str
    result: dict[str, Any] | None
    stop_requested: bool
    worker: str | None
    lease_until: datetime | None
    pid: int | None
    process_created: float | None
    retry_of: int | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    heartbeat_at: datetime | None
