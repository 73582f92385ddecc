"""Where many like pieces of work are done: in this process, or on a Dask cluster (`ENGINE=dask`).

A piece is a function of this program by its place in a module, what all pieces share, and an item; all three
can be pickled. While it works it may `tell` how far it is, and ask whether it `is_given_up`. Nothing is
remembered here: whoever asks keeps results in the store, and asks again for what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

from core.watching import never, untold

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")


Told = Callable[[int, Any], None]


_telling: ContextVar[Callable[[Any], None]] = ContextVar("telling")
_given_up: ContextVar[Callable[[], bool]] = ContextVar("given_up")


def tell(value: Any) -> None:
    """Within a piece: let whoever asked for it know how far it is; anything that can be pickled."""
    _telling.get()(value)


def is_given_up() -> bool:
    """Within a piece: whether nobody waits for it any more, so that it should end; cheap."""
    return _given_up.get()()


@contextmanager
def within_piece(telling: Callable[[Any], None], given_up: Callable[[], bool]) -> Iterator[None]:
    """For engines: what `tell` and `is_given_up` do meanwhile."""
    told, asked = _telling.set(telling), _given_up.set(given_up)
    try:
        yield
    finally:
        _telling.reset(told)
        _given_up.reset(asked)


class Engine:
    """Does pieces of work: here one after another, other engines elsewhere."""

    def run(
        self,
        function: Callable[[Shared, Item], Result],
        items: Iterable[Item],
        *,
        shared: Shared,
        should_stop: Callable[[], bool] = never,
        on_told: Told = untold,
    ) -> Iterator[tuple[int, Result]]:
        """The place of each item, from 0, with what came of it, as they are done; each exactly once.

        Items are asked for a few ahead of what is done. Once it should stop, no other is begun, and what is
        under way is given up: a piece that asks ends soon, and what comes of it may be given or not.

        Args:
            on_told: Called with the place of a piece and what it tells, here, in the order of each piece.

        Raises:
            JobError: The cluster is gone, or its workers cannot do it.
            Exception: What the function raised; everything else is given up.
        """
        for place, item in enumerate(items):
            if should_stop():
                return
            with within_piece(partial(on_told, place), should_stop):
                result = function(shared, item)
            yield place, result
