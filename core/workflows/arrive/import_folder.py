"""A folder on this machine -> images of a task, as a job: it can be stopped, and goes on where it was.

What is in the task already is known by its bytes and passed over, so starting again is going on. Nothing is
taken out of the folder, and one bad file stops nothing.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.config import Limits
from core.errors import BadFileError
from core.jobs import queue
from core.jobs.kinds import JobContext
from core.language.sentence import Sentence
from core.large_files import read_file
from core.workflows.add_images import add_images
from core.workflows.arrive.arrival import MaskUse
from core.workflows.arrive.upload_plan import plan_upload
from core.workflows.arrive.upload_survey import Upload
from core.workspace import JobRow, Workspace

KIND = "import_folder"
MOST_PROBLEMS = 50
"""Refused files that are told by name."""
_REPORT_SECONDS = 1.0


def start_import(
    workspace: Workspace, task_id: int, folder: Path, *, who: str, mask_use: MaskUse = "reference"
) -> JobRow:
    """Put the job into the queue.

    Raises:
        BadFileError: There is no such folder, or no file in it.
    """
    if not folder.is_dir():
        raise BadFileError(str(folder), "is no folder on this machine; check how it is written.")
    if not files_in(folder):
        raise BadFileError(str(folder), "has no files in it.")
    settings = {"folder": str(folder.absolute()), "title": folder.name, "mask_use": mask_use}
    return queue.submit(workspace, KIND, task_id, settings, who=who)


def files_in(folder: Path) -> list[Path]:
    """Every file below a folder in the order of its path; hidden ones are left out."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(Path(place, name) for name in sorted(names) if not name.startswith("."))
    return found


def run_job(context: JobContext) -> dict[str, Any]:
    """The worker's part; the result says how many files became what, and which were refused."""
    settings = context.job.settings
    folder, limits = Path(settings["folder"]), Limits.from_environment()
    files = [path.relative_to(folder.parent).as_posix() for path in files_in(folder)]
    plan = plan_upload(files)
    problems: list[str] = [
        Sentence("{name}: {reason}.", name=row.name, reason=row.reason)
        for row in plan
        if row.role == "left out"
    ]
    told = 0.0

    def report(done: int, _: int, name: str) -> None:
        nonlocal told
        if time.monotonic() - told >= _REPORT_SECONDS or done >= len(files):
            told = time.monotonic()
            context.report(
                {
                    "epoch": done + 1,
                    "num_epochs": len(files),
                    "message": Sentence("{name}: {done} of {total}", name=name, done=done, total=len(files)),
                }
            )

    outcomes = add_images(
        context.workspace,
        context.job.task_id or 0,
        _read(context, [row.path for row in plan if row.role == "image"], problems, limits),
        masks=_read(
            context, [row.path for row in plan if row.role in ("mask", "outlines")], problems, limits
        ),
        mask_use=settings["mask_use"],
        on_progress=report,
        limits=limits,
    )
    problems += [each.message for each in outcomes if each.status == "refused"]
    counts = Counter(each.status for each in outcomes)
    return {
        "added": counts["added"],
        "masks": counts["mask added"],
        "known": counts["already there"],
        "refused": len(problems),
        "problems": problems[:MOST_PROBLEMS],
    }


def _read(context: JobContext, names: Sequence[str], problems: list[str], limits: Limits) -> Iterator[Upload]:
    """The files one after the other, until the job is asked to stop."""
    parent = Path(context.job.settings["folder"]).parent
    for name in names:
        if context.should_stop():
            return
        path = parent / name
        try:
            if path.stat().st_size > limits.max_zip_bytes:
                raise OSError("too large")
            yield name, read_file(path)
        except OSError as error:
            problems.append(
                Sentence("{name} cannot be read ({strerror}).", name=name, strerror=error.strerror or error)
            )
