"""Which function does which kind of job.

Named by text and imported by the worker alone: the queue must not know the workflows above it, and a page
that asks for a job must not import Keras.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from core.errors import JobError
from core.workspace import JobRow, Workspace

KINDS = {
    "fine_tune": "core.workflows.learn.fine_tune:run_job",
    "fine_tune_classifier": "core.workflows.learn.fine_tune:run_job",
    "fine_tune_clicks": "core.workflows.learn.fine_tune:run_job",
    "predict_all": "core.workflows.review.predict_all:run_job",
    "find_groups": "core.workflows.arrive.find_groups:run_job",
    "import_folder": "core.workflows.arrive.import_folder:run_job",
    "experiment": "core.experiments.runs.job:run_job",
}


@dataclass(frozen=True)
class JobContext:
    """What a handler works with.

    Attributes:
        job: Its row, with the settings.
        stop: Set when the person asked it to stop.
    """

    workspace: Workspace
    job: JobRow
    stop: Event = field(default_factory=Event)

    def report(self, **values: Any) -> None:
        """Tell how far it is."""
        self.workspace.jobs.add_progress(self.job.id, {"time": time.time(), **values})

    def should_stop(self) -> bool:
        """Whether to stop now and keep what there is; cheap, ask at each step."""
        return self.stop.is_set()

    def asks_elsewhere(self) -> bool:
        """For `Engine.run` of work that ends by itself once it hears of a stop: always False.

        What stops this process, and is not in the store yet, is told to the store.
        """
        if self.stop.is_set() and not self.workspace.jobs.get(self.job.id).stop_requested:
            self.workspace.jobs.request_stop(self.job.id)
        return False

    def __reduce__(self) -> tuple[Any, ...]:
        """How a worker of a cluster gets it."""
        return JobElsewhere, (self.workspace, self.job)


_ASK_SECONDS = 1.0


@dataclass(frozen=True)
class JobElsewhere(JobContext):
    """A job of which another machine does a piece; it hears by the store alone that it should stop."""

    _asked: list[float] = field(default_factory=list)

    def should_stop(self) -> bool:
        """See `JobContext`; a query a second.

        Raises:
            JobError: The job has ended meanwhile, so that nothing must be written any more.
        """
        if not self.stop.is_set() and not (self._asked and time.monotonic() - self._asked[-1] < _ASK_SECONDS):
            row = self.workspace.jobs.get(self.job.id)
            self._asked[:] = [time.monotonic()]
            if row.status != "running":
                raise JobError("Job {job_id} has ended meanwhile; start it again.", job_id=row.id)
            if row.stop_requested:
                self.stop.set()
        return self.stop.is_set()


Handler = Callable[[JobContext], dict[str, Any]]


def handler_of(kind: str) -> Handler:
    """The function that does a kind of job: one of `KINDS`, or "module:function".

    Raises:
        JobError: There is none.
    """
    module_name, _, function_name = KINDS.get(kind, kind).partition(":")
    try:
        handler: Handler = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise JobError(
            "This program has no job of the kind {kind} ({error}).", kind=kind, error=error
        ) from error
    return handler
