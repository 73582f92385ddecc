"""Pieces of work on a Dask cluster that somebody else runs: on SLURM, Kubernetes, or machines of a lab.

Dask decides where a piece runs and does it again where a worker died. Here is only how pieces are handed
over: a few ahead, so that the memory of whoever asks does not grow with their number, and none to another
program.
"""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from functools import cache
from types import TracebackType
from typing import Any

from distributed import Client, Future, KilledWorker, wait

from core.config import PROJECT_DIR
from core.errors import JobError
from core.jobs.engine import Item, Result, Shared, never

CONNECT_SECONDS = 10
NO_WORKER_SECONDS = 60
"""Without any worker for so long a job fails; a queue of a cluster may take its time to start some."""
_LOOK_SECONDS = 0.5
_AHEAD = 2
"""Pieces for each thread of the workers: one under way, one waiting."""


class Cluster:
    """A Dask cluster as an `Engine`.

    Args:
        address: Of the scheduler.

    Raises:
        JobError: It does not answer.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise JobError(
                "The Dask scheduler at {address} does not answer ({error}); look at SCHEDULER and start it.",
                address=address,
                error=str(error).splitlines()[0] if str(error) else type(error).__name__,
            ) from None

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Not that of the cluster, which is somebody else's.
        self._client.close(timeout=5)

    def run(
        self,
        function: Callable[[Shared, Item], Result],
        items: Iterable[Item],
        *,
        shared: Shared,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[tuple[int, Result]]:
        """See `Engine`."""
        numbered = enumerate(items)
        places: dict[Future[Any], int] = {}
        # A piece of its own, which Dask makes again where the worker that held it died.
        kept = self._client.submit(_same, shared, pure=False)
        workers = _Workers(self._client, self._address)
        try:
            while not should_stop():
                for place, item in itertools.islice(numbered, workers.room(len(places))):
                    done = self._client.submit(_do, program(), function, kept, item, pure=False)
                    places[done] = place
                if not places:
                    return
                for future in self._done(list(places)):
                    yield places.pop(future), self._result(future)
        finally:
            if self._client.status == "running":
                self._client.cancel([*places, kept])

    def _done(self, futures: list[Future[Any]]) -> list[Future[Any]]:
        """Those that have ended, after a moment at the most."""
        try:
            with self._client.as_current():
                wait(futures, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
        except (TimeoutError, CancelledError):
            pass
        return [future for future in futures if future.done()]

    def _result(self, future: Future[Any]) -> Any:
        if future.status == "cancelled" or self._client.status != "running":
            raise JobError(
                "The Dask scheduler at {address} is gone; what was done is kept, start the job again once it "
                "is back.",
                address=self._address,
            )
        try:
            return future.result(timeout=CONNECT_SECONDS)
        except KilledWorker:
            raise JobError(
                "Several workers of the Dask cluster died on the same piece of work; look at their logs and "
                "memory."
            ) from None
        except ModuleNotFoundError as error:
            raise JobError(
                "A worker of the Dask cluster lacks {module}; start workers in this program's folder and "
                "environment.",
                module=error.name,
            ) from None


class _Workers:
    """How many pieces may be under way, asked for once a second."""

    def __init__(self, client: Client, address: str) -> None:
        self._client = client
        self._address = address
        self._threads = 0
        self._asked_at = 0.0
        self._seen_at = time.monotonic()

    def room(self, under_way: int) -> int:
        """Pieces that may be handed over now.

        Raises:
            JobError: There has been no worker for a while.
        """
        now = time.monotonic()
        if now - self._asked_at > 1 and self._client.status == "running":
            self._threads = sum(self._client.nthreads().values())
            self._asked_at = now
        if self._threads:
            self._seen_at = now
        elif now - self._seen_at > NO_WORKER_SECONDS:
            raise JobError(
                "The Dask scheduler at {address} has no workers; start some with dask worker {address}.",
                address=self._address,
            )
        # One where none is there yet, so that there is something to wait for.
        return max(0, max(1, _AHEAD * self._threads) - under_way)


@cache
def program() -> str:
    """Hash of the program's own code: two machines with the same one do the same."""
    found = hashlib.sha256()
    for path in sorted((PROJECT_DIR / "core").rglob("*.py")):
        found.update(f"{path.relative_to(PROJECT_DIR).as_posix()}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _same(shared: Shared) -> Shared:
    return shared


def _do(asked_by: str, function: Callable[[Shared, Item], Result], shared: Shared, item: Item) -> Result:
    """The worker's part."""
    if program() != asked_by:
        raise JobError(
            "A worker of the Dask cluster runs another version of this program ({theirs}, here it is "
            "{ours}); update it and start the job again.",
            theirs=program(),
            ours=asked_by,
        )
    return function(shared, item)
