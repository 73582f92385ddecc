"""A folder on this machine -> images of a task, as a job: it can be stopped, and goes on where it was.

What is in the task already is known by its bytes and passed over, so starting again is going on. Nothing is
taken out of the folder, and one bad file stops nothing.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.config import Limits
from core.errors import BadFileError
from core.imaging.archives.archive import ArchiveEntry, is_left_by_systems, is_zip
from core.jobs import queue
from core.jobs.kinds import JobContext
from core.language.sentence import Sentence
from core.large_files import read_file
from core.workflows.add_images import add_planned
from core.workflows.arrive.arrival import Arrival, MaskUse
from core.workflows.arrive.told_names import holds_names
from core.workflows.arrive.upload_plan import PlannedFile, plan_upload
from core.workflows.arrive.upload_survey import MAY_BE_ASKED, MOST_READ, Upload, as_it_is, plan_of, unpacked
from core.workspace import JobRow, Workspace

KIND = "import_folder"
MOST_PROBLEMS = 50
"""Files that are told by name: refused, left out, or perhaps another one's mask; as many notes on others."""
_REPORT_SECONDS = 1.0
_MOST_SAMPLED, _MOST_SAMPLED_BYTES = 20, 256_000_000


def start_import(
    workspace: Workspace, task_id: int, folder: Path, *, who: str, mask_use: MaskUse = "reference"
) -> JobRow:
    """Put the job into the queue.

    Raises:
        BadFileError: There is no such folder, or no file in it.
    """
    _found_in(folder)
    settings = {"folder": str(folder.absolute()), "title": folder.name, "mask_use": mask_use}
    return queue.submit(workspace, KIND, task_id, settings, who=who)


def _found_in(folder: Path) -> list[Path]:
    """The files of a folder, at least one.

    Raises:
        BadFileError: There is no such folder, or no file in it.
    """
    if not folder.is_dir():
        raise BadFileError(str(folder), "is no folder on this machine; check how it is written.")
    if not (found := files_in(folder)):
        raise BadFileError(str(folder), "has no files in it.")
    return found


def files_in(folder: Path) -> list[Path]:
    """Every file below a folder in the order of its path; hidden ones and what systems leave are not.

    Links to folders are followed, each folder once; what lies behind them comes last.
    """
    found: list[Path] = []
    known: set[str] = set()
    starts = [folder]
    for start in starts:
        for place, folders, names in os.walk(start):
            if (real := os.path.realpath(place)) in known:
                folders.clear()
                continue
            known.add(real)
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            starts.extend(path for name in folders if (path := Path(place, name)).is_symlink())
            found.extend(Path(place, name) for name in sorted(names))
    return [path for path in found if not is_left_by_systems(path.relative_to(folder).as_posix())]


def sample_of(workspace: Workspace, task_id: int, folder: Path) -> tuple[list[PlannedFile], list[Upload]]:
    """Some of a folder's files that may have to be asked about: how each is understood, its path and bytes.

    They are spread over the folder; those of images that an unclear mask is shown on are among them.

    Raises:
        BadFileError: There is no such folder, or no file in it.
    """
    plan = _plan(workspace, task_id, folder, "reference")[1]
    images = [row for row in plan if row.role == "image" and row.path.lower().endswith(MAY_BE_ASKED)]
    masks = [*_spread([row for row in plan if row.role == "mask" or row.is_yolo])]
    masks += _spread([row for row in plan if row.role == "outlines" and not row.is_yolo], MOST_READ)
    names = [row for row in plan if holds_names(row.path)]
    under = {path for row in masks for path in row.images[:1]}
    wanted = {
        row.path: row
        for row in (*names, *_spread(images), *masks, *(row for row in plan if row.path in under))
    }
    uploads: list[Upload] = []
    for path in wanted:
        # What cannot be read is told when it is added.
        with suppress(OSError):
            data = read_file(folder.parent / path)
            if not is_zip(data) and sum(len(each) for _, each in uploads) < _MOST_SAMPLED_BYTES:
                uploads.append((path, data))
    return [wanted[path] for path, _ in uploads], uploads


def _spread(rows: Sequence[PlannedFile], most: int = _MOST_SAMPLED) -> Sequence[PlannedFile]:
    return rows[:: max(1, len(rows) // most)][:most]


def _plan(
    workspace: Workspace, task_id: int, folder: Path, mask_use: MaskUse
) -> tuple[Arrival, list[PlannedFile]]:
    files = [path.relative_to(folder.parent).as_posix() for path in _found_in(folder)]
    arrival = Arrival(workspace, task_id, mask_use=mask_use)
    return arrival, plan_upload(files, known=arrival)


def run_job(context: JobContext) -> dict[str, Any]:
    """The worker's part; the result says how many files became what, what is odd, and which were refused."""
    settings = context.job.settings
    folder = Path(settings["folder"])
    arrival, plan = _plan(context.workspace, context.job.task_id or 0, folder, settings["mask_use"])
    # Masks wait for all images, so they are read last.
    plan.sort(key=lambda row: row.role in ("mask", "outlines"))
    told = 0.0

    def report(done: int, _: int, name: str) -> None:
        nonlocal told
        if time.monotonic() - told >= _REPORT_SECONDS or done >= len(plan):
            told = time.monotonic()
            context.report(
                epoch=done + 1,
                num_epochs=len(plan),
                message=Sentence("{name}: {done} of {total}", name=name, done=done, total=len(plan)),
            )

    outcomes = add_planned(arrival, _read(context, plan, arrival), report)
    problems = [each.message for each in outcomes if each.message and each.status != "already there"]
    notes = dict.fromkeys(note for each in outcomes for note in each.notes)
    counts = Counter(each.status for each in outcomes)
    return {
        "added": counts["added"],
        "masks": counts["mask added"],
        "known": counts["already there"],
        "refused": counts["refused"] + counts["left out"],
        "problems": problems[:MOST_PROBLEMS],
        "notes": list(notes)[:MOST_PROBLEMS],
    }


def _read(
    context: JobContext, plan: Sequence[PlannedFile], arrival: Arrival
) -> Iterator[tuple[int, Iterable[tuple[PlannedFile, ArchiveEntry]]]]:
    """The files one by one until the job is asked to stop; what lies in a zip is understood by itself."""
    parent, most = Path(context.job.settings["folder"]).parent, Limits.from_environment().max_zip_bytes
    for row in plan:
        if context.should_stop():
            return
        path = parent / row.path
        if row.role == "left out" and not holds_names(row.path):
            yield 1, [(row, ArchiveEntry(row.name, b""))]
            continue
        try:
            if path.stat().st_size > most:
                raise OSError("too large")
            data = read_file(path)
        except OSError as error:
            problem = BadFileError(row.name, "cannot be read ({strerror}).", strerror=error.strerror or error)
            yield 1, [(row, ArchiveEntry(row.name, b"", problem))]
            continue
        if is_zip(data):
            upload = [(row.path, data)]
            files, masks = ([], upload) if row.role == "mask" else (upload, [])
            rows = plan_of(files, masks, known=arrival, roles={})
            yield len(rows), unpacked(rows, upload)
        else:
            yield 1, [(as_it_is(row, data), ArchiveEntry(row.name, data))]
