"""Where many like pieces of work are done: in this process, or on a Dask cluster (`ENGINE=dask`).

A piece is a function of this program by its place in a module, what all pieces share, and an item; all three
can be pickled. Nothing is remembered here: whoever asks keeps results in the store, and asks again for what
is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")


def never() -> bool:
    """For work that nobody can stop."""
    return False


class Engine(Protocol):
    """Does pieces of work."""

    def run(
        self,
        function: Callable[[Shared, Item], Result],
        items: Iterable[Item],
        *,
        shared: Shared,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[tuple[int, Result]]:
        """The place of each item, from 0, with what came of it, as they are done; each exactly once.

        Items are asked for a few ahead of what is done. Once it should stop, nothing more is given; what is
        under way elsewhere is given up.

        Raises:
            JobError: The cluster is gone, or its workers cannot do it.
            Exception: What the function raised; everything else is given up.
        """


class ThisProcess:
    """Pieces one after another, here."""

    def run(
        self,
        function: Callable[[Shared, Item], Result],
        items: Iterable[Item],
        *,
        shared: Shared,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[tuple[int, Result]]:
        """See `Engine`."""
        for place, item in enumerate(items):
            if should_stop():
                return
            yield place, function(shared, item)
