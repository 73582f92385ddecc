"""Rows on a PostgreSQL and files on an S3 server of a benchmark's own, on this machine, gone afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.workspace import postgresql
from tests.workspace.s3 import KEYS, Server


@contextmanager
def on_servers() -> Iterator[None]:
    """Every workspace that is opened meanwhile, also by processes begun here, has its rows and files there.

    Raises:
        RuntimeError: PostgreSQL is not installed here.
    """
    programs = postgresql.programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed here")
    before, server = dict(os.environ), Server()
    try:
        with postgresql.running(programs) as folder:
            os.environ.update(KEYS)
            os.environ["AWS_ENDPOINT_URL"] = server.address
            os.environ["FILES_URL"] = "s3://lab/benchmark"
            os.environ["DATABASE_URL"] = postgresql.address(folder, "postgres")
            yield
    finally:
        server.stop()
        os.environ.clear()
        os.environ.update(before)
