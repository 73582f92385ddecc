"""Which engine does many like pieces of work; the environment says so, and nobody else knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.config import engine_name, scheduler_address
from core.errors import JobError
from core.jobs.engine import Engine


@contextmanager
def chosen_engine() -> Iterator[Engine]:
    """The engine that the environment names, `ENGINE` and `SCHEDULER`; this process by default.

    Raises:
        JobError: There is no such engine, or its scheduler does not answer.
    """
    name = engine_name()
    if name == "local":
        yield Engine()
        return
    if name != "dask":
        raise JobError("ENGINE={name} is not known; expected local or dask.", name=name)
    if not scheduler_address():
        raise JobError(
            "ENGINE=dask needs SCHEDULER, the address of a Dask scheduler, such as tcp://host:8786."
        )
    try:
        from core.jobs.engine_dask import Cluster
    except ImportError:
        raise JobError(
            "ENGINE=dask needs the package distributed; install it with pip install -r "
            "requirements-cluster.txt."
        ) from None
    with Cluster(scheduler_address()) as cluster:
        yield cluster
