"""What a job leaves on disk while it runs: `jobs/ID/progress.jsonl` and `jobs/ID/log.txt`, only added to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.workspace import Workspace

_MOST_LOG_BYTES = 200_000


def job_folder(workspace: Workspace, job_id: int) -> Path:
    """The folder of a job."""
    return workspace.root / "jobs" / str(job_id)


def log_path(workspace: Workspace, job_id: int) -> Path:
    """Where everything goes that the worker prints."""
    return job_folder(workspace, job_id) / "log.txt"


def append_progress(workspace: Workspace, job_id: int, values: dict[str, Any]) -> None:
    """Add one report; it stands on disk in one write, so that a reader sees all of it or none."""
    path = job_folder(workspace, job_id) / "progress.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(values, ensure_ascii=False) + "\n"
    with path.open("ab") as file:
        file.write(line.encode())


def read_progress(workspace: Workspace, job_id: int) -> list[dict[str, Any]]:
    """All reports of a job so far, the oldest first; a last line that is cut off is left out."""
    try:
        content = (job_folder(workspace, job_id) / "progress.jsonl").read_bytes()
    except FileNotFoundError:
        return []
    whole, _, _ = content.rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines() if line.strip()]


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
