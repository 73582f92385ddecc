"""What a job prints while it runs: `jobs/ID/log.txt`, only added to."""

from __future__ import annotations

from pathlib import Path

from core.workspace import Workspace

_MOST_LOG_BYTES = 200_000


def log_path(workspace: Workspace, job_id: int) -> Path:
    """Where everything goes that the worker prints."""
    return workspace.jobs.folder(job_id) / "log.txt"


def log_tail(workspace: Workspace, job_id: int, num_lines: int = 40) -> str:
    """The last lines of a job's log, empty before the first."""
    try:
        with log_path(workspace, job_id).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _MOST_LOG_BYTES))
            content = file.read()
    except FileNotFoundError:
        return ""
    return "\n".join(content.decode(errors="replace").splitlines()[-num_lines:])
