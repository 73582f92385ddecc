"""What the run of a page reads with: one transaction, begun with its first question and let go by writing."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError


class Run(threading.local):
    """Of one thread.

    Attributes:
        is_one: A run is under way; else each reading is by itself.
        answers: What was asked for in it; the transaction would say the same again.
    """

    def __init__(self) -> None:
        self.is_one = False
        self.answers: dict[Hashable, Any] = {}
        self._open: Connection | None = None

    def connection(self, engine: Engine) -> Connection:
        """The transaction, begun where none is."""
        if self._open is None:
            self._open = engine.connect()
            self._open.begin()
        return self._open

    def let_go(self) -> None:
        """Read the next time what is there then."""
        self.answers.clear()
        connection, self._open = self._open, None
        if connection is not None:
            # A server that went away has ended it itself; the next question tells where it is gone.
            with suppress(DatabaseError):
                connection.close()
