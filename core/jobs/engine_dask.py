"""Pieces of work on a Dask cluster that somebody else runs: on SLURM, Kubernetes, or machines of a lab.

Dask decides where a piece runs and does it again where a worker died. Here is only how pieces are handed
over: a few ahead, so that the memory of whoever asks does not grow with their number, and none to another
program.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import cache
from queue import SimpleQueue
from typing import Any
from uuid import uuid4

from distributed import Client, Future, KilledWorker, Security, get_worker, wait
from distributed.comm.core import connect

from core.config import PROJECT_DIR
from core.errors import JobError
from core.jobs.engine import Engine, Item, Result, Shared, Told, within_piece
from core.watching import never, untold

CONNECT_SECONDS = 10
NO_WORKER_SECONDS = 60
"""Without any worker for so long a job fails; a queue of a cluster may take its time to start some."""
_LOOK_SECONDS = 0.5
_END_SECONDS = 5
"""What was given up has so long to end, so that it does not meet whoever does it again."""
_AHEAD = 2
"""Pieces for each thread of the workers: one under way, one waiting."""


class Cluster(Engine):
    """A Dask cluster.

    Args:
        address: Of the scheduler.

    Raises:
        JobError: It does not answer.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        try:
            # A client that cannot make sense of its address or settings is left half made, and complains at
            # the end.
            _reach(address)
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, RuntimeError, TypeError, ValueError, LookupError) as error:
            raise JobError(
                "The Dask scheduler at {address} does not answer ({error}); look at SCHEDULER and start it.",
                address=address,
                error=str(error).splitlines()[0] if str(error) else type(error).__name__,
            ) from None

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        # Not that of the cluster, which is somebody else's.
        self._client.close(timeout=5)

    def run(
        self,
        function: Callable[[Shared, Item], Result],
        items: Iterable[Item],
        *,
        shared: Shared,
        should_stop: Callable[[], bool] = never,
        on_told: Told = untold,
    ) -> Iterator[tuple[int, Result]]:
        """See `Engine`."""
        numbered = enumerate(items)
        ear = _Ear(self._client, on_told)
        places: dict[Future[Any], int] = {}
        # A piece of its own, which Dask makes again where the worker that held it died.
        kept = self._client.submit(_same, shared, pure=False)
        workers = _Workers(self._client, self._address)
        try:
            while not should_stop():
                for place, item in itertools.islice(numbered, workers.room(len(places))):
                    task = (program(), ear.topic, place, function)
                    done = self._client.submit(_do, task, kept, item, pure=False)
                    places[done] = place
                if not places:
                    return
                for future in self._done(list(places)):
                    result = self._result(future)
                    ear.wait_for([places[future]])
                    yield places.pop(future), result
                ear.pass_on()
        finally:
            if self._client.status == "running":
                self._client.cancel([*places, kept])
                ear.close()

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
            raise _gone(self._address)
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


class _Ear:
    """What pieces tell, which comes through the scheduler, and which of them are under way."""

    def __init__(self, client: Client, on_told: Told) -> None:
        self.topic = f"pieces-{uuid4().hex}"
        self._client = client
        self._on_told = on_told
        self._heard: SimpleQueue[tuple[int, str, bytes]] = SimpleQueue()
        self._under_way: set[int] = set()
        self._ended: set[int] = set()
        client.subscribe_topic(self.topic, lambda event: self._heard.put(event[1]))

    def pass_on(self) -> None:
        """Call `on_told` with what was heard since."""
        while not self._heard.empty():
            place, what, content = self._heard.get()
            if what == "begun":
                self._under_way.add(place)
            elif what == "ended":
                self._under_way.discard(place)
                self._ended.add(place)
            else:
                self._on_told(place, pickle.loads(content))

    def wait_for(self, places: Iterable[int]) -> None:
        """Until all that these tell was heard, a few seconds at the most: results come by another way."""
        until = time.monotonic() + _END_SECONDS
        self.pass_on()
        while not self._ended.issuperset(places) and time.monotonic() < until:
            if self._client.status != "running":
                return
            time.sleep(0.005)
            self.pass_on()

    def close(self) -> None:
        """Hear out what was given up, and no more."""
        self.wait_for(set(self._under_way))
        if self._client.status == "running":
            self._client.unsubscribe_topic(self.topic)


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
        if now - self._asked_at > 1:
            self._threads = self._count()
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

    def _count(self) -> int:
        try:
            return sum(self._client.nthreads().values())
        except (OSError, CancelledError):
            raise _gone(self._address) from None


def _reach(address: str) -> None:
    async def knock() -> None:
        comm = await connect(address, timeout=CONNECT_SECONDS, **Security().get_connection_args("client"))
        await comm.close()

    # In a thread of its own: whoever calls may be inside of an event loop already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(knock())).result()


def _gone(address: str) -> JobError:
    return JobError(
        "The Dask scheduler at {address} is gone; what was done is kept, start the job again once it "
        "is back.",
        address=address,
    )


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


def _do(task: tuple[str, str, int, Callable[[Shared, Item], Result]], shared: Shared, item: Item) -> Result:
    """The worker's part."""
    asked_by, topic, place, function = task
    if program() != asked_by:
        raise JobError(
            "A worker of the Dask cluster runs another version of this program ({theirs}, here it is "
            "{ours}); update it and start the job again.",
            theirs=program(),
            ours=asked_by,
        )
    worker = get_worker()
    key = worker.get_current_task()

    def send(what: str, content: bytes = b"") -> None:
        worker.log_event(topic, (place, what, content))

    def given_up() -> bool:
        # Dask lets go of a task that was cancelled, and of all of a client or a scheduler that is gone.
        known = worker.state.tasks.get(key)
        return known is None or known.state != "executing"

    send("begun")
    try:
        with within_piece(lambda value: send("told", pickle.dumps(value)), given_up):
            return function(shared, item)
    finally:
        send("ended")
