"""What each part of the store is built on: the door to the rows, and short ways to read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, TypeVarTuple

from sqlalchemy import Row, Select

from core.workspace.files.blobs import BlobStore
from core.workspace.files.cache import Cache
from core.workspace.sql.database import Database
from core.workspace.tables import as_row
from core.workspace.tables.base import Frozen

_T = TypeVar("_T")
_P = ParamSpec("_P")
_Columns = TypeVarTuple("_Columns")
_Part = TypeVar("_Part", bound="StorePart")


class StorePart:
    """A part of the store, with rows of its own."""

    def __init__(self, database: Database, blobs: BlobStore, cache: Cache) -> None:
        self._database = database
        self._blobs = blobs
        self._cache = cache

    def _all(self, kind: type[Frozen], query: Select[Any]) -> list[Frozen]:
        """What a query of a table finds, as frozen rows."""
        with self._database.reading() as session:
            return [as_row(kind, each) for each in session.scalars(query)]

    def _found(self, query: Select[*_Columns]) -> Sequence[Row[*_Columns]]:
        """What a query of columns finds."""
        with self._database.reading() as session:
            return session.execute(query).all()

    def _values(self, query: Select[Any]) -> Sequence[Any]:
        """What a query of one column finds."""
        with self._database.reading() as session:
            return session.scalars(query).all()

    def _number(self, query: Select[int]) -> int:
        """What a query counts."""
        with self._database.reading() as session:
            return session.scalar(query) or 0


def once(ask: Callable[Concatenate[_Part, _P], _T]) -> Callable[Concatenate[_Part, _P], _T]:
    """A question to the store whose answer never changes in the hands of who gets it; see `Database.once`."""

    @wraps(ask)
    def asked(self: _Part, /, *args: _P.args, **named: _P.kwargs) -> _T:
        question = (ask.__qualname__, args, *named.items())
        return self._database.once(question, lambda: ask(self, *args, **named))

    return asked
