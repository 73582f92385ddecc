"""What work calls that nobody watches."""

from collections.abc import Callable
from typing import Any

OnProgress = Callable[[int, int], None]
"""Called with what is done and with all there is."""


def untold(*_: Any, **__: Any) -> None:
    """For work whose progress nobody wants to know."""


def never() -> bool:
    """For work that nobody can stop."""
    return False
