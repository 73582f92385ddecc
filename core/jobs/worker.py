"""One job, one process: `python -m core.jobs.worker --workspace DIR --job ID`. Started by the queue."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from core.errors import AppError
from core.jobs import queue
from core.jobs.kinds import JobContext, handler_of
from core.jobs.process import created_at, lower_priority
from core.logs import log_to
from core.reasons import Reason
from core.workspace import JobRow, Workspace

HEARTBEAT_SECONDS = 1.0

logger = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Do the job; 0 when it ended well or was stopped, 1 when it failed."""
    parser = argparse.ArgumentParser(description="Does one background job of a workspace.")
    parser.add_argument("--workspace", type=Path, required=True, help="the workspace folder")
    parser.add_argument("--job", type=int, required=True, help="number of the job")
    options = parser.parse_args(arguments)
    log_to(sys.stdout)
    lower_priority()
    with Workspace.open(options.workspace) as workspace:
        job = workspace.jobs.get(options.job)
        # On Windows the process that the queue started may be a launcher, and this one its child.
        if job.status != "running" or job.pid not in (None, os.getpid(), os.getppid()):
            logger.error("job %d is %s; nothing to do", job.id, job.status)
            return 1
        workspace.jobs.set_process(job.id, os.getpid(), created_at(os.getpid()))
        try:
            ended = run(workspace, job)
        finally:
            workspace.jobs.keep_folder(job.id)
            # The next one must not wait for somebody to look at a page.
            queue.refresh(workspace)
    return 1 if ended.status == "failed" else 0


def run(workspace: Workspace, job: JobRow) -> JobRow:
    """Do a job in this process; the row as it ended."""
    context = JobContext(workspace, job)
    signal.signal(signal.SIGTERM, lambda *_: context.stop.set())
    ended = threading.Event()
    heart = threading.Thread(target=_beat, args=(context, ended), daemon=True)
    heart.start()
    try:
        result = handler_of(job.kind)(context)
    except Exception as error:
        # The edge of the process: whatever it was, the person sees one sentence and the log has the rest.
        logger.exception("the job failed")
        return workspace.jobs.end(job.id, "failed", reason=_reason(error))
    finally:
        ended.set()
        heart.join()
    if context.should_stop():
        return workspace.jobs.end(job.id, "stopped", reason=Reason("stopped"), result=result)
    return workspace.jobs.end(job.id, "done", result=result)


def _beat(context: JobContext, ended: threading.Event) -> None:
    while not ended.wait(HEARTBEAT_SECONDS):
        try:
            row = context.workspace.jobs.beat(context.job.id)
        except AppError as error:
            logger.warning("no sign of life could be left: %s", error)
            continue
        # One that has ended was called lost by somebody, and may be done elsewhere by now.
        if row.stop_requested or row.status != "running":
            context.stop.set()


def _reason(error: Exception) -> Reason:
    if isinstance(error, AppError):
        return Reason.of_error(error)
    if isinstance(error, MemoryError):
        return Reason("no_memory")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Reason("no_room")
    message = " ".join(str(error).split()) or "no message"
    return Reason("crashed", {"error": type(error).__name__, "message": message[:300]})


if __name__ == "__main__":
    sys.exit(main())
