"""In which order images come: as they arrived, or in no visible order that is the same for the same seed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, cast

from core.workspace.image_rows import Unread
from core.workspace.tables import ImageTable

_PRIME = 2_147_483_647


def in_order(unread: Unread) -> tuple[Any, ...]:
    """What the images of a task are sorted by for a person, as keys in one direction.

    Who gets gold images sees all images scattered, group by group: in the order of arrival gold ones would
    stand where everything else is saved.
    """
    position = ImageTable.position
    return (position,) if unread.seed is None else (scattered(ImageTable.group_id, unread.seed), position)


def scattered(number: Any, seed: int) -> Any:
    """A number of its own for each below the prime, in no visible order: x ** 5 modulo 2 ** 31 - 1.

    5 has no factor in common with 2 ** 31 - 2, so that no two come out alike; all steps fit into 64 bits.
    """
    # 64 bits also on PostgreSQL, where a number of its own would have 32.
    number = cast(number, BigInteger)
    start = (number * 48_271 + (seed * 69_621 + 1) % _PRIME) % _PRIME
    square = (start * start) % _PRIME
    fourth = (square * square) % _PRIME
    return (fourth * start) % _PRIME
