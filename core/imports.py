"""Imports at a start without a look for garbage: what they make stays for good."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Garbage is not looked for within, and among what is there at the end never again.

    It is a fifth of TensorFlow's import and a sixth of the pages'. For the first import in a process alone:
    what is garbage at the end stays.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
