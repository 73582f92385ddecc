"""Keeps what image libraries warn of (odd tags, doubtful headers) away from the person and the tests.

What matters of it comes out as a `BadFileError` or a note; the rest is of no use to anybody who did not write
the file.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# `warnings.catch_warnings` changes process-wide state, so two threads must not be inside at once.
_LOCK = threading.RLock()
_LIBRARIES = r"(PIL|pydicom|tifffile|nibabel)(\.|$)"

for _name in ("tifffile", "nibabel.global"):
    logging.getLogger(_name).disabled = True


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Ignores what Pillow, pydicom, tifffile and nibabel warn of inside the block, and nothing else."""
    with _LOCK, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=_LIBRARIES)
        yield
